/**
 * How long kingbasecluster takes to notice that the primary is gone, and until another one serves, from its configuration alone.
 * With P = health_check_period, N = health_check_max_retries, D = health_check_retry_delay, t = what one attempt costs:
 *
 *   detection = 0..P + 2 × t + N × (D + t)     the first failing round tries twice before it counts (pgpool-II 3.6 source, measured)
 *   failover  = detection + failover_stream.sh + 0..search_primary_node_timeout
 *
 * The popular N × D is only its lower bound: the seed's run (10 × 3 s, host off) took 73 s, because each of its attempts cost 4.4 s.
 */
import type { Seconds } from '../budget/types';

/**
 * What an attempt meets. refused: the host answers with a reset; noRoute: the neighbour table of the same network gives up; blackholed: nobody
 * answers; hung: the connection is accepted, and nothing comes over it.
 */
export type PrimaryFault = 'refused' | 'noRoute' | 'blackholed' | 'hung';

export const PRIMARY_FAULTS: readonly PrimaryFault[] = ['refused', 'noRoute', 'blackholed', 'hung'];

/** The keys of kingbasecluster.conf that decide it, in their own units. */
export interface DetectionSettings {
  /** Seconds between two healthy rounds; 0: no health check. */
  readonly healthCheckPeriod: number;
  /** Seconds that one attempt may take, enforced by an alarm; 0: without an end. */
  readonly healthCheckTimeout: number;
  readonly healthCheckMaxRetries: number;
  /** Seconds. */
  readonly healthCheckRetryDelay: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Seconds; 0: without an end. */
  readonly searchPrimaryNodeTimeout: number;
}

/** What V8R3_cluster_install.sh writes. */
export const INSTALLER_DETECTION: DetectionSettings = {
  healthCheckPeriod: 1,
  healthCheckTimeout: 120,
  healthCheckMaxRetries: 6,
  healthCheckRetryDelay: 10,
  connectTimeout: 10_000,
  searchPrimaryNodeTimeout: 10,
};

export type DetectionPartName = 'period' | 'firstRound' | 'retries';
export type FailoverPartName = DetectionPartName | 'script' | 'findPrimary';

export interface BudgetPart<Name extends string = FailoverPartName> {
  readonly name: Name;
  readonly seconds: Seconds;
  /** Part of the expected total, 0 to 1. */
  readonly share: number;
  /** How the number comes about, with the settings filled in. */
  readonly formula: string;
}

export interface FaultBudget<Name extends string = FailoverPartName> {
  readonly fault: PrimaryFault;
  /** What one attempt costs. */
  readonly attempt: Seconds;
  readonly parts: readonly BudgetPart<Name>[];
  readonly total: Seconds;
}

/** Attempts of the first failing round before it counts: 2 in pgpool-II 3.6 and kingbasecluster, 1 in pgpool-II 4. */
export const FIRST_ROUND_ATTEMPTS = 2;

/** Three probes of the neighbour table, a second apart (Linux mcast_solicit). */
const NEIGHBOUR_SECONDS = 3;
/** failover_stream.sh: 2 s with a host that refuses ssh at once, 10 s in the seed's run; nothing in the configuration bounds it. */
const SCRIPT_SECONDS: Seconds = { best: 2, expected: 10, worst: null };
/** The watchdog's election and the cluster's virtual IP run beside the detection: about 9 s and 2 to 3 s (seed and lab alike). */
export const POOL_VIP_SECONDS: Seconds = { best: 11, expected: 12, worst: null };

/** null: such a fault is never noticed, because health_check_period is 0, or health_check_timeout is and the server hangs. */
export function detectionBudget(
  fault: PrimaryFault,
  settings: DetectionSettings,
  firstRoundAttempts: number = FIRST_ROUND_ATTEMPTS,
): FaultBudget<DetectionPartName> | null {
  const attempt = attemptSeconds(fault, settings);
  if (attempt === null || settings.healthCheckPeriod <= 0) return null;
  return shared(fault, attempt, detectionParts(attempt, settings, firstRoundAttempts));
}

/** Until the pool has its new primary: the detection, the script, the search. null as for the detection. */
export function failoverBudget(
  fault: PrimaryFault,
  settings: DetectionSettings,
  firstRoundAttempts: number = FIRST_ROUND_ATTEMPTS,
): FaultBudget | null {
  const attempt = attemptSeconds(fault, settings);
  if (attempt === null || settings.healthCheckPeriod <= 0) return null;
  const search = settings.searchPrimaryNodeTimeout;
  return shared<FailoverPartName>(fault, attempt, [
    ...detectionParts(attempt, settings, firstRoundAttempts),
    {
      name: 'script',
      seconds: SCRIPT_SECONDS,
      formula: 'failover_stream.sh: gateway, ssh to the old primary, virtual IP, promotion, checkpoint',
    },
    {
      name: 'findPrimary',
      seconds: { best: 0, expected: 0, worst: search > 0 ? search : null },
      formula: `0 to search_primary_node_timeout ${search} s`,
    },
  ]);
}

/** What one attempt costs; null: it never ends. */
export function attemptSeconds(fault: PrimaryFault, settings: DetectionSettings): Seconds | null {
  const { healthCheckTimeout: alarm } = settings;
  const connect = settings.connectTimeout / 1000;
  // connect_timeout 0 waits as long as the kernel does; the alarm still ends the attempt.
  const bounds = [connect, alarm].filter((bound) => bound > 0);
  const silent = bounds.length === 0 ? null : Math.min(...bounds);
  switch (fault) {
    case 'refused':
      return { best: 0, expected: 0, worst: 0 };
    case 'noRoute':
      return {
        best: 0,
        expected: silent === null ? NEIGHBOUR_SECONDS : Math.min(silent, NEIGHBOUR_SECONDS),
        worst: silent,
      };
    case 'blackholed':
      return silent === null ? null : { best: silent, expected: silent, worst: silent };
    default:
      return alarm > 0 ? { best: alarm, expected: alarm, worst: alarm } : null;
  }
}

type BarePart<Name extends string> = Omit<BudgetPart<Name>, 'share'>;

function detectionParts(
  attempt: Seconds,
  settings: DetectionSettings,
  firstRoundAttempts: number,
): readonly BarePart<DetectionPartName>[] {
  const { healthCheckPeriod: period, healthCheckMaxRetries: retries, healthCheckRetryDelay: delay } = settings;
  const cost = attempt.best === attempt.worst ? `${attempt.best}` : `${attempt.best}..${attempt.worst ?? '∞'}`;
  return [
    { name: 'period', seconds: { best: 0, expected: period / 2, worst: period }, formula: `0 to ${period} s` },
    {
      name: 'firstRound',
      seconds: scale(attempt, firstRoundAttempts, 0),
      formula: `${firstRoundAttempts} × ${cost} s`,
    },
    {
      name: 'retries',
      seconds: scale(attempt, retries, retries * delay),
      formula: `${retries} × (${delay} + ${cost}) s`,
    },
  ];
}

function scale({ best, expected, worst }: Seconds, factor: number, plus: number): Seconds {
  return {
    best: best * factor + plus,
    expected: expected * factor + plus,
    worst: worst === null ? null : worst * factor + plus,
  };
}

function shared<Name extends string>(
  fault: PrimaryFault,
  attempt: Seconds,
  parts: readonly BarePart<Name>[],
): FaultBudget<Name> {
  const total = parts.reduce<Seconds>(
    (sum, { seconds }) => ({
      best: sum.best + seconds.best,
      expected: sum.expected + seconds.expected,
      worst: sum.worst === null || seconds.worst === null ? null : sum.worst + seconds.worst,
    }),
    { best: 0, expected: 0, worst: 0 },
  );
  const shareOf = (seconds: Seconds): number =>
    total.expected === 0 ? 0 : Math.round((seconds.expected / total.expected) * 1000) / 1000;
  return { fault, attempt, parts: parts.map((part) => ({ ...part, share: shareOf(part.seconds) })), total };
}
