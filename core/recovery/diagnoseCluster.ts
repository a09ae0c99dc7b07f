/** The diagnosis of a cluster in trouble: which class of failure, who is to be primary, what to do in which order. Pure: everything it knows is in the evidence. */
import { buildClusterReport, type ClusterStatusReport } from '../observe/clusterReport';
import { choosePrimary, systemOf } from './choosePrimary';
import { questionsFor } from './compare';
import { judgeNodes, verdictOf, type JudgedNode } from './judgeNodes';
import { planRecovery } from './planRecovery';
import type { Standing } from './standing';
import type { BranchQuestions, ClusterDiagnosis, FailureClass, NamedReason, RecoveryEvidence } from './types';

/** `kinds`: the kinds of action that this version has. */
export function diagnoseCluster(evidence: RecoveryEvidence, kinds: readonly string[] = []): ClusterDiagnosis {
  const report = buildClusterReport(evidence.cluster, evidence.nodes);
  const judged = judgeNodes(evidence, report);
  const standings = judged.flatMap(({ standing }) => (standing === undefined ? [] : [standing]));
  const failure = classify(judged, report);
  const primary = choosePrimary(standings);
  return {
    cluster: evidence.cluster,
    class: failure.class,
    because: failure.because,
    notProved: standings.flatMap(unread),
    primary,
    nodes: judged.map(verdictOf),
    steps: failure.class === 'healthy' ? [] : planRecovery({ evidence, judged, primary, kinds }),
    warnings: report.warnings,
  };
}

/** What the nodes have to be asked next, by their names; nothing where all is well. */
export function questionsOf(evidence: RecoveryEvidence): ReadonlyMap<string, BranchQuestions> {
  const report = buildClusterReport(evidence.cluster, evidence.nodes);
  const judged = judgeNodes(evidence, report);
  if (classify(judged, report).class === 'healthy') return new Map();
  const held = judged.flatMap(({ standing }) => (standing?.kind === 'held' ? [standing] : []));
  const system = systemOf(held);
  return questionsFor(held.filter(({ systemIdentifier }) => systemIdentifier === system));
}

function unread({ kind, node, ...rest }: Standing): NamedReason[] {
  return kind === 'unread' ? [{ node: node.target.name, why: (rest as { readonly why: string }).why }] : [];
}

function classify(
  judged: readonly JudgedNode[],
  report: ClusterStatusReport,
): { readonly class: FailureClass; readonly because: readonly string[] } {
  const databases = judged.filter(({ node }) => node.target.role === 'database');
  const primaries = databases.filter((each) => servingAs(each, 'primary'));
  const standbys = databases.filter((each) => servingAs(each, 'standby'));
  const names = (nodes: readonly JudgedNode[]): string => nodes.map(({ node }) => node.target.name).join(' and ');
  const because = judged.flatMap(({ node, problems }) => problems.map(({ text }) => `${node.target.name}: ${text}`));
  if (primaries.length > 1) {
    return { class: 'multiplePrimaries', because: [`${names(primaries)} accept writes`, ...because] };
  }
  if (primaries.length === 0) {
    return standbys.length > 0
      ? { class: 'noPrimary', because: [`no node accepts writes; ${names(standbys)} run as standbys`, ...because] }
      : { class: 'fullClusterFailure', because: ['no database serves on any node', ...because] };
  }
  const others = databases.filter((each) => each !== primaries[0]);
  const isFailed = ({ problems }: JudgedNode): boolean => problems.some(({ kind }) => kind === 'database');
  const isWell = (each: JudgedNode): boolean => servingAs(each, 'standby') && !isFailed(each);
  const lead = `${names(primaries)} accepts writes`;
  if (others.some(isFailed) || (others.length > 0 && !others.some(isWell))) {
    const failed = others.filter((each) => !isWell(each));
    return {
      class: 'singlePrimaryFailedStandbys',
      because: [`${lead}; ${names(failed)} does not follow it`, ...because],
    };
  }
  if (because.length > 0 || !report.healthy) {
    return {
      class: 'partialNodeFailure',
      because: [`${lead}, and a standby follows it`, ...because, ...unnamed(report, because)],
    };
  }
  return { class: 'healthy', because: [`${lead}, and every standby follows it`] };
}

/** Reasons of the health rule that belong to no single node. */
function unnamed({ reasons, nodes }: ClusterStatusReport, said: readonly string[]): string[] {
  return reasons.filter(
    (reason) => !said.includes(reason) && !nodes.some(({ name }) => reason.startsWith(`${name}: `)),
  );
}

function servingAs({ node: { observation } }: JudgedNode, role: 'primary' | 'standby'): boolean {
  const answers = observation.reachable ? observation.server.answers : undefined;
  return answers !== undefined && answers.inRecovery === (role === 'standby');
}
