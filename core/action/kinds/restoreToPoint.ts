/** restoreToPoint: brings the cluster back to a point of its past, or a copy of it aside. What it needs to be proved, it proves on the node. */
import { checkRestoreRequest, describeRestore, loses, restoreNode } from '../../restore/request';
import type { ActionKind } from './types';

export const restoreToPoint: ActionKind = {
  kind: 'restoreToPoint',
  summary:
    'Restores the cluster, or a copy of it aside, to a point of its past, once a backup and all WAL up to it are proved',
  fields: {
    target: { type: 'string', help: 'latest (default), immediate, time=… with its zone, lsn=…, name=… or xid=…' },
    exclusive: { type: 'boolean', help: 'stop just before the target; for time, lsn and xid; default: false' },
    timeline: { type: 'number', help: 'which branch of history; default: the newest' },
    set: { type: 'string', help: 'label of the backup; default: the newest before the target' },
    mode: {
      type: 'string',
      values: ['inPlace', 'aside', 'finish', 'putBack'],
      help: 'inPlace (default); aside: a copy in directory; finish: opens what after=pause left; putBack: undoes what was not opened yet',
    },
    after: {
      type: 'string',
      values: ['promote', 'pause'],
      help: 'open for writes (default), or stay read-only at the target',
    },
    oldData: {
      type: 'string',
      values: ['aside', 'remove'],
      help: 'keep the old data directories (default), or remove them first',
    },
    directory: { type: 'string', help: 'where the copy goes, with mode aside' },
    port: { type: 'number', help: 'port of the copy, with mode aside; default: the next after the database port' },
    of: { type: 'string', help: 'request id of the restore that finish or putBack is about' },
    node: { type: 'string', help: 'which node is restored, and becomes the primary; default: the first database node' },
  },
  check: checkRestoreRequest,
  node: restoreNode,
  describe: describeRestore,
  destructive: loses,
  maxSeconds: 2 * 86_400,
};
