// Entry of `npm run drill`.
import { drillCommand } from './drillCommand';
import { runEntry } from './runEntry';

runEntry(drillCommand);
