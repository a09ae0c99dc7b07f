/** What one run of a backup wrote down about itself: the only proof that it is whole, because EXPORT ends with 0 where it left tables out (facts 0.8 to 0.10). */

export type TableKind = 'timeSeries' | 'relational';

export interface ManifestTable {
  readonly database: string;
  /** `public` for a time-series table. */
  readonly schema: string;
  readonly table: string;
  readonly kind: TableKind;
  /** count(*) before and after the export; null: it could not be counted. */
  readonly before: number | null;
  readonly after: number | null;
  /** Records in its CSV files; 0 where there is none. */
  readonly csvRows: number;
  /** Names of its CSV files, below the run; a table without rows has none. */
  readonly files: readonly string[];
  /** A file that ends inside a record. */
  readonly cut: boolean;
  /** The meta.sql that defines it, below the run; null: it stands in none. */
  readonly meta: string | null;
}

/** View, sequence or what else EXPORT ... FROM DATABASE leaves out; its text stands in objects.sql. */
export interface ManifestObject {
  readonly database: string;
  /** Absent in manifests of older versions, which saved those of public alone. */
  readonly schema?: string;
  readonly name: string;
  readonly kind: string;
  readonly saved: boolean;
  /** What SHOW CREATE gave; absent in manifests of older versions. */
  readonly definition?: string | null;
  /** Of a sequence: its last_value after the export, as text, because it may be larger than a number of JSON is exact; null: it has none, or it was not read. */
  readonly lastValue?: string | null;
}

export interface ManifestExport {
  /** `database plant`, `table plant.public.meter`, `users` or `settings`. */
  readonly subject: string;
  readonly exitCode: number;
  /** The row of a time-series export: `succeed`, or `fail` beside exit code 0; empty for others. */
  readonly result: string;
  readonly notices: readonly string[];
  readonly error: string;
}

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: 1;
  /** Also the name of its directory: 20261130T031500Z. */
  readonly run: string;
  readonly cluster: string;
  readonly node: string;
  readonly nodeId: number;
  readonly version: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly options: string;
  /** What was declared: a database, or single tables of it. */
  readonly wanted: readonly string[];
  readonly exports: readonly ManifestExport[];
  readonly tables: readonly ManifestTable[];
  readonly objects: readonly ManifestObject[];
  readonly files: readonly ManifestFile[];
  /** As the node itself judged. */
  readonly verdict: 'good' | 'bad';
}

type Fields = Readonly<Record<string, unknown>>;

/** undefined where the text is no such manifest, or not the whole of one. */
export function parseManifest(text: string): BackupManifest | undefined {
  try {
    const raw = JSON.parse(text) as unknown;
    return isManifest(raw) ? raw : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(raw: unknown): raw is BackupManifest {
  return (
    isFields(raw) &&
    raw['format'] === 1 &&
    ['run', 'cluster', 'node', 'version', 'startedAt', 'finishedAt', 'options'].every((name) => isText(raw[name])) &&
    isCount(raw['nodeId']) &&
    isListOf(raw['wanted'], isText) &&
    isListOf(raw['exports'], isExport) &&
    isListOf(raw['tables'], isTable) &&
    isListOf(raw['objects'], isObject) &&
    isListOf(raw['files'], isFile) &&
    (raw['verdict'] === 'good' || raw['verdict'] === 'bad')
  );
}

const isExport = (one: unknown): boolean =>
  isFields(one) &&
  ['subject', 'result', 'error'].every((name) => isText(one[name])) &&
  isCount(one['exitCode']) &&
  isListOf(one['notices'], isText);

const isTable = (one: unknown): boolean =>
  isFields(one) &&
  ['database', 'schema', 'table'].every((name) => isText(one[name])) &&
  (one['kind'] === 'timeSeries' || one['kind'] === 'relational') &&
  ['before', 'after'].every((name) => one[name] === null || isCount(one[name])) &&
  isCount(one['csvRows']) &&
  isListOf(one['files'], isText) &&
  typeof one['cut'] === 'boolean' &&
  (one['meta'] === null || isText(one['meta']));

const isObject = (one: unknown): boolean =>
  isFields(one) &&
  ['database', 'name', 'kind'].every((name) => isText(one[name])) &&
  typeof one['saved'] === 'boolean' &&
  (one['schema'] === undefined || isText(one['schema'])) &&
  ['definition', 'lastValue'].every((name) => one[name] === undefined || one[name] === null || isText(one[name]));

const isFile = (one: unknown): boolean =>
  isFields(one) && isText(one['path']) && isCount(one['bytes']) && /^[0-9a-f]{64}$/.test(String(one['sha256']));

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isListOf = (value: unknown, fits: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(fits);

/** As people name it; time-series tables have no schema of their own. */
export function tableName({ database, schema, table, kind }: Omit<ManifestTable, 'before' | 'after'>): string {
  return kind === 'timeSeries' ? `${database}.${table}` : `${database}.${schema}.${table}`;
}
