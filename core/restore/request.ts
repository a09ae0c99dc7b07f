/** A restore to a point: what may be asked for, where it runs, and what it does, in words for a preview. */
import { checkDrillRequest } from '../drill/request';
import type { Finding } from '../finding';
import type { ClusterSpec, NodeSpec } from '../spec/types';

/** As in a record of kingbase:actions; every field is optional there. */
export interface RestoreRequest {
  readonly target?: string;
  readonly exclusive?: boolean;
  readonly timeline?: number;
  readonly set?: string;
  readonly mode?: string;
  readonly after?: string;
  readonly oldData?: string;
  readonly directory?: string;
  readonly port?: number;
  readonly of?: string;
  readonly node?: string;
}

const DIRECTORY = /^\/[\w./-]+$/;
const EXCLUSIVE = /^(time|lsn|xid)=/;
/** What the other modes take besides mode and node. */
const FIELDS: Readonly<Record<string, readonly (keyof RestoreRequest)[]>> = {
  inPlace: ['target', 'exclusive', 'timeline', 'set', 'after', 'oldData'],
  aside: ['target', 'exclusive', 'timeline', 'set', 'after', 'directory', 'port'],
  finish: ['of'],
  putBack: ['of'],
};

/** Every mistake at once; `path` is where the request stands. */
export function checkRestoreRequest(request: RestoreRequest, path: string): readonly Finding[] {
  const { target = 'latest', timeline, set, mode = 'inPlace' } = request;
  const taken = FIELDS[mode] ?? [];
  const surplus = (Object.keys(request) as (keyof RestoreRequest)[])
    .filter((name) => !['mode', 'node', ...taken].includes(name))
    .map((name) => wrong(`${path}.${name}`, `has no meaning with mode ${mode}`, `It takes ${taken.join(', ')}.`));
  const point = { target, ...(timeline === undefined ? {} : { timeline }), ...(set === undefined ? {} : { set }) };
  return [
    ...surplus,
    ...checkDrillRequest(point, path).map((found) => ({ ...found, code: 'restore/wrong-request' })),
    ...checkExclusive(request, path),
    ...(mode === 'aside' ? checkAside(request, path) : []),
    ...(taken.includes('of') && request.of === undefined
      ? [wrong(`${path}.of`, 'is missing', `Give the request id of the restore that ${mode} is about.`)]
      : []),
  ];
}

function checkExclusive({ target = 'latest', exclusive }: RestoreRequest, path: string): readonly Finding[] {
  return exclusive === true && !EXCLUSIVE.test(target)
    ? [
        wrong(
          `${path}.exclusive`,
          `has no meaning with the target ${target}`,
          'Only time, lsn and xid can be exclusive.',
        ),
      ]
    : [];
}

function checkAside({ directory, port }: RestoreRequest, path: string): readonly Finding[] {
  const isDirectory = directory !== undefined && DIRECTORY.test(directory) && !`${directory}/`.includes('/../');
  return [
    ...(isDirectory
      ? []
      : [
          wrong(
            `${path}.directory`,
            'is no absolute path',
            'Mode aside needs a directory of its own: /kbdata/restored.',
          ),
        ]),
    ...(port === undefined || (Number.isInteger(port) && port > 1023 && port < 65_536)
      ? []
      : [wrong(`${path}.port`, `${port} is no port`, 'Give 1024 to 65535, and not that of the cluster.')]),
  ];
}

/** Static, because a record names one node for ever: who is primary when it runs is no matter, since that node becomes it. */
export function restoreNode(spec: ClusterSpec, { node }: RestoreRequest): NodeSpec | Finding {
  const databases = spec.nodes.filter(({ role }) => role === 'database');
  const found = node === undefined ? databases[0] : databases.find(({ name }) => name === node);
  return (
    found ?? {
      code: 'restore/no-node',
      path: 'node',
      message: `there is no database node ${JSON.stringify(node)}`,
      hint: `One of ${databases.map(({ name }) => name).join(', ')}.`,
    }
  );
}

/** Whether acknowledged writes can be gone afterwards: then the record carries the token of its dry run. */
export function loses({ mode = 'inPlace' }: RestoreRequest): boolean {
  return mode === 'inPlace';
}

/** For a preview: what is stopped, replaced and lost. */
export function describeRestore(node: string, request: RestoreRequest): string {
  const { target = 'latest', mode = 'inPlace', exclusive, set, directory, of } = request;
  const point = `${exclusive === true ? 'just before ' : ''}the target ${target}`;
  const backup = set === undefined ? 'the newest backup before it' : `backup ${set}`;
  switch (mode) {
    case 'aside':
      return `on ${node}: restores ${backup} to ${point} into ${directory ?? ''} and ${request.after === 'promote' ? 'opens' : 'leaves read-only'} the copy for the OS user alone; the cluster goes on`;
    case 'finish':
      return `on ${node}: opens what ${of ?? ''} restored for writes, clones the other nodes from it, makes a full backup, and resumes the watchdogs`;
    case 'putBack':
      return `on ${node}: removes what ${of ?? ''} restored, puts the old data directory back, and starts everything as it was`;
    default:
      return inPlace(node, point, backup, request);
  }
}

function inPlace(node: string, point: string, backup: string, { after, oldData }: RestoreRequest): string {
  return [
    'STOPS the database on every node, until it is restored',
    `REPLACES the data of the whole cluster: ${node} is restored from ${backup} to ${point}`,
    'LOSES everything that was committed after that point',
    oldData === 'remove'
      ? 'REMOVES the old data directories before that, with no way back'
      : 'the old data directories stay beside the new ones',
    after === 'pause'
      ? 'then it stays read-only at that point, with the watchdogs paused, until mode finish or putBack'
      : `then ${node} opens as primary on a new timeline, the others are cloned from it, and a full backup follows`,
    'nothing stops before a backup and all WAL up to the target are proved, and the token of the dry run is given',
  ].join('; ');
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'restore/wrong-request', path, message, hint };
}
