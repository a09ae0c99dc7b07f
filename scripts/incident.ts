// Entry of `npm run incident`.
import { incidentCommand } from './incidentCommand';
import { runEntry } from './runEntry';

runEntry(incidentCommand);
