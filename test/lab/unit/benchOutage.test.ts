// Proves how an outage is read from a client's history, and when a bench lab counts as healthy.
import { describe, expect, it } from 'vitest';
import { complaints, type NodeState } from '../../../bench/clusterHealth';
import { findOutage } from '../../../bench/outage';
import type { Attempt } from '../../../lab/history/writer';

const acked = (n: number, ackedAt: number): Attempt => ({ n, sentAt: ackedAt - 2, ackedAt });
const failed = (n: number, sentAt: number): Attempt => ({ n, sentAt, error: 'connection refused' });

describe('findOutage', () => {
  it('is the gap between the last acknowledgement before the fault and the first one after it', () => {
    const attempts = [acked(1, 1000), acked(2, 1010), failed(3, 1020), failed(4, 3000), acked(5, 7260), acked(6, 7270)];
    expect(findOutage(attempts, 900)).toEqual({ lastAck: 1010, firstAck: 7260, seconds: 6.25, failed: 2 });
  });

  it('takes the widest gap, not the first', () => {
    const attempts = [acked(1, 0), failed(2, 5), acked(3, 400), failed(4, 500), acked(5, 5400), acked(6, 5410)];
    expect(findOutage(attempts, 0)?.seconds).toBe(5);
  });

  it('leaves out what happened before', () => {
    const attempts = [acked(1, 0), failed(2, 10), acked(3, 9000), acked(4, 9010), failed(5, 9020), acked(6, 9500)];
    expect(findOutage(attempts, 9000)).toEqual({ lastAck: 9010, firstAck: 9500, seconds: 0.49, failed: 1 });
  });

  it('is undefined where writing was only slow, never failed, or never went on', () => {
    expect(findOutage([acked(1, 0), acked(2, 900)], 0)).toBeUndefined();
    expect(findOutage([acked(1, 0), failed(2, 10), failed(3, 20)], 0)).toBeUndefined();
    expect(findOutage([], 0)).toBeUndefined();
  });
});

describe('complaints', () => {
  const node = (name: string, changes: Partial<NodeState> = {}): NodeState => ({
    name,
    role: 'standby',
    streaming: 0,
    repmgrd: true,
    kbha: true,
    ...changes,
  });
  const whole = [node('node1'), node('node2', { role: 'primary', streaming: 2 }), node('node3')];

  it('has none about one primary that all others stream from, whichever it is', () => {
    expect(complaints(whole)).toEqual([]);
  });

  it.each<[string, NodeState[], string[]]>([
    ['no primary', [node('node1'), node('node2')], ['0 primaries', '0 of 1 standbys stream']],
    [
      'two primaries',
      [node('node1', { role: 'primary', streaming: 1 }), node('node2', { role: 'primary' })],
      ['2 primaries'],
    ],
    [
      'a standby that does not stream',
      [node('node1', { role: 'primary', streaming: 1 }), node('node2'), node('node3')],
      ['1 of 2 standbys stream'],
    ],
    [
      'a node that is off',
      [node('node1', { role: 'primary', streaming: 1 }), node('node2', { role: 'none', repmgrd: false, kbha: false })],
      ['node2: no database', 'node2: no repmgrd', 'node2: no kbha'],
    ],
  ])('names %s', (_, states, expected) => {
    expect(complaints(states)).toEqual(expected);
  });
});
