// The numbers of failure detection fit one another.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

/** Below this a hiccup of a switch or a slow fork becomes a failover. */
const SHORTEST_DETECTION_SECONDS = 2;

export const failoverTimes: Rule = (spec) => {
  const { failover } = spec;
  const findings: Finding[] = [];
  const add = (field: string, message: string, hint: string) =>
    findings.push({ code: 'spec/failover-times', path: `failover.${field}`, message, hint });
  const { reconnectAttempts: attempts, reconnectIntervalSeconds: interval } = failover;
  const window = attempts * interval;

  if (failover.failover === 'automatic' && window < SHORTEST_DETECTION_SECONDS) {
    add(
      'reconnectAttempts',
      `${attempts} × ${interval} s leaves ${window} s to a primary that hiccups`,
      `choose numbers whose product is at least ${SHORTEST_DETECTION_SECONDS} s, or the preset fast.`,
    );
  }
  if (failover.failover === 'automatic' && window > 3600) {
    add(
      'reconnectAttempts',
      `${attempts} × ${interval} s is ${window} s without a primary before anything happens`,
      'choose numbers whose product is below an hour, or set failover.failover to manual and say so.',
    );
  }
  if (failover.tcpUserTimeoutMs >= failover.walSenderTimeoutMs) {
    add(
      'tcpUserTimeoutMs',
      `${failover.tcpUserTimeoutMs} ms is not below walSenderTimeoutMs (${failover.walSenderTimeoutMs} ms), so it never takes effect`,
      'choose a smaller tcpUserTimeoutMs: it ends connections to a host that lost power, wal_sender_timeout those to a server that hangs.',
    );
  }
  const [low, high] = [failover.walSenderTimeoutMs, failover.walReceiverTimeoutMs].sort((a, b) => a - b) as [
    number,
    number,
  ];
  if (high > 10 * low) {
    add(
      'walReceiverTimeoutMs',
      `${failover.walReceiverTimeoutMs} ms and walSenderTimeoutMs ${failover.walSenderTimeoutMs} ms are more than ten times apart`,
      'choose both alike, so that the two ends of a broken connection agree on when it is lost.',
    );
  }
  if (failover.connectTimeoutSeconds * 1000 > failover.walSenderTimeoutMs * 10) {
    add(
      'connectTimeoutSeconds',
      `${failover.connectTimeoutSeconds} s is more than ten times walSenderTimeoutMs (${failover.walSenderTimeoutMs} ms)`,
      'choose a smaller connectTimeoutSeconds: each look at a silent host costs that much.',
    );
  }
  return findings;
};
