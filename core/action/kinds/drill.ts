/** drill: restores a backup aside and proves it. It has a program of its own, older than the frame and called by cron as well. */
import { DRILL } from '../../backup/commands';
import { repositoryNode } from '../../drill/repositoryNode';
import { checkDrillRequest, describeDrill, drillWords, type DrillRequest } from '../../drill/request';
import type { ActionInputs, ActionKind } from './types';

/** Everything but where it runs. */
const requestOf = ({ node: _, ...request }: ActionInputs): DrillRequest => request;

export const drill: ActionKind = {
  kind: 'drill',
  summary: 'Restores a backup with its WAL aside, proves it, and removes the copy',
  fields: {
    target: { type: 'string', help: 'latest (default), immediate, time=…, lsn=…, name=… or xid=…' },
    timeline: { type: 'number', help: 'which branch of history; default: the newest' },
    set: { type: 'string', help: 'label of the backup; default: the newest before the target' },
    verify: { type: 'boolean', help: 'verify the whole repository first; default: true' },
    node: { type: 'string', help: 'where it runs; needed only where several nodes hold a repository' },
  },
  check: (inputs, path) => checkDrillRequest(requestOf(inputs), path),
  node: (spec, { node }) => repositoryNode(spec, node as string | undefined),
  describe: (node, inputs) => describeDrill(node, requestOf(inputs)),
  destructive: false,
  maxSeconds: 86_400,
  command: (requestId, inputs) => [DRILL, '--follow', ...drillWords(requestId, requestOf(inputs))],
};
