/** The timeline of an action: each moment with the field of the record that holds it. */
import type { ActionRecord } from '../action/record';
import { fieldsOf, momentMs, numberOf, textOf } from './recordValues';
import type { Milestone, Moment, PhaseBar } from './types';

/** What the end of a step means. */
const OF_STEP: Readonly<Record<string, Milestone>> = { decide: 'decided', promote: 'promoted', swap: 'promoted' };
const OF_RESULT: Readonly<Record<string, Milestone>> = {
  detectedAt: 'detected',
  firstWriteAt: 'firstWrite',
  streamingAt: 'rejoined',
};

/** What such an action is expected to have. */
const EXPECTED: Readonly<Record<string, readonly Milestone[]>> = {
  promote: ['detected', 'decided', 'promoted', 'firstWrite'],
  switchover: ['decided', 'promoted', 'firstWrite'],
  rejoin: ['detected', 'rejoined'],
  reclone: ['detected', 'rejoined'],
  restoreToPoint: ['promoted', 'firstWrite'],
};

interface Step {
  readonly step: string;
  readonly seconds: number;
  readonly endedAt: string | null;
}

/** A record that did not end calls them `steps`. */
function stepsOf(record: ActionRecord): readonly Step[] {
  const raw: unknown = record.phases ?? fieldsOf(record)['steps'];
  return (Array.isArray(raw) ? raw : []).flatMap((each) => {
    const { step, seconds, endedAt } = fieldsOf(each);
    const [name, took] = [textOf(step), numberOf(seconds)];
    return name === null || took === null
      ? []
      : [{ step: name, seconds: took, endedAt: momentMs(endedAt) === null ? null : String(endedAt) }];
  });
}

export function momentsOf(record: ActionRecord): readonly Moment[] {
  const found = (at: unknown, source: string, milestone: Milestone | null = null): readonly Moment[] =>
    momentMs(at) === null ? [] : [{ at: String(at), source, milestone }];
  return [
    ...found(record.startedAt, 'startedAt'),
    ...stepsOf(record).flatMap(({ step, endedAt }) => found(endedAt, `phases: ${step}`, OF_STEP[step] ?? null)),
    ...Object.entries(fieldsOf(record.result)).flatMap(([name, value]) =>
      name.endsWith('At') ? found(value, `result: ${name}`, OF_RESULT[name] ?? null) : [],
    ),
    ...found(record.finishedAt, 'finishedAt'),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function notRecorded(kind: string, moments: readonly Moment[]): readonly Milestone[] {
  return (EXPECTED[kind] ?? []).filter((wanted) => moments.every(({ milestone }) => milestone !== wanted));
}

/** On the clock where every step says when it ended; else their lengths alone. */
export function phasesOf(record: ActionRecord, startMs: number | null): readonly PhaseBar[] {
  const steps = stepsOf(record);
  const placed = startMs !== null && steps.every(({ endedAt }) => endedAt !== null);
  return steps.map(({ step, seconds, endedAt }) => ({
    step,
    seconds,
    from: placed ? Math.max(0, (Date.parse(endedAt ?? '') - startMs) / 1000 - seconds) : null,
  }));
}
