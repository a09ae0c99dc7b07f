/** No full backup that a restore could start from. */
import { backUpAgain, cataloguesOf } from '../looking';
import type { FaultRule } from '../types';

export const noFull: FaultRule = {
  id: 'backup/no-backup',
  title: 'there is no full backup',
  severity: 'fault',
  reference: 'backup guide: the first full backup',
  texts: [/no (valid|prior) backups?( exist)?/],
  look: (evidence) =>
    cataloguesOf(evidence)
      .filter(
        ({ catalogue }) =>
          [0, 2].includes(catalogue.statusCode) &&
          !catalogue.backups.some(({ kind, error }) => kind === 'full' && !error),
      )
      .map(({ node, catalogue }) => ({
        node: node.name,
        found: `sys_rman info: ${catalogue.backups.length} backups, none of them full and whole`,
      })),
  cure: (context) => [backUpAgain(context, 'full')],
};
