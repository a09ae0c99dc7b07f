// How long until writes go on, per failure, from the declared numbers alone.
import { canonicalValue } from '../parameters/checkParameters';
import type { ClusterSpec } from '../spec/types';
import { cloudEndpoint } from './cloudEndpoint';
import type { FailureKind, Phase, PhaseName, RtoEntry, Seconds } from './types';

export const FAILURES: readonly FailureKind[] = ['databaseKilled', 'hostPoweredOff', 'primaryPartitioned', 'hostHung'];
const NEIGHBOUR_SECONDS = 3;
/** So long the neighbour table goes on believing in a host that fell silent (Linux base_reachable_time_ms: 15 to 45 s): a look in that time costs C. */
const NEIGHBOUR_BELIEVED_SECONDS = 30;
/** repmgrd empties or sets synchronous_standby_names about this long after a standby left or came (seen on V8R6 C9). */
export const REPMGRD_SYNC_SECONDS = 2;
/** kbha: one disk test a minute, a failed one is repeated after 10 s. */
const DISK_TEST_SECONDS = 60;
const DISK_RETRY_SECONDS = 10;

function lookCost(spec: ClusterSpec, failure: FailureKind): Seconds {
  const connect = spec.failover.connectTimeoutSeconds;
  switch (failure) {
    case 'databaseKilled':
      return { best: 0, expected: 0, worst: 0 };
    case 'hostPoweredOff':
      return { best: 0, expected: Math.min(connect, NEIGHBOUR_SECONDS), worst: connect };
    case 'primaryPartitioned':
      return { best: Math.min(connect, NEIGHBOUR_SECONDS), expected: connect, worst: connect };
    default:
      return { best: connect, expected: connect, worst: connect };
  }
}

/**
 * With M = monitor interval, A = attempts, I = reconnect interval, C = connect_timeout, F = cost of one failed look:
 *
 *   detection = U(0, M) + F          repmgrd looks every M seconds (repmgrd-physical.c, monitor_streaming_standby)
 *   retries   = A × F + (A − 1) × I  no pause after the last look (try_primary_reconnect)
 *   election  = trusted servers answer, siblings are asked
 *   promotion = F + promotion        `repmgr standby promote` first looks for another primary, the old one included
 *   endpoint  = virtual IP, or the client's next address
 *   firstCommit = until repmgrd has emptied or set synchronous_standby_names, about 2 s (seen on V8R6 C9)
 *
 * F is 0 where the host answers with a reset, C where nobody answers. On one link the neighbour table gives up after 3 probes of 1 s (Linux
 * mcast_solicit), so min(C, 3) is expected of a host without power; but only once it has stopped believing in the host: looks that begin
 * within 30 s of the power cut cost C (preset normal: three of eleven, 112 s measured, 115.5 s expected).
 */
export function computeRto(spec: ClusterSpec, failure: FailureKind): RtoEntry {
  const standbys = spec.nodes.filter((node) => node.role === 'database').length - 1;
  const automatic = spec.failover.failover === 'automatic' && standbys > 0;
  const look = lookCost(spec, failure);
  const seen = [detection(spec, failure), retries(spec, failure)];
  const phases = automatic
    ? [...seen, election(spec), promotion(spec, look), endpoint(spec, look), firstCommit(spec)]
    : seen;
  const total = sum(phases.map((phase) => phase.seconds));
  const shared = phases.map((phase) => ({
    ...phase,
    share: round(total.expected === 0 ? 0 : phase.seconds.expected / total.expected, 3),
  }));
  if (!automatic) {
    const note =
      standbys > 0
        ? 'failover is manual: the clock runs until somebody promotes a standby'
        : 'a single database node: the clock runs until it is back';
    return { failure, automatic, phases: shared, total: { ...total, worst: null }, note };
  }
  return failure === 'hostHung' ? hung(spec, shared, total) : { failure, automatic, phases: shared, total };
}

// A look only asks whether the server accepts connections: a server whose disk hangs does.
function hung(spec: ClusterSpec, phases: readonly Phase[], total: Seconds): RtoEntry {
  if (!spec.failover.useCheckDisk) {
    const note =
      'a disk that hangs under a server which still accepts connections is not seen: failover.useCheckDisk is false';
    return { failure: 'hostHung', automatic: true, phases, total: { ...total, worst: null }, note };
  }
  const retries = spec.failover.mountCheckMaxRetries;
  const test = DISK_TEST_SECONDS + retries * DISK_RETRY_SECONDS;
  const note = `a hung disk is seen by kbha: a test each ${DISK_TEST_SECONDS} s, ${retries} retries of ${DISK_RETRY_SECONDS} s, then it stops the database`;
  return { failure: 'hostHung', automatic: true, phases, total: { ...total, worst: add(total.worst, test) }, note };
}

type BarePhase = Omit<Phase, 'share'>;

function phase(name: PhaseName, seconds: Seconds, formula: string): BarePhase & { share: number } {
  const worst = seconds.worst === null ? null : round(seconds.worst, 1);
  return {
    name,
    seconds: { best: round(seconds.best, 1), expected: round(seconds.expected, 1), worst },
    share: 0,
    formula,
  };
}

/** How many of the looks at a host without power begin while the neighbour table still believes in it, the one that notices included. */
function believingLooks({ failover }: ClusterSpec): number {
  const { monitorIntervalSeconds, connectTimeoutSeconds, reconnectAttempts, reconnectIntervalSeconds } = failover;
  const first = monitorIntervalSeconds / 2;
  const begins = Array.from({ length: reconnectAttempts + 1 }, (_, look) =>
    look === 0 ? first : first + look * connectTimeoutSeconds + (look - 1) * reconnectIntervalSeconds,
  );
  return begins.filter((begin) => begin < NEIGHBOUR_BELIEVED_SECONDS).length;
}

/** Seconds that looks cost beyond what is expected of each, because of that. */
function beliefCost(spec: ClusterSpec, failure: FailureKind, looks: number): number {
  if (failure !== 'hostPoweredOff') return 0;
  const { expected, worst } = lookCost(spec, failure);
  return Math.max(0, looks) * ((worst ?? expected) - expected);
}

function detection(spec: ClusterSpec, failure: FailureKind): Phase {
  const look = lookCost(spec, failure);
  const monitor = spec.failover.monitorIntervalSeconds;
  const extra = beliefCost(spec, failure, Math.min(1, believingLooks(spec)));
  const seconds = { best: look.best, expected: monitor / 2 + look.expected + extra, worst: add(look.worst, monitor) };
  return phase('detection', seconds, `0 to ${monitor} s until the next look, which takes ${show(look)}`);
}

function retries(spec: ClusterSpec, failure: FailureKind): Phase {
  const look = lookCost(spec, failure);
  const { reconnectAttempts: attempts, reconnectIntervalSeconds: interval } = spec.failover;
  const pauses = (attempts - 1) * interval;
  const seconds = {
    best: attempts * look.best + pauses,
    expected: attempts * look.expected + pauses + beliefCost(spec, failure, believingLooks(spec) - 1),
    worst: add(times(look.worst, attempts), pauses),
  };
  return phase('retries', seconds, `${attempts} looks of ${show(look)}, ${attempts - 1} pauses of ${interval} s`);
}

// A silent trusted server costs one ping of about 2 s; one that answers is enough.
function election(spec: ClusterSpec): Phase {
  const servers = spec.failover.trustedServers.length;
  const disconnect = parameter(spec, 'standby_disconnect_on_failover', 'off') === 'on';
  const wait = disconnect ? Number(parameter(spec, 'sibling_nodes_disconnect_timeout', '30')) : 0;
  const seconds = { best: 0.1, expected: 0.5 + (disconnect ? 1 : 0), worst: 1 + 2 * servers + wait };
  const formula = `${servers} trusted servers, up to 2 s each${disconnect ? `, standbys disconnected within ${wait} s` : ''}`;
  return phase('election', seconds, formula);
}

// With remote_apply the standby has replayed what was acknowledged; without it, what is not replayed comes on top.
function promotion(spec: ClusterSpec, look: Seconds): Phase {
  const check = Number(parameter(spec, 'promote_check_interval', '1'));
  const seconds = { best: look.best + 0.3, expected: look.expected + check, worst: add(look.worst, 2 * check + 1) };
  return phase(
    'promotion',
    seconds,
    `a look at the old primary of ${show(look)}, then promotion, asked for every ${check} s`,
  );
}

function endpoint(spec: ClusterSpec, look: Seconds): Phase {
  if (spec.virtualIp !== undefined) {
    const limit = spec.failover.vipTimeoutSeconds;
    return phase(
      'endpoint',
      { best: 0.2, expected: Math.min(1, limit), worst: limit },
      `virtual IP loaded and announced, at most vip_timeout ${limit} s`,
    );
  }
  if (spec.endpoint !== undefined) {
    const { seconds, formula } = cloudEndpoint(spec.endpoint);
    return phase('endpoint', seconds, formula);
  }
  const others = spec.nodes.filter((node) => node.role === 'database').length - 1;
  return phase(
    'endpoint',
    { best: 0, expected: look.expected, worst: times(look.worst, others) },
    `no virtual IP: clients walk their list of hosts, ${show(look)} for a dead one`,
  );
}

function firstCommit(spec: ClusterSpec): Phase {
  if (spec.replication.synchronous === 'async')
    return phase('firstCommit', { best: 0, expected: 0, worst: 0 }, 'no commit waits for a standby');
  const monitor = spec.failover.monitorIntervalSeconds;
  return phase(
    'firstCommit',
    { best: 0, expected: 1, worst: REPMGRD_SYNC_SECONDS + monitor },
    `repmgrd sets synchronous_standby_names to the standbys that are there, about ${REPMGRD_SYNC_SECONDS} s`,
  );
}

function parameter(spec: ClusterSpec, name: string, fallback: string): string {
  return canonicalValue(name, spec.repmgrParameters[name] ?? fallback, 'repmgr');
}

function sum(all: readonly Seconds[]): Seconds {
  return all.reduce(
    (total, one) => ({
      best: round(total.best + one.best, 1),
      expected: round(total.expected + one.expected, 1),
      worst: add(total.worst, one.worst),
    }),
    { best: 0, expected: 0, worst: 0 },
  );
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : round(a + b, 1);
}

function times(seconds: number | null, factor: number): number | null {
  return seconds === null ? null : seconds * factor;
}

function show(look: Seconds): string {
  return look.best === look.worst ? `${look.best} s` : `${look.best} to ${look.worst} s`;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
