/** A backup or check waited for its segment in vain. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const notArchived: FaultRule = {
  id: 'backup/wal-not-archived',
  title: 'a segment was not archived in time',
  severity: 'fault',
  reference: 'backup guide, FAQ: [082] WAL segment was not archived before the timeout',
  texts: [/WAL segment .* was not archived before the \d+ ?ms timeout/, /\[082\]/],
  cure: (context) => [
    {
      text: 'It follows from what stands above (archiving off, a wrong command, an unknown host key, no room). With nothing above it, archiving is slow: raise backup.resources.archiveTimeoutSeconds (the vendor’s file has 600) and run `pulumi up`.',
    },
    checkAgain(context),
  ],
};
