// How long a client could not write, from its own history: the widest gap between two acknowledgements around a fault.
import type { Attempt } from '../lab/history/writer';

export interface Outage {
  /** Milliseconds since the epoch: the last acknowledgement before the gap and the first one after it. */
  readonly lastAck: number;
  readonly firstAck: number;
  readonly seconds: number;
  /** Attempts in between that failed or whose outcome is unknown. */
  readonly failed: number;
}

/**
 * `since`: a moment before the fault at which writes went well. A gap rather than the clock of whoever made the fault: it takes as long to
 * kill a host as it takes, and what the client sees is what is promised. undefined where writing never failed or never went on.
 */
export function findOutage(attempts: readonly Attempt[], since: number): Outage | undefined {
  const acks = attempts.flatMap(({ ackedAt }) => (ackedAt !== undefined && ackedAt >= since ? [ackedAt] : []));
  let widest: { lastAck: number; firstAck: number } | undefined;
  for (const [at, firstAck] of acks.entries()) {
    const lastAck = acks[at - 1];
    if (lastAck === undefined) continue;
    if (widest === undefined || firstAck - lastAck > widest.firstAck - widest.lastAck) widest = { lastAck, firstAck };
  }
  if (widest === undefined) return undefined;
  const { lastAck, firstAck } = widest;
  const failed = attempts.filter(
    ({ ackedAt, sentAt }) => ackedAt === undefined && sentAt >= lastAck && sentAt <= firstAck,
  ).length;
  return failed === 0 ? undefined : { lastAck, firstAck, seconds: (firstAck - lastAck) / 1000, failed };
}
