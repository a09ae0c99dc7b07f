// Entry of `npm run policy`.
import { policyCommand } from './policyCommand';
import { runEntry } from './runEntry';

runEntry(policyCommand);
