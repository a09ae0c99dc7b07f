/** Statements that we send, and the command line that sends them: each in an -e of its own, because SET, EXPORT and IMPORT refuse a transaction (facts 1, 2). */
import { KingbaseError } from '../finding';
import { formatInterval } from './interval';
import { levelNumber, type WalLevel } from './levels';

export const LEVEL_SETTING = 'ts.wal.wal_level';
export const INTERVAL_SETTING = 'ts.wal.checkpoint_interval';

const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

function printable(value: string): string {
  if (!CONTROL.test(value)) return value;
  throw new KingbaseError({
    code: 'kwdb/unsafe-value',
    message: `${JSON.stringify(value)} has a control character or a line break`,
    hint: 'Take it out.',
  });
}

/** In double quotes always: a name may be a keyword. */
export function identifier(name: string): string {
  return `"${printable(name).replace(/"/g, '""')}"`;
}

export function literal(value: string): string {
  return `'${printable(value).replace(/'/g, "''")}'`;
}

/** database.schema.table; a time-series table has no schema of its own. */
export function qualified(...parts: readonly string[]): string {
  return parts.map(identifier).join('.');
}

export const setLevel = (level: WalLevel): string => `SET CLUSTER SETTING ${LEVEL_SETTING} = ${levelNumber(level)}`;
/** As text: a bare number is refused (42804), and `1d` as well. */
export const setInterval = (seconds: number): string =>
  `SET CLUSTER SETTING ${INTERVAL_SETTING} = ${literal(formatInterval(seconds))}`;
export const showSetting = (name: string): string => `SHOW CLUSTER SETTING ${name}`;
/** The only truth about a level, and that of the one node that answers (facts 0.1). */
export const ENGINE_LEVEL = 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info';

export const useDatabase = (name: string): string => `USE ${identifier(name)}`;
export const showTables = (database: string): string => `SHOW TABLES FROM ${identifier(database)}`;
export const showSequences = (database: string): string => `SHOW SEQUENCES FROM ${identifier(database)}`;
export const countRows = (...table: readonly string[]): string => `SELECT count(*) FROM ${qualified(...table)}`;

/** Where a backup lies, for the server: below the external directory of the node with this id. */
export interface Location {
  readonly nodeId: number;
  readonly path: string;
}

export function uri({ nodeId, path }: Location): string {
  return literal(`nodelocal://${nodeId}/${path}`);
}

export interface ExportOptions {
  /** Exactly UTF-8, GBK, GB18030 or BIG5 (others: 22023). */
  readonly charset?: string;
  readonly chunkRows?: number;
}

/** Values of options are quoted: `chunk_rows=1000` is a syntax error. */
export function exportOptions({ charset, chunkRows }: ExportOptions): string {
  const options = [
    ...(chunkRows === undefined ? [] : [`chunk_rows=${literal(String(chunkRows))}`]),
    ...(charset === undefined ? [] : [`charset=${literal(charset)}`]),
  ];
  return options.length === 0 ? '' : ` WITH ${options.join(', ')}`;
}

export const exportDatabase = (name: string, to: Location, options: ExportOptions): string =>
  `EXPORT INTO CSV ${uri(to)} FROM DATABASE ${identifier(name)}${exportOptions(options)}`;
export const exportTable = (table: readonly string[], to: Location, options: ExportOptions): string =>
  `EXPORT INTO CSV ${uri(to)} FROM TABLE ${qualified(...table)}${exportOptions(options)}`;
export const importDatabase = (from: Location, options = ''): string =>
  `IMPORT DATABASE CSV DATA (${uri(from)})${options}`;

/** data: one directory for a time-series table, every file for a relational one (facts 2); none: the table alone, without rows. */
export function importTable(meta: Location, data: readonly Location[], options = ''): string {
  const rows = data.length === 0 ? '' : ` CSV DATA (${data.map(uri).join(', ')})`;
  return `IMPORT TABLE CREATE USING ${uri(meta)}${rows}${options}`;
}

export const importUsers = (file: Location): string => `IMPORT USERS SQL DATA (${uri(file)})`;
export const importSettings = (file: Location): string => `IMPORT CLUSTER SETTING SQL DATA (${uri(file)})`;
export const lastValue = (...sequence: readonly string[]): string => `SELECT last_value FROM ${qualified(...sequence)}`;
/** Of the session database. value: decimal digits. */
export const setValue = (sequence: string, value: string): string =>
  `SELECT setval(${literal(identifier(sequence))}, ${value})`;
export const dropDatabase = (name: string): string => `DROP DATABASE ${identifier(name)} CASCADE`;
export const dropTable = (...table: readonly string[]): string => `DROP TABLE ${qualified(...table)}`;

/** How the client of one node is called. */
export interface SqlClient {
  readonly program: string;
  /** host:port */
  readonly address: string;
  /** undefined: --insecure. */
  readonly certificates?: string;
}

/** argv: nothing of it goes through a shell. */
export function sqlArgv({ program, address, certificates }: SqlClient, statements: readonly string[]): string[] {
  return [
    program,
    'sql',
    `--host=${address}`,
    certificates === undefined ? '--insecure' : `--certs-dir=${certificates}`,
    '--format=tsv',
    ...statements.flatMap((statement) => ['-e', statement]),
  ];
}
