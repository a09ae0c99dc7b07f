/**
 * kingbase:KwdbRestore: a one-shot record. Its plan is made here from the manifest on the node, before anything is touched; the installed runner carries it
 * out under the request id, in a unit of its own. The same id again gives what was recorded, attaches to the run, or takes it up where it was cut.
 */
import { parseActionRecord, type ActionRecord } from '../../core/action/record';
import { inputWords } from '../../core/action/checkInputs';
import { KingbaseError } from '../../core/finding';
import { parseManifest, type BackupManifest, type TableKind } from '../../core/kwdb/manifest';
import { parseTsv, rowsByName } from '../../core/kwdb/parse/answers';
import { formatPlan } from '../../core/kwdb/restore/planText';
import { metasNeeded, planRestore, type RestoreWorld } from '../../core/kwdb/restore/planRestore';
import type { RestoreRequest } from '../../core/kwdb/restore/request';
import { KWDB_ACTION } from '../../core/kwdb/render/paths';
import { sequencesOf } from '../../core/kwdb/restore/sequences';
import { lastValue, showSequences, showTables } from '../../core/kwdb/statements';
import type { KwdbTarget } from '../../core/kwdb/target';
import { runSql } from '../kwdb/sql';
import type { Connection, OpenRemote, Remote } from '../remote';
import { warn } from '../warn';
import { changedUnderOldId } from './actionGate';
import { onHost } from './support';
import type { Handler } from './types';

export interface KwdbRestoreInputs {
  readonly connection: Connection;
  readonly target: KwdbTarget;
  readonly requestId: string;
  readonly request: RestoreRequest;
  /** Root of nodelocal on the node, and the directory of the runs below it. */
  readonly externalDirectory: string;
  readonly directory: string;
  /** For whoever reads the preview. */
  readonly does: string;
}

export interface KwdbRestoreOutputs extends KwdbRestoreInputs {
  readonly record?: ActionRecord;
}

const LONGEST_MS = 48 * 3_600_000;

export function kwdbRestoreHandler(open: OpenRemote): Handler<KwdbRestoreInputs, KwdbRestoreOutputs> {
  return {
    check: async (olds, news) => ({ inputs: news, failures: changedUnderOldId(asAction(olds), asAction(news)) }),
    // A record stays what it was; another id is another record.
    diff: async (_id, olds, news) =>
      olds.requestId === news.requestId ? { changes: false } : { changes: true, replaces: ['requestId'] },
    create: async (inputs) => ({
      id: inputs.requestId,
      outs: { ...inputs, record: await onHost(open, inputs.connection, (remote) => restore(remote, inputs)) },
    }),
    read: async (id, props) => ({ id, props }),
    update: async (_id, olds) => ({ outs: olds }),
    delete: async () => undefined,
  };
}

const asAction = <I extends Partial<KwdbRestoreInputs>>(inputs: I | undefined) => ({
  requestId: inputs?.requestId as string,
  kind: 'kwdbRestore',
  inputs: { ...inputs?.request } as Readonly<Record<string, unknown>>,
});

async function restore(remote: Remote, inputs: KwdbRestoreInputs): Promise<ActionRecord | undefined> {
  const { target, request } = inputs;
  const state = await stateOf(remote, request.requestId);
  // Where it began already, its plan is the one that it began with.
  if (state === undefined || state === 'refused') await placePlan(remote, inputs);
  const { requestId: _, ...words } = request;
  const argv = [KWDB_ACTION, '--follow', request.requestId, 'kwdbRestore', ...inputWords(withoutUndefined(words))];
  const { code, stdout, stderr } = await remote.exec(argv, {
    timeoutMs: LONGEST_MS,
    anyExit: true,
    label: `restore ${request.requestId}`,
  });
  const record = parseActionRecord(stdout);
  if (code === 0) {
    for (const line of viewsNotMade(record)) warn(target.name, line);
    return record;
  }
  throw new KingbaseError({
    code: 'kwdb/restore-failed',
    path: target.name,
    message: record?.reason ?? (stderr.trim().split('\n').slice(-3).join('\n') || `exit code ${code}`),
    hint: `See ${target.state}/actions/${request.requestId}/progress.log on the node. A request that failed is not repeated: remove the cause and use a new requestId.`,
  });
}

/** The record says succeeded: the rows are there. What is missing beside them must not go by unseen. */
function viewsNotMade(record: ActionRecord | undefined): readonly string[] {
  const views = record?.result?.['views'];
  if (!Array.isArray(views)) return [];
  return (views as readonly Readonly<Record<string, unknown>>[])
    .filter(({ made }) => made === false)
    .map(({ view, reason, text }) => `view ${String(view)} was not made: ${String(reason)}; its text: ${String(text)}`);
}

function withoutUndefined(words: Omit<RestoreRequest, 'requestId'>): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

async function stateOf(remote: Remote, requestId: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await remote.exec([KWDB_ACTION, '--status', requestId], {
    anyExit: true,
    label: 'look at the request',
  });
  const said = /"state":"(\w+)"/.exec(stdout)?.[1];
  if (code === 0 && said !== undefined) return said;
  if (code === 2 && stderr.includes('there is no request')) return undefined;
  throw new KingbaseError({
    code: 'kwdb/runner-missing',
    path: KWDB_ACTION,
    message: `whether request ${requestId} ran already could not be read: exit code ${code}, ${stderr.trim().split('\n').at(-1) ?? ''}`,
    hint: 'Deploy WalSettings on this node first: it brings the runner of actions. Nothing was restored.',
  });
}

async function placePlan(remote: Remote, inputs: KwdbRestoreInputs): Promise<void> {
  const { target, request } = inputs;
  const plan = formatPlan(planRestore(await look(remote, inputs), request));
  const folder = `${target.state}/plans`;
  await remote.exec(['install', '-d', '-m', '0700', folder], { label: 'directory of plans' });
  await remote.put(`${folder}/${request.requestId}.plan`, plan, { mode: '0600', owner: 'root:root' });
}

async function look(remote: Remote, inputs: KwdbRestoreInputs): Promise<RestoreWorld> {
  const { target, request, externalDirectory, directory } = inputs;
  const run = `${externalDirectory}/${directory}/${request.run}`;
  const manifest = await readManifest(remote, `${run}/manifest.json`);
  const rows = rowsByName(parseTsv(await runSql(remote, target, ['SHOW DATABASES'])));
  const kindOf = (engine: string | undefined): TableKind => (engine === 'TIME SERIES' ? 'timeSeries' : 'relational');
  const databases = Object.fromEntries(
    rows.map((row) => [row['database_name'] ?? '', kindOf(row['engine_type'])] as const),
  );
  const into = request.into ?? request.database;
  const tables =
    request.table === undefined || !Object.hasOwn(databases, into)
      ? []
      : rowsByName(parseTsv(await runSql(remote, target, [showTables(into)]))).map((row) => row['table_name'] ?? '');
  const metas: Record<string, string> = {};
  for (const path of metasNeeded(manifest, request)) {
    const text = await remote.get(`${run}/${path}`);
    if (text !== undefined) metas[path] = text.toString('utf8');
  }
  const name = request.as ?? request.database;
  const sequences = databases[name] === 'relational' ? await readSequences(remote, target, manifest, request) : {};
  return { manifest, nodeId: target.id, root: directory, databases, tables, metas, sequences };
}

/** Of a database that is replaced: how far its sequences have come since the run. */
async function readSequences(
  remote: Remote,
  target: KwdbTarget,
  manifest: BackupManifest,
  { database, as = database, table, existing }: RestoreRequest,
): Promise<RestoreWorld['sequences']> {
  if (table !== undefined || existing !== 'replace') return {};
  const standing = rowsByName(parseTsv(await runSql(remote, target, [showSequences(as)])));
  const names = new Set(standing.map((row) => row['sequence_name'] ?? ''));
  const wanted = sequencesOf(manifest, database).filter(({ name }) => names.has(name));
  const values: Record<string, string> = {};
  for (const { name } of wanted) {
    const rows = rowsByName(parseTsv(await runSql(remote, target, [lastValue(as, name)])));
    values[name] = rows[0]?.['last_value'] ?? '';
  }
  return values;
}

async function readManifest(remote: Remote, path: string): Promise<BackupManifest> {
  const text = await remote.get(path);
  const manifest = text === undefined ? undefined : parseManifest(text.toString('utf8'));
  if (manifest !== undefined) return manifest;
  throw new KingbaseError({
    code: 'kwdb/no-manifest',
    path,
    message: text === undefined ? 'is not there' : 'is no whole manifest of this program',
    hint: 'Name a run that ended: its directory holds manifest.json. A copy from the second machine goes back with rsync, with its owner; one from the object store with object-store.py fetch. Nothing was restored.',
  });
}
