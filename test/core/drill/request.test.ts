/** What may be asked of a drill, and what drill.sh is told. */
import { describe, expect, it } from 'vitest';
import { checkDrillRequest, checkRequestId, describeDrill, drillWords } from '../../../core/drill/request';

const messages = (request: object): string[] =>
  checkDrillRequest(request, 'r').map(({ path, message }) => `${path}: ${message}`);

describe('checkDrillRequest', () => {
  it.each([
    undefined,
    'latest',
    'immediate',
    'time=2026-11-21T13:30:00Z',
    'time=2026-11-21 13:30:00.123456+08',
    'time=2026-11-21T13:30+0800',
    'lsn=1F/5000000',
    'name=before_release',
    'xid=445566',
  ])('takes the target %s', (target) => {
    expect(messages(target === undefined ? {} : { target })).toEqual([]);
  });

  it.each([
    'yesterday',
    'time=2026-11-21T13:30:00',
    'time=2026-13-21T13:30:00Z',
    'time',
    'latest=now',
    'lsn=5000000',
    "name=x'y",
    'xid=-1',
    'toString=1',
    '',
  ])('refuses the target %j', (target) => {
    expect(messages({ target })).toHaveLength(1);
  });

  it('gathers every mistake', () => {
    expect(messages({ target: 'soon', timeline: 0, set: 'newest' })).toEqual([
      'r.target: "soon" is no target',
      'r.timeline: 0 is no number of a timeline',
      'r.set: "newest" is no label of a backup',
    ]);
    expect(messages({ target: 5, timeline: 2, set: '20260512-110154F_20260513-110154I' })).toEqual([
      'r.target: 5 is no target',
    ]);
  });
});

describe('checkRequestId', () => {
  it.each(['a', 'monthly-2026.11', 'A_1'])('takes %s', (id) => expect(checkRequestId(id, 'p')).toEqual([]));
  it.each(['', '../x', '-x', "x'", 'x y', undefined, 5, 'x'.repeat(64)])('refuses %j', (id) =>
    expect(checkRequestId(id, 'p')).toHaveLength(1),
  );
});

describe('drillWords', () => {
  it('gives only what was asked for', () => {
    expect(drillWords('d1', {})).toEqual(['--id', 'd1']);
    expect(drillWords('d1', { target: 'xid=5', timeline: 2, set: '20260512-110154F', verify: false })).toEqual(
      '--id d1 --target xid=5 --timeline 2 --set 20260512-110154F --no-verify'.split(' '),
    );
    expect(drillWords('d1', { verify: true })).toEqual(['--id', 'd1']);
  });
});

describe('describeDrill', () => {
  it('says what will be done, where, and to what target', () => {
    expect(describeDrill('repo', {})).toMatch(
      /^on repo: verifies the repository, restores the newest backup before it to the target latest/,
    );
    expect(describeDrill('repo', { verify: false, set: 'L', target: 'xid=5' })).toMatch(
      /^on repo: restores backup L to the target xid=5/,
    );
  });
});
