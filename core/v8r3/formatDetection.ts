/** What a preview prints: how long each kind of loss takes until it is noticed, and until another database serves. */
import type { Seconds } from '../budget/types';
import {
  detectionBudget,
  failoverBudget,
  PRIMARY_FAULTS,
  type DetectionSettings,
  type PrimaryFault,
} from './detectionBudget';
import type { V8r3Spec } from './spec/types';

export interface DetectionRow {
  readonly fault: PrimaryFault;
  /** null: never. */
  readonly detection: Seconds | null;
  readonly failover: Seconds | null;
}

export function detectionSettings({ pool }: Pick<V8r3Spec, 'pool'>): DetectionSettings {
  return {
    healthCheckPeriod: pool.healthCheck.periodSeconds,
    healthCheckTimeout: pool.healthCheck.timeoutSeconds,
    healthCheckMaxRetries: pool.healthCheck.maxRetries,
    healthCheckRetryDelay: pool.healthCheck.retryDelaySeconds,
    connectTimeout: pool.connectTimeoutMs,
    searchPrimaryNodeTimeout: pool.searchPrimaryTimeoutSeconds,
  };
}

export function detectionRows(settings: DetectionSettings): readonly DetectionRow[] {
  return PRIMARY_FAULTS.map((fault) => ({
    fault,
    detection: detectionBudget(fault, settings)?.total ?? null,
    failover: failoverBudget(fault, settings)?.total ?? null,
  }));
}

const MEANING: Readonly<Record<PrimaryFault, string>> = {
  refused: 'refused: database killed, host up',
  noRoute: 'no route: host off, same network',
  blackholed: 'blackholed: nobody answers',
  hung: 'hung: accepts, then says nothing',
};

export function formatDetection(settings: DetectionSettings): string {
  const rows = detectionRows(settings).map(({ fault, detection, failover }) => [
    MEANING[fault],
    shown(detection),
    shown(failover),
  ]);
  const head = ['primary lost by', 'noticed after', 'replaced after'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Expected seconds, and the worst where it is another. */
function shown(seconds: Seconds | null): string {
  if (seconds === null) return 'never';
  const { expected, worst } = seconds;
  const round = (value: number): string => `${Math.round(value * 10) / 10} s`;
  if (worst === expected) return round(expected);
  return worst === null ? `${round(expected)} (no upper bound)` : `${round(expected)} (at most ${round(worst)})`;
}
