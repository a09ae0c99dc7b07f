// What an isolated primary may acknowledge alone: from when on, and until when.
import type { ClusterSpec } from '../spec/types';
import { REPMGRD_SYNC_SECONDS } from './computeRto';
import type { Exposure, Seconds } from './types';

/**
 * starts = until its standbys count as gone, + about 2 s until its repmgrd empties synchronous_standby_names.
 *   A write in flight is unacknowledged data: tcp_user_timeout ends its connection. An idle one lasts until wal_sender_timeout.
 * ends   = kbha stops the database when no trusted server answers, and only with running_under_failure_trusted_servers off
 *   (after reconnect_attempts failed pings); otherwise when the line is repaired and the new primary stops it.
 *   The end is the moment of the order: a fast shutdown ends every session at once. It then waits for its walsenders, whose standbys
 *   do not answer, so the process is gone only after wal_sender_timeout and its last checkpoint; nobody is told "committed" in that time.
 */
export function computeExposure(spec: ClusterSpec): Exposure {
  const { runningUnderFailureTrustedServers: goesOn, trustedServers } = spec.failover;
  const start = startOf(spec);
  if (goesOn || trustedServers.length === 0) {
    const until = 'nothing stops it before the line is repaired; then the new primary does';
    const hint = trustedServers.length > 0 ? ' (failover.runningUnderFailureTrustedServers: false would stop it)' : '';
    return { startsAfter: start.seconds, endsAfter: null, why: `${start.why}; ${until}${hint}${byBalancer(spec)}` };
  }
  return {
    startsAfter: start.seconds,
    endsAfter: fence(spec),
    why:
      `${start.why}; kbha stops it when no trusted server answers: from then on it lets nobody in and confirms nothing, ` +
      `while the process itself may need wal_sender_timeout (${spec.failover.walSenderTimeoutMs} ms) and a checkpoint more to be gone${byBalancer(spec)}`,
  };
}

/** AWS, target group health checks: with no healthy target a network load balancer routes to all of them ("fails open"). */
function byBalancer({ endpoint }: ClusterSpec): string {
  if (endpoint?.kind !== 'loadBalancer') return '';
  return '; a load balancer that sees no healthy target sends clients to every node it reaches, until the new primary answers its checks: to the isolated one too';
}

function startOf(spec: ClusterSpec): { seconds: Seconds; why: string } {
  const { tcpUserTimeoutMs, walSenderTimeoutMs, monitorIntervalSeconds } = spec.failover;
  if (spec.replication.synchronous === 'async') {
    return { seconds: { best: 0, expected: 0, worst: 0 }, why: 'no commit ever waits for a standby' };
  }
  const early = Math.min(tcpUserTimeoutMs, walSenderTimeoutMs) / 1000;
  const late = walSenderTimeoutMs / 1000;
  const seconds = {
    best: early,
    expected: early + REPMGRD_SYNC_SECONDS,
    worst: late + REPMGRD_SYNC_SECONDS + monitorIntervalSeconds,
  };
  const why =
    `commits hang until the standbys count as gone (tcp_user_timeout ${tcpUserTimeoutMs} ms, wal_sender_timeout ${walSenderTimeoutMs} ms); ` +
    `about ${REPMGRD_SYNC_SECONDS} s later repmgrd empties synchronous_standby_names`;
  return { seconds, why };
}

// One ping of a silent server takes about 2 s, and the first look begins up to reconnect_interval after the cut. Whether kbha counts the interval
// from the beginning of a look or from its end is not documented: expected takes the one, worst the other.
const PING_SECONDS = 2;

function fence(spec: ClusterSpec): Seconds {
  const { reconnectAttempts, reconnectIntervalSeconds, monitorIntervalSeconds } = spec.failover;
  const window = reconnectAttempts * reconnectIntervalSeconds;
  return {
    best: window,
    expected: reconnectIntervalSeconds / 2 + reconnectAttempts * Math.max(reconnectIntervalSeconds, PING_SECONDS),
    worst:
      reconnectIntervalSeconds + reconnectAttempts * (reconnectIntervalSeconds + PING_SECONDS) + monitorIntervalSeconds,
  };
}
