/** What is asked of a restore, checked before anything is read or changed. */
import { checkRequestId } from '../../drill/request';
import type { Finding } from '../../finding';
import { runMoment } from '../retention';

export interface RestoreRequest {
  /** Executed once for each id. */
  readonly requestId: string;
  /** Name of the run, as `ls` of the backup directory shows it: 20261130T031500Z. */
  readonly run: string;
  readonly database: string;
  /** One table of it instead of the whole database. */
  readonly table?: string;
  /** Of a relational table; default public. */
  readonly schema?: string;
  /** The name that the restored database, or table, gets; default: its own. */
  readonly as?: string;
  /** A table alone: the database that it goes into; default: its own. Must exist, and be of the same kind. */
  readonly into?: string;
  /** refuse (default): where the target exists nothing is done. replace: it is exported first, proved, and then dropped; so is a view of another text that appeared meanwhile, whose text is kept. */
  readonly existing?: 'refuse' | 'replace';
  /** Users first, without passwords: those are in no export. Default false. */
  readonly users?: boolean;
  /** Cluster settings that were changed; the level is asserted again afterwards. Default false. */
  readonly settings?: boolean;
}

/** As a request travels in words to the node: nothing that a shell or a tab could mean something to. */
const NAME = /^[A-Za-z0-9_.\-\p{L}][A-Za-z0-9_.\- \p{L}]{0,62}$/u;

export function checkRestoreRequest(request: RestoreRequest, path: string): readonly Finding[] {
  const { run, existing = 'refuse', table, schema, into } = request;
  const names = (['database', 'table', 'schema', 'as', 'into'] as const).flatMap((field) => {
    const value = request[field];
    return value === undefined || NAME.test(value)
      ? []
      : [
          wrong(
            `${path}.${field}`,
            `${JSON.stringify(value)} is no name that can be handed on`,
            'Letters, digits, _ . - and blanks, 63 at most.',
          ),
        ];
  });
  return [
    ...checkRequestId(request.requestId, `${path}.requestId`),
    ...(runMoment(run) === undefined
      ? [
          wrong(
            `${path}.run`,
            `${JSON.stringify(run)} is no run of a backup`,
            'Take its name from the directory of backups: 20261130T031500Z.',
          ),
        ]
      : []),
    ...names,
    ...(table === undefined && into !== undefined
      ? [wrong(`${path}.into`, 'is given without table', 'A database is restored under `as`.')]
      : []),
    ...(table === undefined && schema !== undefined
      ? [wrong(`${path}.schema`, 'is given without table', 'A database comes with all its schemas.')]
      : []),
    ...(['refuse', 'replace'].includes(existing)
      ? []
      : [wrong(`${path}.existing`, `${JSON.stringify(existing)} is not known`, 'One of refuse, replace.')]),
  ];
}

/** For a preview: what will be made, and what will be dropped. */
export function describeRestore(node: string, request: RestoreRequest): string {
  const { run, database, table, as, into, existing = 'refuse', users = false, settings = false } = request;
  const source = table === undefined ? `database ${database}` : `table ${table} of database ${database}`;
  const target = table === undefined ? `as ${as ?? database}` : `into database ${into ?? database} as ${as ?? table}`;
  return [
    `on ${node}: proves run ${run} by its manifest and checksums, then restores ${source} ${target}`,
    ...(users ? ['before that the users, whose passwords are in no export and stay to be set'] : []),
    ...(settings ? ['before that the cluster settings of the run, write-ahead log included'] : []),
    existing === 'replace'
      ? 'an existing target is exported, proved and then DROPPED'
      : 'an existing target is left alone, and nothing is done',
    'then rows are counted against the manifest, rejected rows are reported, and the level is asserted again',
    ...(table === undefined ? ['views are made again from their texts; each that cannot be is told by name'] : []),
  ].join('; ');
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'kwdb/wrong-restore', path, message, hint };
}
