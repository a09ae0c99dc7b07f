/** Our notes on a node, outside its data directory: what an interrupted run may continue, and which data is ours at all. */

/** In order. `initdb` to `initialised` builds beside the data directory; from `placed` on the data directory is in its place. */
export const BOOTSTRAP_PHASES = [
  'initdb',
  'initialised',
  'placed',
  'started',
  'accounts',
  'registered',
  'done',
] as const;
export type BootstrapPhase = (typeof BOOTSTRAP_PHASES)[number];

export interface BootstrapLedger {
  readonly cluster: string;
  readonly node: string;
  readonly phase: BootstrapPhase;
  /** Known from `initialised` on. */
  readonly systemIdentifier: string;
  readonly createdAtSeconds: number;
  /** Where it was begun. */
  readonly paths: NotedPaths;
}

/** The directories that a note speaks of; undefined in a note of a version that did not write them down. */
export type NotedPaths = { readonly data: string; /** Empty: within data. */ readonly wal: string } | undefined;

/** cloning: the data directory may be half a clone, ours to wipe while it proves to be one (unfinishedClone.ts). left: taken out on purpose, the data was kept. */
export type MemberPhase = 'cloning' | 'cloned' | 'joined' | 'left';

export interface MemberLedger {
  readonly cluster: string;
  readonly node: string;
  readonly phase: MemberPhase;
  /** Of the cluster. */
  readonly systemIdentifier: string;
  /** Of a witness's own instance; empty elsewhere. */
  readonly instanceIdentifier: string;
  /** machine-id of the host it was written on. */
  readonly incarnation: string;
  readonly paths: NotedPaths;
}

export type LedgerReading<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly ledger: T }
  /** There is a text that we cannot read: it blocks, since it may say that the data is ours or is not. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export function readBootstrapLedger(text: string | undefined, cluster: string): LedgerReading<BootstrapLedger> {
  return read(text, cluster, (raw) => {
    const phase = BOOTSTRAP_PHASES.find((known) => known === raw['phase']);
    return phase === undefined
      ? undefined
      : {
          cluster,
          node: string(raw['node']),
          phase,
          systemIdentifier: string(raw['systemIdentifier']),
          createdAtSeconds: Number(raw['createdAtSeconds'] ?? 0),
          paths: notedPaths(raw),
        };
  });
}

export function readMemberLedger(text: string | undefined, cluster: string): LedgerReading<MemberLedger> {
  return read(text, cluster, (raw) => {
    const phase = (['cloning', 'cloned', 'joined', 'left'] as const).find((known) => known === raw['phase']);
    return phase === undefined
      ? undefined
      : {
          cluster,
          node: string(raw['node']),
          phase,
          systemIdentifier: string(raw['systemIdentifier']),
          instanceIdentifier: string(raw['instanceIdentifier']),
          incarnation: string(raw['incarnation']),
          paths: notedPaths(raw),
        };
  });
}

export function phaseReached(ledger: BootstrapLedger, phase: BootstrapPhase): boolean {
  return BOOTSTRAP_PHASES.indexOf(ledger.phase) >= BOOTSTRAP_PHASES.indexOf(phase);
}

/** A note gives rights to the directories that it names and to no others: after a change of paths, what lies at the new ones is not ours. */
export function speaksOf(paths: NotedPaths, data: string, wal: string): boolean {
  return paths !== undefined && paths.data === data && paths.wal === wal;
}

export function formatPaths(paths: NotedPaths): string {
  return paths === undefined
    ? 'directories that it does not name'
    : `${paths.data}${paths.wal === '' ? '' : ` with WAL in ${paths.wal}`}`;
}

function notedPaths(raw: Record<string, unknown>): NotedPaths {
  return typeof raw['data'] === 'string' ? { data: raw['data'], wal: string(raw['wal']) } : undefined;
}

function read<T>(
  text: string | undefined,
  cluster: string,
  convert: (raw: Record<string, unknown>) => T | undefined,
): LedgerReading<T> {
  if (text === undefined) {
    return { kind: 'none' };
  }
  const raw = parseObject(text);
  if (raw === undefined) {
    return { kind: 'unreadable', reason: 'it is not a JSON object' };
  }
  if (raw['cluster'] !== cluster) {
    return { kind: 'unreadable', reason: `it speaks of the cluster "${string(raw['cluster'])}"` };
  }
  const ledger = convert(raw);
  return ledger === undefined
    ? { kind: 'unreadable', reason: `its phase "${string(raw['phase'])}" is not known to this version` }
    : { kind: 'read', ledger };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
