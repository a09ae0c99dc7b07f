// A report for people and for review tools: table, Markdown, JUnit, SARIF. JSON is the report itself.
import { formatFinding } from '../finding';
import type { PolicyReport, PolicyResult } from './evaluate';
import { policyRules } from './rules';
import type { PolicyRule } from './types';

const ORDER: Readonly<Record<string, number>> = { mandatory: 0, advisory: 1 };

/** Violations of mandatory policies first; within a level in the order of the docs. */
function sorted({ results }: PolicyReport): readonly PolicyResult[] {
  const rank = (one: PolicyResult): number => (one.state === 'violated' ? (ORDER[one.level] as number) : 2);
  return [...results].sort((a, b) => rank(a) - rank(b));
}

function word({ state, level }: PolicyResult): string {
  return state === 'violated' ? level : state === 'waived' ? 'waived' : 'not proved';
}

export function formatPolicyTable(report: PolicyReport): string {
  const rows = sorted(report).map((one) => [word(one), one.severity, one.policy, one.resources.join(', ')] as const);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => (row[column] as string).length)));
  const lines = sorted(report).flatMap((one, index) => {
    const cells = rows[index] as readonly string[];
    const head = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    const text = [`wanted: ${one.title}`, ...formatFinding(one.finding).split('\n')];
    return [head.trimEnd(), ...text.map((line) => `    ${line}`)];
  });
  return [...lines, ...(lines.length === 0 ? [] : ['']), ...unjudged(report), summary(report)].join('\n');
}

function unjudged({ policies }: PolicyReport): string[] {
  const missing = policies.filter((one) => one.verdict === 'notJudged' && one.why !== undefined);
  return [...new Set(missing.map((one) => one.why))].map((why) => {
    const names = missing.filter((one) => one.why === why).map((one) => one.policy);
    return `not judged, ${why}: ${names.join(', ')}`;
  });
}

function summary({ results, policies }: PolicyReport): string {
  const violated = (level: string): number =>
    new Set(results.filter((one) => one.level === level && one.state === 'violated').map((one) => one.policy)).size;
  const countOf = (verdict: string): number => policies.filter((one) => one.verdict === verdict).length;
  const counts = [
    `${countOf('passed')} passed`,
    `${violated('mandatory')} mandatory violated`,
    `${violated('advisory')} advisory violated`,
    `${countOf('waived')} waived`,
    `${countOf('notJudged')} not judged`,
    `${countOf('disabled')} disabled`,
  ];
  return `${policies.length} policies: ${counts.join(', ')}`;
}

/** For a comment on a review. */
export function formatPolicyMarkdown(report: PolicyReport): string {
  const rows = sorted(report).map((one) => {
    const { path, message, hint } = one.finding;
    const cells = [word(one), `\`${one.policy}\``, path ?? '', message, hint ?? ''];
    return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
  });
  const head = ['| level | policy | where | found | what to do |', '| --- | --- | --- | --- | --- |'];
  return [
    `**Policies: ${report.passed ? 'passed' : 'refused'}** (${summary(report)})`,
    '',
    ...(rows.length === 0 ? [] : [...head, ...rows, '']),
  ].join('\n');
}

/** A test per policy; advisory ones and what was not judged count as skipped, with the reason. */
export function formatPolicyJunit(report: PolicyReport): string {
  const tests = report.policies.map((outcome) => {
    const open = `    <testcase classname="${xml(`policy.${outcome.group}`)}" name="${xml(outcome.policy)}"`;
    const text = report.results
      .filter((one) => one.policy === outcome.policy)
      .map((one) => `${word(one)}: ${formatFinding(one.finding)} (${one.resources.join(', ')})`)
      .join('\n');
    if (outcome.verdict === 'passed') return `${open}/>`;
    if (outcome.verdict === 'violated' && outcome.level === 'mandatory') {
      return `${open}>\n      <failure message="mandatory policy violated">${xml(text)}</failure>\n    </testcase>`;
    }
    const why = text === '' ? (outcome.why ?? outcome.verdict) : text;
    return `${open}>\n      <skipped message="${xml(outcome.level)}">${xml(why)}</skipped>\n    </testcase>`;
  });
  const failures = tests.filter((test) => test.includes('<failure')).length;
  const skipped = tests.filter((test) => test.includes('<skipped')).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="pulumi-kingbase policies" tests="${tests.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...tests,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] as string);
}

/** `artifact`: the stack's configuration file, as the repository knows it: reviewers see the remarks there. */
export function formatPolicySarif(report: PolicyReport, artifact: string): string {
  const level = (one: PolicyResult): string =>
    one.state === 'violated' ? (one.level === 'mandatory' ? 'error' : 'warning') : 'note';
  const run = {
    tool: {
      driver: {
        name: 'pulumi-kingbase policies',
        informationUri: 'https://www.pulumi.com/docs/iac/crossguard/',
        rules: policyRules.map(sarifRule),
      },
    },
    results: sorted(report).map((one) => ({
      ruleId: one.policy,
      level: level(one),
      message: { text: `${formatFinding(one.finding)}\n(${one.resources.join(', ')})` },
      locations: [{ physicalLocation: { artifactLocation: { uri: artifact }, region: { startLine: 1 } } }],
    })),
  };
  const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

function sarifRule(rule: PolicyRule): object {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.protectsFrom },
    help: { text: rule.hint },
    properties: { group: rule.group, severity: rule.severity, source: rule.evidence },
  };
}
