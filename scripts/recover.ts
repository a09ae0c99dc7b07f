// Entry of `npm run recover`.
import { recoverCommand } from './recoverCommand';
import { runEntry } from './runEntry';

runEntry(recoverCommand);
