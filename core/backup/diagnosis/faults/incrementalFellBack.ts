/** A block-level backup was made file by file. */
import { rman } from '../looking';
import type { FaultRule } from '../types';

export const incrementalFellBack: FaultRule = {
  id: 'backup/page-fell-back',
  title: 'block-level incremental backups fall back to whole files',
  severity: 'risk',
  reference: 'backup guide, FAQ: WARN [027] Cannot do block-level incremental backup',
  texts: [/Cannot do block-level incremental backup/],
  cure: (context) => [
    {
      text: 'After a switchover or a rewind the first one cannot be block-level: run one page backup.',
      on: context.host,
      command: rman(context, '--archive-copy --type=page backup'),
    },
  ],
};
