/**
 * What a restore does, step by step, decided from the manifest before anything is touched. The order is fixed: users, settings, the database, its rows
 * counted, its views, the level asserted again (an import of settings puts ts.wal.* back, and the engine may run another level than is shown).
 */
import { type Finding, KingbaseError } from '../../finding';
import { judgeManifest, verdictOf } from '../judgeManifest';
import { tableName, type BackupManifest, type ManifestTable, type TableKind } from '../manifest';
import * as sql from '../statements';
import { extractTable, renameDatabase, renameTable } from './metaSql';
import type { RestoreRequest } from './request';
import { sequencesOf, sequenceStep } from './sequences';
import { viewSteps, type ViewStep } from './views';

/** One thing that the node does; `sql` in the session database `database`, `expect: import` reads the rows that were refused. */
export type RestoreStep =
  | { readonly op: 'prove' }
  | { readonly op: 'keep'; readonly subject: string }
  | { readonly op: 'stage'; readonly from: string; readonly to: string }
  | { readonly op: 'write'; readonly to: string; readonly text: string }
  | {
      readonly op: 'sql';
      readonly name: string;
      readonly database: string;
      readonly statement: string;
      readonly expect: 'done' | 'import';
    }
  | { readonly op: 'count'; readonly name: string; readonly statement: string; readonly rows: number }
  | ViewStep
  | { readonly op: 'level' };

export interface RestoreWorld {
  readonly manifest: BackupManifest;
  /** Id of the node that reads the files: it may be another than the one that wrote them. */
  readonly nodeId: number;
  /** Directory of all runs, below the external directory: `pulumi-kwdb/plant`. */
  readonly root: string;
  /** Databases of the server, and what they are. */
  readonly databases: Readonly<Record<string, TableKind>>;
  /** Names of the tables of the database that the table goes into. */
  readonly tables: readonly string[];
  /** last_value of the sequences that stand where the restored ones will, by name. */
  readonly sequences: Readonly<Record<string, string>>;
  /** Text of the meta.sql that the restore reads, by its path below the run. */
  readonly metas: Readonly<Record<string, string>>;
}

/** Where an export of the whole database, or of one table, lies below its run. */
export const databaseFolder = (name: string): string => `databases/${name}`;
/** The meta.sql files that planRestore will ask for. */
export function metasNeeded(manifest: BackupManifest, request: RestoreRequest): readonly string[] {
  if (request.table === undefined) return [`${databaseFolder(request.database)}/meta.sql`];
  return sourcesOf(manifest, request).flatMap(({ meta }) => (meta === null ? [] : [meta]));
}

/** Throws every reason against it, and nothing has been done then. */
export function planRestore(world: RestoreWorld, request: RestoreRequest): readonly RestoreStep[] {
  const refusals = [...refuseManifest(world.manifest), ...refuseTarget(world, request)];
  if (refusals.length > 0) throw new KingbaseError(refusals);
  const work = `${world.root}/restore-${request.requestId}`;
  const body = request.table === undefined ? planDatabase(world, request, work) : planTable(world, request, work);
  const existing = keepExisting(world, request);
  // Dropped last of all before the rows come: a step before that fails has cost nothing.
  return [
    { op: 'prove' },
    ...existing.filter(({ op }) => op === 'keep'),
    ...planGlobals(world, request),
    ...existing.filter(({ op }) => op !== 'keep'),
    ...body,
    { op: 'level' },
  ];
}

function refuseManifest(manifest: BackupManifest): readonly Finding[] {
  const findings = judgeManifest(manifest);
  if (verdictOf(manifest) === 'good') return [];
  const own = refused(
    'kwdb/run-not-good',
    manifest.run,
    'is no whole backup, and is not restored from',
    'Choose a run whose verdict is good; what this one lacks stands above.',
  );
  return [...findings, own];
}

function refuseTarget(world: RestoreWorld, request: RestoreRequest): readonly Finding[] {
  const { manifest, databases, tables } = world;
  const { database, table, existing = 'refuse', run } = request;
  if (table === undefined) {
    if (!manifest.exports.some(({ subject }) => subject === `database ${database}`)) {
      return [
        refused(
          'kwdb/not-in-run',
          `database ${database}`,
          `run ${run} holds no export of it`,
          `It holds ${manifest.exports.map(({ subject }) => subject).join(', ')}.`,
        ),
      ];
    }
    const name = request.as ?? database;
    return Object.hasOwn(databases, name) && existing === 'refuse' ? [exists(`database ${name}`)] : [];
  }
  const source = sourcesOf(manifest, request)[0];
  if (source === undefined) {
    return [
      refused(
        'kwdb/not-in-run',
        `${database}.${table}`,
        `run ${run} holds no such table`,
        `It holds ${manifest.tables.map(tableName).join(', ')}.`,
      ),
    ];
  }
  const into = request.into ?? database;
  const kind = Object.hasOwn(databases, into) ? databases[into] : undefined;
  if (kind === undefined) {
    return [
      refused(
        'kwdb/no-database',
        into,
        'does not exist, and a table goes into one that does',
        'Restore the whole database, or make it first.',
      ),
    ];
  }
  if (kind !== source.kind) {
    return [
      refused(
        'kwdb/other-kind',
        into,
        `is a ${words(kind)} database, and ${tableName(source)} a ${words(source.kind)} table`,
        'Name a database of the same kind as `into` (42809 otherwise).',
      ),
    ];
  }
  if (source.schema !== 'public' && request.as === undefined) {
    return [
      refused(
        'kwdb/other-schema',
        tableName(source),
        `lies in schema ${source.schema}, and a table is restored into schema public`,
        'Say under which name it is to stand there: `as`.',
      ),
    ];
  }
  const name = request.as ?? table;
  return tables.includes(name) && existing === 'refuse' ? [exists(`table ${into}.${name}`)] : [];
}

/** One, or none. */
function sourcesOf(
  { tables }: BackupManifest,
  { database, table, schema = 'public' }: RestoreRequest,
): readonly ManifestTable[] {
  return tables.filter((one) => one.database === database && one.table === table && one.schema === schema);
}

/** Exported by itself, not with its database. */
const isAlone = ({ meta }: ManifestTable): boolean => meta?.startsWith('tables/') === true;

function keepExisting({ databases, tables }: RestoreWorld, request: RestoreRequest): readonly RestoreStep[] {
  const { database, table, as, existing = 'refuse' } = request;
  if (existing === 'refuse') return [];
  if (table === undefined) {
    const name = as ?? database;
    return Object.hasOwn(databases, name)
      ? [{ op: 'keep', subject: `database ${name}` }, statement('drop', '', sql.dropDatabase(name))]
      : [];
  }
  const [into, name] = [request.into ?? database, as ?? table];
  return tables.includes(name)
    ? [{ op: 'keep', subject: `table ${into}.public.${name}` }, statement('drop', '', sql.dropTable(into, name))]
    : [];
}

function planGlobals(
  { manifest, nodeId, root }: RestoreWorld,
  { users = false, settings = false }: RestoreRequest,
): readonly RestoreStep[] {
  const at = (path: string): sql.Location => ({ nodeId, path: `${root}/${manifest.run}/${path}` });
  return [
    ...(users ? [statement('users', '', sql.importUsers(at('users/users.sql')))] : []),
    ...(settings ? [statement('settings', '', sql.importSettings(at('settings/clustersetting.sql')))] : []),
  ];
}

function planSequences({ manifest, sequences }: RestoreWorld, database: string, into: string): readonly RestoreStep[] {
  return sequencesOf(manifest, database).flatMap((object) => {
    const { name, definition, value } = sequenceStep(object, sequences[object.name]);
    const made = statement(`sequence ${name}`, into, definition);
    return value === undefined ? [made] : [made, statement(`value of ${name}`, into, sql.setValue(name, value))];
  });
}

function planDatabase(world: RestoreWorld, request: RestoreRequest, work: string): readonly RestoreStep[] {
  const { manifest, metas, nodeId } = world;
  const { database } = request;
  const name = request.as ?? database;
  const from = databaseFolder(database);
  const meta = requireMeta(metas, `${from}/meta.sql`);
  const tables = manifest.tables.filter((table) => table.database === database && !isAlone(table));
  return [
    { op: 'stage', from, to: from },
    { op: 'write', to: `${from}/meta.sql`, text: renameDatabase(meta, name) },
    {
      ...statement('import', '', sql.importDatabase({ nodeId, path: `${work}/${from}` })),
      expect: 'import',
    },
    ...planSequences(world, database, name),
    ...tables.map((table) =>
      counted(table, table.kind === 'timeSeries' ? [name, table.table] : [name, table.schema, table.table]),
    ),
    ...viewSteps(manifest, database, name),
  ];
}

function planTable(
  { manifest, metas, nodeId }: RestoreWorld,
  request: RestoreRequest,
  work: string,
): readonly RestoreStep[] {
  const source = sourcesOf(manifest, request)[0] as ManifestTable;
  const [into, name] = [request.into ?? source.database, request.as ?? source.table];
  const meta = requireMeta(metas, source.meta ?? '');
  const definition = renameTable(extractTable(meta, source.table), name);
  const at = (file: string): sql.Location => ({ nodeId, path: `${work}/table/${file}` });
  const files = source.files.map((file) => file.slice(file.lastIndexOf('/') + 1));
  // A directory for time series, files for relational tables: the other way round fails, or drops the half-made table (facts 2).
  const data =
    source.kind === 'timeSeries' ? (files.length === 0 ? [] : [at('rows')]) : files.map((file) => at(`rows/${file}`));
  const folder = source.files[0]?.slice(0, source.files[0].lastIndexOf('/'));
  return [
    ...(folder === undefined ? [] : [{ op: 'stage', from: folder, to: 'table/rows' } as const]),
    { op: 'write', to: 'table/meta.sql', text: definition },
    { ...statement('import', into, sql.importTable(at('meta.sql'), data)), expect: 'import' },
    counted(source, [into, name]),
  ];
}

function counted(table: ManifestTable, target: readonly string[]): RestoreStep {
  return { op: 'count', name: target.join('.'), statement: sql.countRows(...target), rows: table.csvRows };
}

function requireMeta(metas: RestoreWorld['metas'], path: string): string {
  const text = Object.hasOwn(metas, path) ? metas[path] : undefined;
  if (text !== undefined) return text;
  throw new KingbaseError(
    refused('kwdb/meta-missing', path, 'is not in the run', 'Choose another run; nothing was restored.'),
  );
}

function statement(name: string, database: string, text: string): RestoreStep & { readonly op: 'sql' } {
  return { op: 'sql', name, database, statement: text, expect: 'done' };
}

const words = (kind: TableKind): string => (kind === 'timeSeries' ? 'time-series' : 'relational');

function exists(what: string): Finding {
  return refused(
    'kwdb/target-exists',
    what,
    'exists, and is left as it is',
    'Restore under another name (`as`), or have it exported and dropped first: existing: replace.',
  );
}

function refused(code: string, path: string, message: string, hint: string): Finding {
  return { code, path, message, hint };
}
