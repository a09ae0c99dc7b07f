// The tables themselves: each row is consistent, its default lies in its range, and what the vendor's installer writes is in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kingbaseElsewhere, kingbaseParameters } from '../../../core/parameters/kingbase';
import { repmgrElsewhere, repmgrParameters } from '../../../core/parameters/repmgr';
import { formatAmount, parseValue } from '../../../core/parameters/settingValue';
import { sameValue } from '../../../core/parameters/checkParameters';
import type { Parameter } from '../../../core/parameters/types';
import { effectiveSettings } from '../../../core/render/settings';
import { planCluster } from '../../../core/topology/planCluster';
import { cluster, spec } from '../spec/exampleCluster';

const ALL: [string, Parameter][] = [...kingbaseParameters.values(), ...repmgrParameters.values()].map((row) => [
  row.name,
  row,
]);

describe('parameter tables', () => {
  it('hold what a DBA sets: at least 80 free ones of the server and 30 of repmgr.conf', () => {
    const free = (rows: Iterable<Parameter>) => [...rows].filter((row) => row.class === 'free').length;
    expect(free(kingbaseParameters.values())).toBeGreaterThan(80);
    expect(free(repmgrParameters.values())).toBeGreaterThan(30);
  });

  it.each(ALL)('describe %s fully', (_, row) => {
    expect(row.description).toMatch(/[.]$/);
    expect(row.versions.length).toBeGreaterThan(0);
    expect(row.source).not.toBe('');
    if (row.class !== 'free')
      expect([row.reason, row.alternative].every((text) => text !== undefined && text !== '')).toBe(true);
    if (row.type === 'enum') expect(row.values?.length).toBeGreaterThan(0);
    if (row.min !== undefined && row.max !== undefined) expect(row.min).toBeLessThan(row.max);
  });

  it.each(ALL.filter(([, row]) => row.class === 'free'))('give %s a default that it accepts itself', (_, row) => {
    expect(parseValue(row, row.default)).toMatchObject({ ok: true });
  });

  it('say nothing twice: a name of another engine is not also a parameter', () => {
    expect(Object.keys(kingbaseElsewhere).filter((name) => kingbaseParameters.has(name))).toEqual([]);
    expect(Object.keys(repmgrElsewhere).filter((name) => repmgrParameters.has(name))).toEqual([]);
  });

  it('agree with what is rendered into es_rep.conf', () => {
    const plan = planCluster(spec());
    const paths = plan.nodes[0]?.paths;
    expect(paths).toBeDefined();
    if (paths === undefined) return;
    for (const [name, value] of Object.entries(effectiveSettings(plan.spec, paths))) {
      const row = kingbaseParameters.get(name);
      expect(row, name).toBeDefined();
      if (row?.cluster !== undefined && !row.cluster.includes('<'))
        expect(`${name}=${value}`).toBe(`${name}=${row.cluster}`);
    }
  });

  it('let a user set every free parameter to what it is anyway', () => {
    const usual = (rows: Iterable<Parameter>) =>
      Object.fromEntries(
        [...rows].filter((row) => row.class === 'free').map((row) => [row.name, row.cluster ?? row.default]),
      );
    const parameters = usual(kingbaseParameters.values());
    const made = spec(cluster({ database: { parameters }, repmgrParameters: usual(repmgrParameters.values()) }));
    expect(Object.keys(made.database.parameters)).toEqual(Object.keys(parameters));
  });
});

describe('amounts', () => {
  it.each([
    [16, '8kB', '128kB'],
    [16384, '8kB', '128MB'],
    [1024, 'MB', '1GB'],
    [90, 's', '90s'],
    [120, 's', '2min'],
    [1440, 'min', '1d'],
    [-1, 'kB', '-1'],
    [0, 's', '0'],
    [5, undefined, '5'],
    [1.5, 'ms', '1500us'],
    [0.0001, 'ms', '0.0001ms'],
  ] as const)('write %s of %s as %s', (value, unit, expected) => {
    expect(formatAmount(value, unit)).toBe(expected);
  });

  it('read back what they write', () => {
    const sized = [...kingbaseParameters.values()].filter(
      (row) => row.type === 'integer' && row.unit !== undefined && row.class === 'free',
    );
    fc.assert(
      fc.property(fc.constantFrom(...sized), fc.double({ min: 0, max: 1, noNaN: true }), (row, share) => {
        const value = Math.round((row.min ?? 0) + share * ((row.max ?? 0) - (row.min ?? 0)));
        const text = formatAmount(value, row.unit);
        expect(sameValue(row.name, text, String(value))).toBe(true);
        expect(parseValue(row, text)).toEqual({ ok: true, canonical: String(value) });
      }),
    );
  });

  it('never throw on any text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL.map(([, row]) => row)), fc.string(), (row, text) => {
        const parsed = parseValue(row, text);
        expect(parsed.ok || (parsed.message !== '' && parsed.hint !== '')).toBe(true);
      }),
    );
  });
});
