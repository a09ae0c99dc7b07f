// "Did you mean": near names are offered, far ones are not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from '../../../core/text/nearestName';

const KNOWN = ['reconnectAttempts', 'reconnectIntervalSeconds', 'recovery', 'host', 'port'];

describe('nearestName', () => {
  it.each([
    ['reconectAttempts', 'reconnectAttempts'],
    ['reconnect_attempts', 'reconnectAttempts'],
    ['reconnectInterval', 'reconnectIntervalSeconds'],
    ['hsot', 'host'],
    ['Recovery', 'recovery'],
    ['prt', 'port'],
    ['colour', undefined],
    ['x', undefined],
    ['reco', undefined],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, KNOWN)).toBe(expected);
  });

  it('offers nothing where nothing is known', () => {
    expect(nearestName('host', [])).toBeUndefined();
  });

  it('counts a swap of neighbours as one slip', () => {
    expect(editDistance('hsot', 'host')).toBe(1);
    expect(editDistance('', 'host')).toBe(4);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  it('is 0 for equal texts, the same both ways, and never more than the longer text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
