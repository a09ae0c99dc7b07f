/** What was measured, against what was declared: time without writes, time to restore, seconds lost. */
import { fieldsOf, numberOf } from './recordValues';
import type { Comparison, DrillEntry, Entry, Incident, Measure, MeasureName, ReportSource } from './types';

export function compareMeasures(
  { budget, archiveTimeoutSeconds }: ReportSource,
  incidents: readonly Incident[],
  drills: readonly DrillEntry[],
): readonly Comparison[] {
  const failover = budget.rto.find(({ failure, automatic }) => failure === 'databaseKilled' && automatic)?.total;
  const worst = failover?.worst ?? null;
  const comparisons: readonly Comparison[] = [
    {
      subject: 'outage',
      measures: incidents.flatMap(outageOf),
      limits: [
        ...(failover === undefined ? [] : [{ name: 'failoverExpected', seconds: failover.expected } as const]),
        ...(worst === null ? [] : [{ name: 'failoverWorst', seconds: worst } as const]),
      ],
    },
    {
      subject: 'restore',
      measures: [
        ...incidents.flatMap(({ entry }) => (entry.kind === 'restoreToPoint' ? ended(entry, 'restore') : [])),
        ...drills.flatMap(({ entry, record: { restoreSeconds, replaySeconds } }) =>
          restoreSeconds === null || replaySeconds === null
            ? []
            : measure(entry, 'drillRestore', restoreSeconds + replaySeconds),
        ),
      ],
      limits: [],
    },
    {
      subject: 'loss',
      measures: [
        ...incidents.flatMap(({ entry, results }) =>
          measure(entry, 'restoreLoss', resultNumber(results, 'rpoSeconds')),
        ),
        ...drills.flatMap(({ entry, record }) => measure(entry, 'drillLoss', record.rpoSeconds)),
      ],
      limits: archiveTimeoutSeconds === null ? [] : [{ name: 'archiveTimeout', seconds: archiveTimeoutSeconds }],
    },
  ];
  return comparisons.map((one) => ({
    ...one,
    measures: [...one.measures].sort((a, b) => (a.entry.startMs ?? 0) - (b.entry.startMs ?? 0)),
  }));
}

function outageOf({ entry, results }: Incident): readonly Measure[] {
  if (entry.kind === 'promote') return ended(entry, 'promotion');
  return measure(entry, 'writeGap', resultNumber(results, 'writeGapSeconds'));
}

/** The whole action, where it did what it is for. */
function ended(entry: Entry, name: MeasureName): readonly Measure[] {
  return entry.outcome === 'succeeded' ? measure(entry, name, entry.seconds) : [];
}

/** One that cannot be placed on the axis of time is in the table of all records only. */
function measure(entry: Entry, name: MeasureName, value: unknown): readonly Measure[] {
  const seconds = numberOf(value);
  return seconds === null || entry.startMs === null ? [] : [{ entry, name, seconds }];
}

function resultNumber(results: Incident['results'], name: string): number | null {
  const found = fieldsOf(Object.fromEntries(results))[name];
  return typeof found === 'string' && /^-?\d+(\.\d+)?$/.test(found) ? Number(found) : null;
}
