// Proves that a report says what the records hold, and names what they do not: no moment, role or measure is made up.
import { describe, expect, it } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { buildReport } from '../../../core/report/buildReport';
import {
  ALL,
  DRILLS,
  FAILED,
  INTERRUPTED,
  REFUSED,
  REJOIN,
  reportSource,
  SWITCHOVER,
} from '../../support/reportRecords';

const report = buildReport(reportSource());
const incident = (record: ActionRecord) => {
  const [found] = buildReport(reportSource({ actions: [record], drills: [] })).incidents;
  if (found === undefined) throw new Error('no incident');
  return found;
};

describe('the report', () => {
  it('has every record once, in the order of time', () => {
    expect(report.entries.map(({ id }) => id)).toEqual([
      ...ALL.map(({ requestId }) => requestId),
      ...DRILLS.map(({ id }) => id),
    ]);
    expect(report.entries.map(({ outcome }) => outcome)).toEqual([
      ...['succeeded', 'succeeded', 'interrupted', 'refused', 'failed', 'succeeded', 'failed'],
    ]);
    const backwards = buildReport(reportSource({ actions: [...ALL].reverse(), drills: [...DRILLS].reverse() }));
    expect(backwards.entries.map(({ id }) => id)).toEqual(report.entries.map(({ id }) => id));
    expect(new Set(report.entries.map(({ anchor }) => anchor)).size).toBe(7);
  });

  it('gives each milestone the moment that the record holds, with its field', () => {
    const { moments, notRecorded } = incident(SWITCHOVER);
    expect(moments.map(({ at, milestone, source }) => [at.slice(11, 21), milestone, source])).toEqual([
      ['01:00:00.0', null, 'startedAt'],
      ['01:00:02.0', 'decided', 'phases: decide'],
      ['01:00:06.5', 'promoted', 'phases: swap'],
      ['01:00:12.0', null, 'finishedAt'],
    ]);
    expect(notRecorded).toEqual(['firstWrite']);
    expect(incident(REJOIN).moments.map(({ milestone }) => milestone)).toEqual([null, 'rejoined', null]);
    expect(incident(REJOIN).notRecorded).toEqual(['detected']);
  });

  it('makes no moment of a number, of a text without zone, or of a step without its end', () => {
    const streamingAt = (value: unknown) =>
      incident({ ...REJOIN, result: { streamingAt: value } }).moments.map(({ source }) => source);
    for (const value of [1_700_000_000, '2026-11-20 02:00:20', '2026-11-20T02:00:20', 'soon', null]) {
      expect(streamingAt(value)).toEqual(['startedAt', 'finishedAt']);
    }
  });

  it('places steps on the clock only where the record says when they ended', () => {
    expect(incident(SWITCHOVER).phases).toEqual([
      { step: 'decide', seconds: 1, from: 1 },
      { step: 'swap', seconds: 4, from: 2.5 },
    ]);
    expect(incident(REJOIN).phases).toEqual([{ step: 'stop', seconds: 2, from: null }]);
    expect(incident(INTERRUPTED).phases).toEqual([{ step: 'preserve', seconds: 1.5, from: 1.5 }]);
    expect(incident({ ...SWITCHOVER, startedAt: 'then' }).phases.map(({ from }) => from)).toEqual([null, null]);
  });

  it('shows the topology as far as the record knows it', () => {
    expect(incident(SWITCHOVER).topology).toEqual({
      before: [
        { node: 'node1', role: 'primary', timeline: 1 },
        { node: 'node2', role: 'standby', timeline: 1 },
        { node: 'node3', role: null, timeline: null },
      ],
      after: [
        { node: 'node1', role: null, timeline: null },
        { node: 'node2', role: 'primary', timeline: 2 },
        { node: 'node3', role: null, timeline: null },
      ],
    });
    const promoted = { ...SWITCHOVER, kind: 'promote', result: { to: 'node2', lostPrimary: 'gone', timelineAfter: 2 } };
    expect(incident(promoted).topology?.before.at(-1)).toEqual({ node: 'gone', role: 'lost', timeline: null });
    expect(incident(REFUSED).topology).toBeNull();
    expect(incident(FAILED).topology).toBeNull();
    expect(incident({ ...FAILED, before: REJOIN.before ?? null, after: REJOIN.before ?? null }).topology).toBeNull();
  });

  it('measures what was measured, against what was declared', () => {
    const said = report.comparisons.map(({ subject, measures }) => [
      subject,
      measures.map(({ entry, name, seconds }) => `${entry.id} ${name} ${seconds}`),
    ]);
    expect(said).toEqual([
      ['outage', ['so-1 writeGap 3.4']],
      ['restore', ['monthly-11 drillRestore 2.7']],
      ['loss', ['monthly-11 drillLoss 0', 'monthly-12 drillLoss 42']],
    ]);
    const limits = report.comparisons.map((one) => one.limits.map(({ name }) => name));
    expect(limits).toEqual([['failoverExpected', 'failoverWorst'], [], ['archiveTimeout']]);
  });

  it('takes a whole action for a measure only where it succeeded', () => {
    const measured = (changes: Partial<ActionRecord>) =>
      buildReport(reportSource({ actions: [{ ...FAILED, ...changes }], drills: [] })).comparisons.flatMap(
        ({ measures }) => measures.map(({ name, seconds }) => `${name} ${seconds}`),
      );
    expect(measured({})).toEqual([]);
    expect(measured({ state: 'succeeded' })).toEqual(['promotion 7']);
    const restored = { kind: 'restoreToPoint', state: 'succeeded', result: { rpoSeconds: 1.5 } } as const;
    expect(measured(restored)).toEqual(['restore 7', 'restoreLoss 1.5']);
    expect(measured({ ...restored, startedAt: 'then' })).toEqual([]);
    expect(measured({ ...restored, result: { rpoSeconds: 'much' } })).toEqual(['restore 7']);
  });

  it('compares with no limit that is not declared', () => {
    const { budget } = reportSource();
    const rto = budget.rto.map((entry) => ({ ...entry, automatic: false }));
    const byHand = buildReport(reportSource({ budget: { ...budget, rto }, archiveTimeoutSeconds: null }));
    expect(byHand.comparisons.flatMap(({ limits }) => limits)).toEqual([]);
    const open = budget.rto.map((entry) => ({ ...entry, total: { ...entry.total, worst: null } }));
    const [outage] = buildReport(reportSource({ budget: { ...budget, rto: open } })).comparisons;
    expect(outage?.limits.map(({ name }) => name)).toEqual(['failoverExpected']);
  });

  it('keeps a record whose values are of no known kind, and calls nothing of it a success', () => {
    const odd = {
      ...{ requestId: 'odd', kind: 'later', cluster: 'kb', node: 'nodeX', inputs: null, state: 'pending' },
      ...{ reason: 7, startedAt: 5, seconds: 'long', phases: [null, { step: 'a' }, { seconds: 1 }], result: ['x'] },
    } as unknown as ActionRecord;
    const { entry, ...rest } = incident(odd);
    expect(entry).toMatchObject({ outcome: 'interrupted', startMs: null, startedAt: '', seconds: null, reasons: [] });
    expect(rest).toEqual({ inputs: [], moments: [], notRecorded: [], phases: [], topology: null, results: [] });
  });
});
