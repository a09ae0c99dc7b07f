/**
 * Which names a data directory uses. KingbaseES renames PostgreSQL's files, builds differ in which, and a directory may mix both: what
 * exists decides, name by name. This file and templates/scripts/layout.sh are the only ones that know both; a test holds them together.
 */

/** Paths below the data directory. */
export interface DataNames {
  readonly wal: string;
  readonly control: string;
  readonly autoConf: string;
  readonly mainConf: string;
  readonly hba: string;
  readonly ident: string;
  readonly pid: string;
  readonly opts: string;
  readonly xact: string;
  readonly log: string;
  readonly tablespaces: string;
  readonly slots: string;
  readonly stat: string;
  readonly versionFile: string;
}

/** KingbaseES first, then PostgreSQL; layout.sh holds the same table. */
export const NAME_PAIRS: { readonly [name in keyof DataNames]: readonly [kingbase: string, postgres: string] } = {
  wal: ['sys_wal', 'pg_wal'],
  control: ['global/sys_control', 'global/pg_control'],
  autoConf: ['kingbase.auto.conf', 'postgresql.auto.conf'],
  mainConf: ['kingbase.conf', 'postgresql.conf'],
  hba: ['sys_hba.conf', 'pg_hba.conf'],
  ident: ['sys_ident.conf', 'pg_ident.conf'],
  pid: ['kingbase.pid', 'postmaster.pid'],
  opts: ['kingbase.opts', 'postmaster.opts'],
  xact: ['sys_xact', 'pg_xact'],
  log: ['sys_log', 'log'],
  tablespaces: ['sys_tblspc', 'pg_tblspc'],
  slots: ['sys_replslot', 'pg_replslot'],
  stat: ['sys_stat', 'pg_stat'],
  versionFile: ['SYS_VERSION', 'PG_VERSION'],
};

/** Names that both use. */
export const SHARED_NAMES = { standbySignal: 'standby.signal', settings: 'es_rep.conf' } as const;

/**
 * existing: paths below the data directory that are there. A name of which neither form exists (a pid file while the server is down)
 * follows the control file, the one file that every data directory has; without that one the directory is new, and KingbaseES's.
 */
export function resolveDataNames(existing: ReadonlySet<string>): DataNames {
  const [, postgresControl] = NAME_PAIRS.control;
  const fallback = existing.has(postgresControl) && !existing.has(NAME_PAIRS.control[0]) ? 1 : 0;
  const entries = Object.entries(NAME_PAIRS).map(([name, pair]) => [
    name,
    pair.find((path) => existing.has(path)) ?? pair[fallback],
  ]);
  return Object.fromEntries(entries) as unknown as DataNames;
}

/** A directory with a control file holds a database, whatever else it lacks. */
export function isDataDirectory(existing: ReadonlySet<string>): boolean {
  return NAME_PAIRS.control.some((path) => existing.has(path));
}
