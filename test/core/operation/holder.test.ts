/** Whose note counts, and when a run that left one is known to be dead. */
import { describe, expect, it } from 'vitest';
import { heldByOther, isDead, parseHolder, type Holder } from '../../../core/operation/holder';

const HOLDER: Holder = {
  token: 't1',
  what: 'rollout',
  operator: 'ops@ws1',
  pid: 4711,
  place: 'ws1/boot/pid:[1]',
  since: 1_795_000_000,
  expires: 1_795_000_090,
};

describe('parseHolder', () => {
  it('reads what operation.sh writes, and nothing else', () => {
    expect(parseHolder(`${JSON.stringify(HOLDER)}\n`)).toEqual(HOLDER);
    expect(['', '{', '{}', '{"token":""}', '[]', '1'].map(parseHolder)).toEqual(Array(6).fill(undefined));
  });
});

describe('isDead', () => {
  it.each<[string, Partial<Holder>, string, boolean, boolean]>([
    ['its process is gone from this place', {}, HOLDER.place, false, true],
    ['its process runs here', {}, HOLDER.place, true, false],
    ['it comes from another place', {}, 'ws2/boot/pid:[1]', false, false],
    ['this place cannot be told', { place: '' }, '', false, false],
    ['its process is not named', { pid: Number.NaN }, HOLDER.place, false, false],
  ])('where %s', (_what, changes, place, runs, dead) => {
    expect(isDead({ ...HOLDER, ...changes }, place, () => runs)).toBe(dead);
  });
});

describe('heldByOther', () => {
  it('says who, what and since when, and how to break it', () => {
    const { message, hint } = heldByOther('node1', HOLDER, '/var/lib/x');
    expect(message).toBe(
      'the cluster is held by another run of ops@ws1 (process 4711): rollout, since 2026-11-18T11:06:40.000Z',
    );
    expect(hint).toContain('its note expires 90 s after it died');
    expect(hint).toContain('make sure that it is dead and remove /var/lib/x/operation.json on every node');
    expect(heldByOther('node1', undefined, '/x').message).toContain('somebody whose note cannot be read');
  });
});
