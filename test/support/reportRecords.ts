// Records as the nodes write them: what a report is made from.
import type { ActionRecord } from '../../core/action/record';
import { computeBudget } from '../../core/budget/computeBudget';
import type { ReportSource } from '../../core/report/types';
import { drillRecord } from './drillRecord';
import { makeSpec } from './specs';

const standing = (role: string, timeline: number) => ({
  role,
  timeline,
  lsn: '0/5000060',
  controlState: 'in production',
});

export const SWITCHOVER: ActionRecord = {
  requestId: 'so-1',
  kind: 'switchover',
  cluster: 'kb',
  node: 'node2',
  inputs: { to: 'node2' },
  state: 'succeeded',
  reason: null,
  startedAt: '2026-11-20T01:00:00.000Z',
  finishedAt: '2026-11-20T01:00:12.000Z',
  seconds: 12,
  phases: [
    { step: 'decide', seconds: 1, endedAt: '2026-11-20T01:00:02.000Z' },
    { step: 'swap', seconds: 4, endedAt: '2026-11-20T01:00:06.500Z' },
  ],
  before: standing('standby', 1),
  after: standing('primary', 2),
  result: { from: 'node1', to: 'node2', timelineBefore: 1, timelineAfter: 2, writeGapSeconds: 3.4 },
};

export const REJOIN: ActionRecord = {
  ...{ requestId: 'rj-1', kind: 'rejoin', cluster: 'kb', node: 'node1', inputs: { node: 'node1' } },
  ...{
    state: 'succeeded',
    reason: null,
    startedAt: '2026-11-20T02:00:00.000Z',
    finishedAt: '2026-11-20T02:00:30.000Z',
  },
  // Of an older runner: how long, not when.
  ...{
    seconds: 30,
    phases: [{ step: 'stop', seconds: 2 }],
    before: standing('down', 1),
    after: standing('standby', 2),
  },
  result: { rung: 'rewind', primary: 'node2', streamingAt: '2026-11-20T02:00:20.000Z' },
};

/** A state.json: it did not end, and calls its phases steps. */
export const INTERRUPTED = {
  ...{
    requestId: 'rc-1',
    kind: 'reclone',
    cluster: 'kb',
    node: 'node3',
    inputs: {},
    state: 'interrupted',
    reason: null,
  },
  ...{ startedAt: '2026-11-20T03:00:00.000Z', updatedAt: '2026-11-20T03:01:00.000Z' },
  steps: [{ step: 'preserve', seconds: 1.5, endedAt: '2026-11-20T03:00:03.000Z' }],
} as unknown as ActionRecord;

export const REFUSED: ActionRecord = {
  ...{ requestId: 'rp-1', kind: 'restoreToPoint', cluster: 'kb', node: 'node1', inputs: { target: 'time=2026' } },
  ...{ state: 'refused', reason: 'REFUSED restore/bad-target: no zone', startedAt: '2026-11-20T04:00:00.000Z' },
};

export const FAILED: ActionRecord = {
  ...{ requestId: 'pr-1', kind: 'promote', cluster: 'kb', node: 'node3', inputs: {}, state: 'failed', seconds: 7 },
  ...{ startedAt: '2026-11-20T05:00:00.000Z', finishedAt: '2026-11-20T05:00:07.000Z', before: null, after: null },
  ...{ reason: `</pre><script>alert("x")</script> & 'quoted'`, phases: [], result: null },
};

export const ALL = [SWITCHOVER, REJOIN, INTERRUPTED, REFUSED, FAILED];

export const DRILLS = [
  drillRecord(),
  drillRecord({
    ...{
      id: 'monthly-12',
      verdict: 'failed',
      reasons: ['a page is damaged <b>'],
      rpoSeconds: 42,
      restoreSeconds: null,
    },
    ...{ startedAt: '2026-12-21T13:43:27.000000Z', finishedAt: '2026-12-21T13:44:27.000000Z' },
  }),
];

export function reportSource(changes: Partial<ReportSource> = {}): ReportSource {
  const spec = makeSpec();
  return {
    cluster: 'kb',
    at: '2026-12-24T00:00:00.000Z',
    nodes: ['node1', 'node2', 'node3'].map((name, at) => ({ name, host: `10.0.0.1${at + 1}`, role: 'database' })),
    actions: ALL,
    drills: DRILLS,
    unread: [],
    budget: computeBudget(spec),
    archiveTimeoutSeconds: 60,
    ...changes,
  };
}
