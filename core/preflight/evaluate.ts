/** Evidence → results: every check of every node, then what compares them. Pure. */
import type { Finding } from '../finding';
import { nearestName } from '../text/nearestName';
import type { Check, Judgement, Subject } from './check';
import { accountChecks } from './checks/account';
import { automationChecks } from './checks/automation';
import { crossChecks } from './checks/crossNode';
import { firewallChecks } from './checks/firewall';
import { kernelChecks } from './checks/kernel';
import { memoryChecks } from './checks/memory';
import { networkChecks } from './checks/network';
import { softwareChecks } from './checks/software';
import { storageChecks } from './checks/storage';
import { systemChecks } from './checks/system';
import { timeChecks } from './checks/time';
import { Facts, MissingEvidence } from './evidence';
import { foundOf, groupResults, nodesOf } from './group';
import type { CheckResult, NodeEvidence, PreflightReport } from './types';

export const nodeChecks: readonly Check[] = [
  ...systemChecks,
  ...accountChecks,
  ...networkChecks,
  ...firewallChecks,
  ...storageChecks,
  ...memoryChecks,
  ...kernelChecks,
  ...timeChecks,
  ...automationChecks,
  ...softwareChecks,
];

/** What `preflight.accept` may name. */
export const checkIds: readonly string[] = [...nodeChecks, ...crossChecks].map((check) => check.id);

export function evaluate(nodes: readonly NodeEvidence[]): PreflightReport {
  const seen = nodes.map((node) => ({ node, subject: toSubject(node) }));
  const subjects = seen.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
  const accept = new Set(nodes.flatMap((node) => node.request.accept));
  const results = [
    ...seen.flatMap(({ node, subject }) => (subject === undefined ? [notAsked(node)] : checkNode(subject))),
    ...(subjects.length < 2 ? [] : compareNodes(subjects)),
    ...acceptedUnknown([...accept]),
  ].map((result) => accepted(result, accept));
  return { results, passed: results.every((result) => result.verdict === 'PASS' || result.verdict === 'WARN') };
}

function toSubject(node: NodeEvidence): Subject | undefined {
  const facts = node.output === undefined ? undefined : Facts.parse(node.output);
  return facts === undefined || !facts.isComplete ? undefined : { facts, request: node.request, runner: node.runner };
}

/** One line for a host that could not be asked, instead of fifty errors. */
function notAsked(node: NodeEvidence): CheckResult {
  const reason = node.unreachable ?? {
    code: 'preflight/incomplete',
    message: 'the collector stopped before its end',
    hint: 'Run it again; if it stops again, look on the host for a file system that hangs (df, mount).',
  };
  return {
    id: reason.code.replace(/^.*\//, 'connection-'),
    group: 'connection',
    title: 'the host can be reached and looked at',
    node: node.request.name,
    verdict: /\/(unreachable|host-key|auth|sudo)$/.test(reason.code) ? 'FAIL' : 'ERROR',
    found: reason.message,
    wanted: `ssh to ${node.request.host}, and sudo -n there`,
    hint: reason.hint,
  };
}

function checkNode(subject: Subject): CheckResult[] {
  return nodeChecks
    .filter((check) => check.applies?.(subject.request, subject.facts) ?? true)
    .map((check) => toResult(check, subject.request.name, () => check.judge(subject)));
}

function compareNodes(subjects: readonly Subject[]): CheckResult[] {
  return crossChecks.map((check) => toResult(check, 'cluster', () => check.judge(subjects)));
}

function toResult(check: Pick<Check, 'id' | 'group' | 'title'>, node: string, judge: () => Judgement): CheckResult {
  const head = { id: check.id, group: check.group, title: check.title, node };
  try {
    return { ...head, ...judge() };
  } catch (error) {
    if (!(error instanceof MissingEvidence)) {
      throw error;
    }
    return {
      ...head,
      verdict: 'ERROR',
      found: `could not be read: ${error.message}`,
      wanted: 'evidence',
      hint: 'What could not be read does not pass. Repair what kept it from being read, and run preflight again.',
    };
  }
}

/** Only a FAIL can be accepted: missing evidence cannot. */
function accepted(result: CheckResult, accept: ReadonlySet<string>): CheckResult {
  return result.verdict === 'FAIL' && result.group !== 'connection' && accept.has(result.id)
    ? { ...result, verdict: 'WARN', found: `${result.found} (accepted)` }
    : result;
}

function acceptedUnknown(accept: readonly string[]): CheckResult[] {
  return accept
    .filter((id) => !checkIds.includes(id))
    .map((id) => {
      const nearest = nearestName(id, checkIds);
      return {
        id: 'accept-unknown',
        group: 'cluster' as const,
        title: 'preflight.accept names checks',
        node: 'cluster',
        verdict: 'WARN' as const,
        found: id,
        wanted: 'ids of this table',
        hint: nearest === undefined ? 'Take it out of preflight.accept.' : `Did you mean ${nearest}?`,
      };
    });
}

/** Every result that blocks, as findings: one for all the nodes that have it. */
export function blockingFindings(report: PreflightReport): Finding[] {
  return groupResults(report.results.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'ERROR')).map(
    (group) => {
      const { id, verdict, title, wanted, hint } = group.result;
      return {
        code: `preflight/${id}`,
        path: `${nodesOf(group)}: ${id}`,
        message: `${verdict} ${title}: found ${foundOf(group)}; wanted ${wanted}`,
        hint,
      };
    },
  );
}
