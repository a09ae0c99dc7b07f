/**
 * The four levels of KWDB's write-ahead log for time-series data: their numbers, what each really guarantees, and which changes lower it. Measured on a
 * real build (facts/kwdb, section 1: strace of inserts, kill -9 before a checkpoint); where the documentation says something else, both are told.
 */
export const LEVELS = ['off', 'sync', 'flush', 'byrl'] as const;
export type WalLevel = (typeof LEVELS)[number];

/** What the server has without a setting, and what every node boots with whatever is persisted (V3.x). */
export const DEFAULT_LEVEL: WalLevel = 'flush';
export const DEFAULT_INTERVAL_SECONDS = 60;

export function levelNumber(level: WalLevel): number {
  return LEVELS.indexOf(level);
}

/** undefined for what the server takes and means nothing: 7, or 255 for -1. */
export function levelOf(number: number): WalLevel | undefined {
  return Number.isInteger(number) ? LEVELS[number] : undefined;
}

/** What each kind of stop may take of rows that were acknowledged. */
export interface RpoStatement {
  /** The server's process alone: kill -9, out of memory, a crash of its own. */
  readonly processKill: string;
  /** Kernel panic, hang and reset: memory is gone, the disk is not. */
  readonly osCrash: string;
  readonly powerCut: string;
  readonly note: string;
}

export function rpoStatement(level: WalLevel, checkpointSeconds: number): RpoStatement {
  switch (level) {
    case 'sync':
      return {
        processKill: 'nothing that was acknowledged',
        osCrash: 'nothing that was acknowledged: each insert is flushed before its answer',
        powerCut:
          'nothing that was acknowledged, as far as the disk keeps what it said is flushed (write cache with a battery, or off)',
        note: 'Two fsync for each insert (measured). A node boots at flush: this holds from the moment the level is asserted, not from the start of the process.',
      };
    case 'off':
      return {
        processKill: `up to ${checkpointSeconds} s of acknowledged rows: everything since the last checkpoint`,
        osCrash: `up to ${checkpointSeconds} s of acknowledged rows, and what the kernel had not written yet`,
        powerCut: `up to ${checkpointSeconds} s of acknowledged rows, and what the kernel had not written yet`,
        note: 'Only a clean stop (SIGTERM, systemctl stop) writes all. A lost row was seen with kill -9.',
      };
    default:
      return {
        processKill: 'nothing that was acknowledged',
        osCrash:
          'what the kernel had not written yet: up to its writeback time, about 30 s by default (vm.dirty_expire_centisecs)',
        powerCut:
          'what the kernel had not written yet: up to its writeback time, about 30 s by default (vm.dirty_expire_centisecs)',
        note: level === 'flush' ? 'No fsync at all (measured).' : BYRL,
      };
  }
}

const BYRL =
  'The documentation says that the raft log keeps the data; the engine of V3.x does what flush does (source, and measured on one node). The raft log as WAL is another setting, ts.raftlog_combine_wal.enabled, which needs replicas and no time-series table yet.';

/** More is safer. byrl counts below flush: what it promises depends on a raft log that a single node does not have. */
const DURABILITY: Readonly<Record<WalLevel, number>> = { sync: 3, flush: 2, byrl: 1, off: 0 };

export interface LevelChange {
  readonly lowers: boolean;
  /** Among those that the documentation lists: sync or flush to off or byrl. The source takes any, each with a whole checkpoint first. */
  readonly documented: boolean;
  readonly consequence: string;
}

export function judgeLevelChange(from: WalLevel, to: WalLevel): LevelChange {
  if (from === to) return { lowers: false, documented: true, consequence: `stays ${to}` };
  const documented = ['sync', 'flush'].includes(from);
  const source = documented ? '' : ', which only the source allows, not the documentation';
  return {
    lowers: DURABILITY[to] < DURABILITY[from],
    documented,
    consequence: `${from} to ${to}${source}: takes effect at once on every node that lives; each writes a whole checkpoint first, and writes wait meanwhile`,
  };
}

/** Who answers for less than the default, until when. */
export interface Waiver {
  readonly owner: string;
  readonly reason: string;
  /** YYYY-MM-DD */
  readonly until: string;
}

/** Why the change is not made; undefined: it may be. The level before is flush where nothing was declared: that is what a server has. */
export function refuseLowering(from: WalLevel, to: WalLevel, waiver: Waiver | undefined): string | undefined {
  return judgeLevelChange(from, to).lowers && waiver === undefined
    ? `lowers what survives a crash (${from} to ${to}) without a waiver`
    : undefined;
}
