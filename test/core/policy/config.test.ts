// What a pack configuration changes: levels, thresholds, waivers that end; and that what it does not say right is named.
import { describe, expect, it } from 'vitest';
import { chooseRule, configSchemaOf, packConfigMistakes, readConfig } from '../../../core/policy/config';
import { evaluatePolicies } from '../../../core/policy/evaluate';
import { formatPolicyFinding, judge } from '../../../core/policy/judge';
import { policyRules } from '../../../core/policy/rules';
import { requireTrustedServers } from '../../../core/policy/rules/topology/requireTrustedServers';
import { requireWitnessForTwo } from '../../../core/policy/rules/topology/requireWitnessForTwo';
import { spreadLocations } from '../../../core/policy/rules/topology/spreadLocations';
import { requireHealthyCluster } from '../../../core/policy/rules/status/requireHealthyCluster';
import { readSubject } from '../../../core/policy/subjects';
import { pack } from '../../../core/packed';
import { CLOCK, edited, node, report, shown, status, three } from './sample';

const TWO = three({ nodes: [node(1), node(2)] });
const waiver = { cluster: 'lab', owner: 'Li Wei', reason: 'witness host ordered', until: '2026-12-31' };
const said = (waivers: readonly object[], more: object = {}) =>
  report(requireWitnessForTwo, TWO, { waivers, ...more }).results.map((one) => `${one.state} ${shown(one)}`);
const MESSAGE = 'nodes: two database nodes and no witness: a cut line can make two primaries';

describe('a waiver', () => {
  it('turns a violation into a remark that names who stands for it', () => {
    expect(said([waiver])).toEqual([`waived ${MESSAGE} (waived by Li Wei until 2026-12-31: witness host ordered)`]);
    const judged = report(requireWitnessForTwo, TWO, { waivers: [waiver] });
    expect(judged.passed).toBe(true);
    expect(judged.policies[0]?.verdict).toBe('waived');
  });

  it('counts on its last day, and not on the next', () => {
    expect(said([{ ...waiver, until: '2026-11-21' }])[0]).toMatch(/^waived/);
    expect(said([{ ...waiver, until: '2026-11-20' }])).toEqual([
      `violated ${MESSAGE} (its waiver by Li Wei ended on 2026-11-20)`,
    ]);
    expect(said([waiver], { today: '2027-01-01' })).toEqual([
      `violated ${MESSAGE} (its waiver by Li Wei ended on 2026-12-31)`,
    ]);
  });

  it.each([
    ['of another cluster', { ...waiver, cluster: 'prod' }, ''],
    ['without an owner', { ...waiver, owner: '' }, ' (its waiver names no owner or no reason)'],
    [
      'without a reason',
      { cluster: 'lab', owner: 'Li', until: '2026-12-31' },
      ' (its waiver names no owner or no reason)',
    ],
    ['without an end', { ...waiver, until: 'later' }, ' (its waiver by Li Wei has no end (until: YYYY-MM-DD))'],
    [
      'with an end that is none',
      { ...waiver, until: '2099-01-01' },
      ' (its waiver by Li Wei ends later than in 366 days, which is no end)',
    ],
  ])('%s does not count', (_, given, suffix) => {
    expect(said([given])).toEqual([`violated ${MESSAGE}${suffix}`]);
  });
});

describe('the level of a policy', () => {
  it('is its own, that of all, or the one it is given by name', () => {
    const { id } = requireTrustedServers;
    const level = (pack: Record<string, unknown>) => chooseRule(requireTrustedServers, pack).level;
    expect(level({})).toBe('advisory');
    expect(level({ all: 'mandatory' })).toBe('mandatory');
    expect(level({ all: { enforcementLevel: 'disabled' }, [id]: { minimum: 3 } })).toBe('disabled');
    expect(level({ all: 'mandatory', [id]: 'disabled' })).toBe('disabled');
    expect(level({ [id]: { enforcementLevel: 'mandatory' } })).toBe('mandatory');
  });

  it('decides whether a violation fails the run', () => {
    const judged = (pack: Record<string, unknown>) =>
      evaluatePolicies({ resources: three(), config: pack, clock: CLOCK, missing: {} }, [requireTrustedServers]);
    expect(judged({}).passed).toBe(true);
    expect(judged({}).policies).toEqual([
      { policy: requireTrustedServers.id, group: 'topology', level: 'advisory', verdict: 'violated', judged: 1 },
    ]);
    expect(judged({ all: 'mandatory' }).passed).toBe(false);
    expect(judged({ all: 'disabled' }).policies[0]).toMatchObject({ verdict: 'disabled', judged: 0 });
  });

  it('disabled by default judges nothing until it is switched on', () => {
    const evaluation = { resources: three(), config: {}, clock: CLOCK, missing: {} };
    expect(evaluatePolicies(evaluation, [spreadLocations]).results).toEqual([]);
  });
});

describe('evidence that is not there', () => {
  it('is told as a remark, never as a violation, and nothing is called passed', () => {
    const [subject] = status(undefined).map((one) => readSubject('status', one));
    const config = readConfig(requireHealthyCluster, {}, CLOCK);
    const found = subject === undefined ? [] : judge(requireHealthyCluster, subject, config);
    expect(found.map(formatPolicyFinding)).toEqual([
      'not proved: lab: the nodes have not been looked at yet\nHINT: It is judged after the first update.',
    ]);
    expect(report(requireHealthyCluster, status(undefined)).policies[0]?.verdict).toBe('notJudged');
    expect(report(requireHealthyCluster, three()).policies[0]).toMatchObject({
      verdict: 'notJudged',
      why: 'no resource of this kind',
    });
    const missing = { status: 'no state here' };
    const judged = evaluatePolicies({ resources: [], config: {}, clock: CLOCK, missing }, [requireHealthyCluster]);
    expect(judged.policies[0]?.why).toBe('no state here');
  });

  it('is no problem of a password that is not known', () => {
    const unknown = three().map((one) => ({ ...one, props: { ...one.props, secrets: undefined } }));
    const rules = policyRules.filter((rule) => rule.subject === 'secrets');
    const judged = evaluatePolicies({ resources: unknown, config: {}, clock: CLOCK, missing: {} }, rules);
    expect(judged.policies.map((one) => one.verdict)).toEqual(['notJudged']);
  });
});

describe('the configuration of the pack', () => {
  it('has for every policy a schema with defaults, waivers and a clock', () => {
    for (const rule of policyRules) {
      const schema = configSchemaOf(rule) as Record<string, { type: string; default: unknown; description: string }>;
      expect(Object.keys(schema)).toEqual([...Object.keys(rule.config), 'waivers', 'today']);
      for (const property of Object.values(schema)) expect(property.description).toMatch(/\.$/);
      expect(Object.keys(schema)).not.toContain('enforcementLevel');
    }
    expect(readConfig(requireTrustedServers, { minimum: 3 }, CLOCK)).toEqual({
      values: { minimum: 3 },
      waivers: [],
      today: '2026-11-21',
      now: CLOCK.getTime(),
    });
    expect(readConfig(requireTrustedServers, { today: '2026-01-31T12:00:00Z' }, CLOCK)).toMatchObject({
      today: '2026-01-31',
      now: Date.UTC(2026, 0, 31, 12),
    });
  });

  it.each([
    [{ 'kingbase-cluster-no-such': 'mandatory' }, 'no policy is called "kingbase-cluster-no-such"'],
    [{ all: 'strict' }, 'all: "strict" is no enforcement level'],
    [{ all: { minimum: 1 } }, 'all: there is no "minimum"'],
    [
      { [requireTrustedServers.id]: { enforcementLevel: 'no' } },
      `${requireTrustedServers.id}: "no" is no enforcement level`,
    ],
    [{ [requireTrustedServers.id]: { minimun: 3 } }, `${requireTrustedServers.id}: there is no "minimun"`],
    [
      { [requireTrustedServers.id]: { minimum: '3' } },
      `${requireTrustedServers.id}.minimum: "3" is not of type integer`,
    ],
    [
      { [requireTrustedServers.id]: { waivers: 'all' } },
      `${requireTrustedServers.id}.waivers: "all" is not of type array`,
    ],
  ])('%j is refused by name', (pack, mistake) => {
    expect(packConfigMistakes(pack, policyRules)).toEqual([mistake]);
  });

  it('that is right has no mistakes', () => {
    const pack = {
      all: 'mandatory',
      [requireTrustedServers.id]: { enforcementLevel: 'advisory', minimum: 3, today: '2026-01-01', waivers: [waiver] },
    };
    expect(packConfigMistakes(pack, policyRules)).toEqual([]);
  });
});

describe('properties as a program sends them', () => {
  it('are judged like those that are declared', () => {
    const declared = edited(TWO, 'sys_hba.conf', (text) => `${text}host all all 0.0.0.0/0 trust\n`);
    const sent = declared.map((one) =>
      one.type.startsWith('pulumi-nodejs:') ? { ...one, props: pack(one.props, () => true) } : one,
    );
    expect(sent).not.toEqual(declared);
    const judged = (resources: typeof declared) =>
      evaluatePolicies({ resources, config: {}, clock: CLOCK, missing: {} }, policyRules);
    expect(judged(sent)).toEqual(judged(declared));
    expect(
      judged(sent)
        .results.map((one) => shown(one))
        .join('\n'),
    ).toContain('0.0.0.0/0');
  });
});
