// The whole pack over the resources of a stack, without an engine: what `npm run policy` shows.
import type { Finding } from '../finding';
import { chooseRule, readConfig, type PackConfig } from './config';
import { judge, type PolicyState } from './judge';
import { policyRules } from './rules';
import { readStack, readSubject, type Judged } from './subjects';
import type { PolicyGroup, PolicyLevel, PolicyResource, PolicyRule, PolicySeverity, SubjectKind } from './types';

export interface PolicyResult {
  readonly policy: string;
  readonly title: string;
  readonly group: PolicyGroup;
  readonly severity: PolicySeverity;
  readonly level: Exclude<PolicyLevel, 'disabled'>;
  readonly state: PolicyState;
  /** Names of the resources that show the same. */
  readonly resources: readonly string[];
  readonly finding: Finding;
}

/** notJudged: what the rule looks at is not there, or not known. */
export type PolicyVerdict = 'passed' | 'violated' | 'waived' | 'notJudged' | 'disabled';

export interface PolicyOutcome {
  readonly policy: string;
  readonly group: PolicyGroup;
  readonly level: PolicyLevel;
  readonly verdict: PolicyVerdict;
  /** Resources that were judged. */
  readonly judged: number;
  /** Only with notJudged. */
  readonly why?: string;
}

export interface PolicyReport {
  readonly results: readonly PolicyResult[];
  readonly policies: readonly PolicyOutcome[];
  /** No mandatory violation. */
  readonly passed: boolean;
}

export interface Evaluation {
  readonly resources: readonly PolicyResource[];
  readonly config: PackConfig;
  readonly clock: Date;
  /** By subject: why there is nothing to look at here. */
  readonly missing: Partial<Readonly<Record<SubjectKind, string>>>;
}

const NOTHING = 'no resource of this kind';

export function evaluatePolicies(evaluation: Evaluation, rules: readonly PolicyRule[] = policyRules): PolicyReport {
  const judged = rules.map((rule) => judgeRule(rule, evaluation));
  const results = judged.flatMap((one) => one.results);
  return {
    results,
    policies: judged.map((one) => one.outcome),
    passed: !results.some((result) => result.level === 'mandatory' && result.state === 'violated'),
  };
}

interface JudgedRule {
  readonly results: readonly PolicyResult[];
  readonly outcome: PolicyOutcome;
}

function judgeRule(rule: PolicyRule, { resources, config, clock, missing }: Evaluation): JudgedRule {
  const { level, given } = chooseRule(rule, config);
  const about = { policy: rule.id, group: rule.group, level };
  if (level === 'disabled') return { results: [], outcome: { ...about, verdict: 'disabled', judged: 0 } };
  const subjects = subjectsOf(rule.subject, resources);
  if (subjects.length === 0) {
    const why = missing[rule.subject] ?? NOTHING;
    return { results: [], outcome: { ...about, verdict: 'notJudged', judged: 0, why } };
  }
  const { title, group, severity } = rule;
  const results = new Map<string, PolicyResult>();
  for (const { name, subject } of subjects) {
    for (const found of judge(rule, subject, readConfig(rule, given, clock))) {
      const key = JSON.stringify(found);
      const before = results.get(key)?.resources ?? [];
      results.set(key, { policy: rule.id, title, group, severity, level, ...found, resources: [...before, name] });
    }
  }
  const all = [...results.values()];
  return { results: all, outcome: { ...about, verdict: verdictOf(all), judged: subjects.length } };
}

function verdictOf(results: readonly PolicyResult[]): PolicyVerdict {
  if (results.some(({ state }) => state === 'violated')) return 'violated';
  if (results.some(({ state }) => state === 'waived')) return 'waived';
  return results.length > 0 ? 'notJudged' : 'passed';
}

interface Named {
  readonly name: string;
  readonly subject: Judged<SubjectKind>;
}

function subjectsOf(kind: SubjectKind, resources: readonly PolicyResource[]): readonly Named[] {
  if (kind === 'stack') return [{ name: 'stack', subject: { cluster: undefined, value: readStack(resources) } }];
  return resources.flatMap((resource) => {
    const subject = readSubject(kind, resource);
    return subject === undefined ? [] : [{ name: resource.name, subject }];
  });
}
