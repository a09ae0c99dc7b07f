// Entry of `npm run preflight`.
import { preflightCommand } from './preflightCommand';
import { runEntry } from './runEntry';

runEntry(preflightCommand);
