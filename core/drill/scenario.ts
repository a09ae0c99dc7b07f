/**
 * Drills of whole failures: what was measured, held against what is declared, as a record of the form that actions leave. So
 * `npm run recover -- history` lists it, and `npm run report` draws its time without writes and what was lost beside the budget.
 */
import type { ActionRecord } from '../action/record';

export const DRILL_SCENARIOS = {
  primaryFailure: 'the database of the primary is killed under a client that writes at the virtual IP',
  multiplePrimaries: 'a standby is promoted beside its primary and takes writes; resolveMultiPrimary makes them one',
  corruptedPage: 'a page of a standby is overwritten on its disk; it is found, and reclone replaces the database',
  backupFailure:
    'the repository refuses the archive; the status names it, and what waited is archived once it is cured',
} as const;

export type DrillScenario = keyof typeof DRILL_SCENARIOS;

/** Seconds, or a count where `unit` says so; limit null: measured, and nothing is declared about it. */
export interface DrillMeasure {
  readonly name: string;
  readonly value: number;
  readonly limit: number | null;
  readonly unit?: 's' | 'rows';
}

export interface ScenarioRun {
  readonly id: string;
  readonly scenario: DrillScenario;
  readonly cluster: string;
  /** Where it happened. */
  readonly node: string;
  /** Milliseconds since the epoch, like every moment here. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly steps: readonly { readonly step: string; readonly endedAt: number }[];
  readonly measures: readonly DrillMeasure[];
  /** What had to hold and did not, one line each. */
  readonly findings: readonly string[];
}

export function scenarioRecord(run: ScenarioRun): ActionRecord {
  const { id, scenario, cluster, node, startedAt, finishedAt, measures } = run;
  const reasons = [...run.findings, ...measures.flatMap(overLimit)];
  return {
    requestId: id,
    kind: `drill.${scenario}`,
    cluster,
    node,
    inputs: { scenario },
    state: reasons.length === 0 ? 'succeeded' : 'failed',
    reason: reasons.length === 0 ? null : reasons.join('; '),
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    seconds: (finishedAt - startedAt) / 1000,
    phases: run.steps.map(({ step, endedAt }, index) => ({
      step,
      seconds: (endedAt - (run.steps[index - 1]?.endedAt ?? startedAt)) / 1000,
      endedAt: new Date(endedAt).toISOString(),
    })),
    before: null,
    after: null,
    result: Object.fromEntries(
      measures.flatMap(({ name, value, limit }) => [
        [name, value],
        [`${name}Limit`, limit],
      ]),
    ),
  };
}

function overLimit({ name, value, limit, unit = 's' }: DrillMeasure): readonly string[] {
  return limit === null || value <= limit
    ? []
    : [`${name}: ${value} ${unit}, and at most ${limit} ${unit} is declared`];
}
