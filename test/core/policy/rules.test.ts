// Every policy on clusters that keep it and on clusters that break it, with the exact words; and that every case would notice a rule
// without a body, and one that objects to everything.
import { describe, expect, it } from 'vitest';
import { policyRules } from '../../../core/policy/rules';
import type { PolicyRule } from '../../../core/policy/types';
import { policyCases as cases } from './cases';
import { report, shown, type PolicyCase, type Sample } from './sample';

const ruleOf = (id: string): PolicyRule => {
  const rule = policyRules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule is called ${id}`);
  return rule;
};

const passing = ({ passes }: PolicyCase): readonly (readonly [Sample, Readonly<Record<string, unknown>>?])[] =>
  passes.map((one) => (Array.isArray(one[0]) ? (one as never) : [one as Sample]));

/** The cases of a rule as they are judged: what each says, against what it should. */
function judged(rule: PolicyRule, one: PolicyCase): { readonly said: string[]; readonly wanted: readonly string[] }[] {
  const all = [
    ...passing(one).map(([sample, config]) => [sample, [], config] as const),
    ...one.fails.map(([sample, wanted, config]) => [sample, wanted, config] as const),
  ];
  return all.map(([sample, wanted, config]) => ({ said: report(rule, sample, config).results.map(shown), wanted }));
}

describe('the policies', () => {
  it.each(cases.map((one) => [one.rule, one] as const))('%s', (id, one) => {
    for (const { said, wanted } of judged(ruleOf(id), one)) expect(said).toEqual(wanted);
    expect(one.fails.length).toBeGreaterThanOrEqual(2);
    expect(one.passes.length).toBeGreaterThanOrEqual(1);
  });

  it('are all shown here, each once, and named after what they are', () => {
    expect(cases.map((one) => one.rule).sort()).toEqual(policyRules.map((rule) => rule.id).sort());
    for (const rule of policyRules) {
      expect(rule.id).toMatch(
        /^kingbase-(action|cluster|v8r3|server|node|host|secrets|stack|status|backup|aws|kwdb)(-[a-z0-9]+){2,}$/,
      );
      expect(rule.title).toMatch(/^\w.*[^.]$/);
      for (const text of [rule.protectsFrom, rule.hint]) expect(text).toMatch(/[.…!]$/);
      expect(rule.evidence.length).toBeGreaterThan(5);
      expect(rule.restsOn === 'observed').toBe(['status', 'kwdbBackups', 'kwdbLevels'].includes(rule.subject));
    }
    expect(policyRules.length).toBeGreaterThanOrEqual(30);
  });

  it('would each be missed: without its body, or objecting to everything, its cases fail', () => {
    const asWanted = (rule: PolicyRule, one: PolicyCase): boolean =>
      judged(rule, one).every(({ said, wanted }) => JSON.stringify(said) === JSON.stringify(wanted));
    const survivors = cases.filter((one) => {
      const rule = ruleOf(one.rule);
      const empty = { ...rule, judge: () => [] };
      const always = { ...rule, judge: () => [{ message: 'always' }] };
      return asWanted(empty, one) || asWanted(always, one);
    });
    expect(survivors.map((one) => one.rule)).toEqual([]);
  });
});
