// Proves the judge itself: it must call loss and disagreement by name, or every scenario that relies on it proves nothing.
import { describe, expect, it } from 'vitest';
import { judge } from '../../../lab/history/judge';

const acked = (n: number) => ({ n, sentAt: n, ackedAt: n + 1 });
const unknown = (n: number) => ({ n, sentAt: n, error: 'connection ended' });

describe('judge', () => {
  it('passes when every node holds every acknowledged write', () => {
    expect(judge([acked(1), acked(2)], { node1: [1, 2], node2: [1, 2] })).toEqual({
      acknowledged: 2,
      lost: {},
      disagreement: [],
      ok: true,
    });
  });

  it('names the acknowledged writes that a node lacks', () => {
    const verdict = judge([acked(1), acked(2)], { node1: [1, 2], node2: [1] });
    expect(verdict.lost).toEqual({ node2: [2] });
    expect(verdict.ok).toBe(false);
  });

  it('lets a write of unknown outcome be there or not, but the same on every node', () => {
    expect(judge([acked(1), unknown(2)], { node1: [1, 2], node2: [1, 2] }).ok).toBe(true);
    expect(judge([acked(1), unknown(2)], { node1: [1], node2: [1] }).ok).toBe(true);
    expect(judge([acked(1), unknown(2)], { node1: [1, 2], node2: [1] })).toMatchObject({
      disagreement: [2],
      ok: false,
    });
  });

  it('does not pass on no evidence', () => {
    expect(judge([acked(1)], {}).ok).toBe(false);
  });
});
