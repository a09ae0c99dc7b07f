// Entry of `npm run report`.
import { reportCommand } from './reportCommand';
import { runEntry } from './runEntry';

runEntry(reportCommand);
