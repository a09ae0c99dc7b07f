/** The record of a drill: what was measured is held against its limit, and stands where the report looks for it. */
import { describe, expect, it } from 'vitest';
import { computeBudget } from '../../../core/budget/computeBudget';
import { actionLine, parseActionRecord } from '../../../core/action/record';
import { scenarioRecord, type ScenarioRun } from '../../../core/drill/scenario';
import { buildReport } from '../../../core/report/buildReport';
import { makeSpec } from '../../support/specs';

const START = Date.parse('2026-12-01T02:00:00Z');
const RUN: ScenarioRun = {
  ...{ id: 'drill-1', scenario: 'primaryFailure', cluster: 'ha', node: 'node1' },
  ...{ startedAt: START, finishedAt: START + 60_000, findings: [] },
  steps: [
    { step: 'fault', endedAt: START + 5_000 },
    { step: 'firstWrite', endedAt: START + 9_500 },
  ],
  measures: [
    { name: 'writeGapSeconds', value: 4.5, limit: 21 },
    { name: 'lostRows', value: 0, limit: 0, unit: 'rows' },
    { name: 'wholeAfterSeconds', value: 40, limit: null },
  ],
};

describe('the record of a drill', () => {
  it('passes where everything held and no limit was passed, with each step on the clock', () => {
    const record = scenarioRecord(RUN);
    expect(record).toMatchObject({
      ...{ kind: 'drill.primaryFailure', state: 'succeeded', reason: null, seconds: 60 },
      startedAt: '2026-12-01T02:00:00.000Z',
      phases: [
        { step: 'fault', seconds: 5, endedAt: '2026-12-01T02:00:05.000Z' },
        { step: 'firstWrite', seconds: 4.5, endedAt: '2026-12-01T02:00:09.500Z' },
      ],
      result: { writeGapSeconds: 4.5, writeGapSecondsLimit: 21, lostRows: 0, wholeAfterSecondsLimit: null },
    });
    expect(parseActionRecord(JSON.stringify(record))).toEqual(record);
    expect(actionLine(record)).toContain('succeeded   drill.primaryFailure node1');
  });

  it.each<[string, Partial<ScenarioRun>, string]>([
    [
      'a limit that was passed',
      { measures: [{ name: 'writeGapSeconds', value: 22, limit: 21 }] },
      'writeGapSeconds: 22 s, and at most 21 s is declared',
    ],
    [
      'a row that was lost',
      { measures: [{ name: 'lostRows', value: 1, limit: 0, unit: 'rows' }] },
      'lostRows: 1 rows, and at most 0 rows is declared',
    ],
    [
      'what did not hold',
      { findings: ['node3 lacks 2 rows', 'no write came back'] },
      'node3 lacks 2 rows; no write came back',
    ],
  ])('fails with %s', (_, change, reason) => {
    expect(scenarioRecord({ ...RUN, ...change })).toMatchObject({ state: 'failed', reason });
  });

  it('stands in the report beside the declared budget', () => {
    const { comparisons, incidents } = buildReport({
      ...{ cluster: 'ha', at: '2026-12-02T00:00:00Z', nodes: [], drills: [], unread: [], archiveTimeoutSeconds: 60 },
      actions: [scenarioRecord(RUN)],
      budget: computeBudget(makeSpec()),
    });
    expect(comparisons[0]).toMatchObject({
      subject: 'outage',
      measures: [{ name: 'writeGap', seconds: 4.5, entry: { kind: 'drill.primaryFailure', outcome: 'succeeded' } }],
    });
    expect(incidents[0]?.phases.map(({ step, from }) => [step, from])).toEqual([
      ['fault', 0],
      ['firstWrite', 5],
    ]);
  });
});
