// Proves the formula against every row of the measured and derived table, and what it says where nothing bounds an attempt.
import { describe, expect, it } from 'vitest';
import {
  attemptSeconds,
  detectionBudget,
  failoverBudget,
  INSTALLER_DETECTION,
  PRIMARY_FAULTS,
} from '../../../core/v8r3/detectionBudget';

const settings = (changes: Partial<typeof INSTALLER_DETECTION> = {}) => ({ ...INSTALLER_DETECTION, ...changes });

describe('the time until a lost primary is noticed', () => {
  it.each([
    ['refused', 60],
    ['noRoute', 84],
    ['blackholed', 140],
    ['hung', 1020],
  ] as const)('is for the installer’s values, %s: %i s and up to a period', (fault, seconds) => {
    expect(detectionBudget(fault, INSTALLER_DETECTION)?.total.expected).toBe(seconds + 0.5);
  });

  it('is up to 17 minutes with the installer’s values when the server hangs', () => {
    expect(detectionBudget('hung', INSTALLER_DETECTION)?.total).toEqual({ best: 1020, expected: 1020.5, worst: 1021 });
  });

  it('names each part with its share and its numbers', () => {
    expect(detectionBudget('blackholed', INSTALLER_DETECTION)?.parts).toEqual([
      { name: 'period', seconds: { best: 0, expected: 0.5, worst: 1 }, share: 0.004, formula: '0 to 1 s' },
      { name: 'firstRound', seconds: { best: 20, expected: 20, worst: 20 }, share: 0.142, formula: '2 × 10 s' },
      { name: 'retries', seconds: { best: 120, expected: 120, worst: 120 }, share: 0.854, formula: '6 × (10 + 10) s' },
    ]);
  });

  it.each([
    [
      'a host off, 10 × 3 s, as the seed measured',
      73,
      settings({ healthCheckMaxRetries: 10, healthCheckRetryDelay: 3 }),
      'noRoute',
    ],
    [
      'a killed server, 3 × 2 s, as in the lab',
      6,
      settings({ healthCheckMaxRetries: 3, healthCheckRetryDelay: 2 }),
      'refused',
    ],
    [
      'a stopped server, 3 × 2 s and a time-out of 5 s, from its first line on',
      26,
      settings({ healthCheckMaxRetries: 3, healthCheckRetryDelay: 2, healthCheckTimeout: 5 }),
      'hung',
    ],
  ] as const)('holds what was measured: %s', (_, measured, conf, fault) => {
    const { best, worst } = detectionBudget(fault, conf)?.total ?? { best: NaN, worst: NaN };
    const beforeFirstLine = fault === 'hung' ? 5 : 0;
    expect(measured + beforeFirstLine).toBeGreaterThanOrEqual(best);
    expect(measured).toBeLessThanOrEqual(worst ?? NaN);
  });

  it('counts one attempt less for pgpool-II 4', () => {
    expect(detectionBudget('hung', INSTALLER_DETECTION, 1)?.total.best).toBe(900);
  });

  it('has no end where nothing bounds an attempt, and none without a health check', () => {
    expect(detectionBudget('hung', settings({ healthCheckTimeout: 0 }))).toBeNull();
    expect(failoverBudget('hung', settings({ healthCheckTimeout: 0 }))).toBeNull();
    expect(attemptSeconds('blackholed', settings({ healthCheckTimeout: 0, connectTimeout: 0 }))).toBeNull();
    expect(detectionBudget('noRoute', settings({ healthCheckTimeout: 0, connectTimeout: 0 }))).toMatchObject({
      attempt: { best: 0, expected: 3, worst: null },
      total: { worst: null },
    });
    for (const fault of PRIMARY_FAULTS) {
      expect(detectionBudget(fault, settings({ healthCheckPeriod: 0 }))).toBeNull();
      expect(failoverBudget(fault, settings({ healthCheckPeriod: 0 }))).toBeNull();
    }
  });

  it('ends an attempt at whichever of the two time-outs comes first', () => {
    expect(attemptSeconds('blackholed', settings({ healthCheckTimeout: 4 }))?.worst).toBe(4);
    expect(attemptSeconds('noRoute', settings({ connectTimeout: 2000 }))?.expected).toBe(2);
    expect(attemptSeconds('blackholed', settings({ connectTimeout: 0 }))?.worst).toBe(120);
  });

  it('divides nothing by nothing', () => {
    const none = settings({ healthCheckPeriod: 1e-9, healthCheckMaxRetries: 0 });
    expect(detectionBudget('refused', { ...none, healthCheckPeriod: Number.MIN_VALUE })?.parts[1]?.share).toBe(0);
  });
});

describe('the time until the pool has another primary', () => {
  it('adds the script and the search, and has no upper bound because the script has none', () => {
    const budget = failoverBudget('refused', INSTALLER_DETECTION);
    expect(budget?.parts.map(({ name }) => name)).toEqual(['period', 'firstRound', 'retries', 'script', 'findPrimary']);
    expect(budget?.total).toEqual({ best: 62, expected: 70.5, worst: null });
    expect(budget?.parts[4]?.seconds.worst).toBe(10);
    expect(failoverBudget('refused', settings({ searchPrimaryNodeTimeout: 0 }))?.parts[4]?.seconds.worst).toBeNull();
  });
});
