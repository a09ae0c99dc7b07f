/** sys_rman.conf is not on a node. */
import { up } from '../looking';
import type { FaultRule } from '../types';

export const confMissing: FaultRule = {
  id: 'backup/conf-missing',
  title: 'sys_rman.conf is not where archive_command and the jobs look for it',
  severity: 'fault',
  reference: 'backup guide: sys_rman.conf lies in _repo_path on the REPO host and on every database node',
  texts: [],
  look: ({ nodes, backup }) =>
    nodes
      .filter(({ machine }) => machine !== undefined && machine.conf === null)
      .map(({ name }) => ({ node: name, found: `${backup.conf} is not there` })),
  cure: () => [up('It writes the file again.')],
};
