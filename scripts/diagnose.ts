// Entry of `npm run diagnose`.
import { diagnoseCommand } from './diagnoseCommand';
import { runEntry } from './runEntry';

runEntry(diagnoseCommand);
