/** Reports of all logs → incidents. */
import type { HaConf, PoolConf } from './conf';
import type { Analysis, Incident, IncidentNode, RecoveryStory } from './incidentTypes';
import { buildCase, episodeLabel, nodeLabel, type Case, type Surroundings } from './merge/case';
import { eventOf, firstOfAll } from './merge/events';
import { groupRuns } from './merge/group';
import { retriesOf } from './merge/attempts';
import { durationsOf, expectedOf, recoveredAt, synchronousAt } from './merge/measures';
import { buildNodeTable, label } from './merge/nodes';
import { skewFindings } from './merge/skew';
import { holdersTogether, mastersTogether } from './merge/together';
import { shiftReport } from './merge/shift';
import { timelineOf } from './merge/timeline';
import { formatIso, formatStamp } from './time';
import type { RecoveryRun, SourceReport } from './types';
import { judge, outcomeOf } from './verdict/judge';

export interface AnalysisInput {
  readonly reports: readonly SourceReport[];
  readonly poolConf: PoolConf | null;
  readonly haConf: HaConf | null;
  readonly timeZone: string | null;
  /** Seconds to add to a node's moments. */
  readonly skew: Readonly<Record<string, number>>;
  readonly unread: Analysis['unread'];
}

export function analyze({ reports: given, poolConf, haConf, timeZone, skew, unread }: AnalysisInput): Analysis {
  const facts = [...(poolConf?.facts ?? []), ...(haConf?.facts ?? []), ...given.flatMap((report) => report.facts)];
  const nodes = buildNodeTable(facts);
  const nameOf = (text: string | null): string | null => (text === null ? null : (nodes.find(text)?.name ?? text));
  const reports = given.map((report) =>
    shiftReport(report, skew[report.node ?? ''] ?? skew[nameOf(report.node) ?? ''] ?? 0),
  );
  const around: Surroundings = {
    ...{ reports, nodes, poolConf, haConf, timeZone },
    ...{ masters: mastersTogether(reports), holders: holdersTogether(reports) },
  };
  const incidents = groupRuns(reports).map((group) => toIncident(buildCase(group, around)));
  const seen = new Map<string, number>();
  return {
    ...{ version: 1, timeZone, skew, unread },
    files: reports.flatMap(({ files }) => files),
    incidents: incidents.map((incident) => {
      const times = (seen.get(incident.id) ?? 0) + 1;
      seen.set(incident.id, times);
      return times === 1 ? incident : { ...incident, id: `${incident.id}-${times}` };
    }),
    omitted: reports.reduce((sum, { omitted }) => sum + omitted, 0),
  };
}

function toIncident(about: Case): Incident {
  const { group, around, main, executor, kind, kindBasis, faultAt } = about;
  const judged = { ...about, durations: durationsOf(about), expected: expectedOf(about) };
  const findings = [...judge(judged), ...skewFindings(judged)];
  const [outcome, outcomeBasis] = outcomeOf(judged, findings);
  const retries = retriesOf(main);
  const script = group.scripts[0];
  return {
    id: `${faultAt === null ? 'undated' : formatStamp(faultAt).replace(' ', 'T').replaceAll(':', '')}-${kind}`,
    ...{ kind, kindBasis, system: main?.system ?? 'v8r3', outcome, outcomeBasis, nodes: rolesOf(about) },
    failedNode: nodeLabel(about, about.failedId),
    oldPrimary: nodeLabel(about, about.oldPrimaryId),
    newPrimary: kind === 'standby-down' ? nodeLabel(about, about.oldPrimaryId) : newPrimaryLabel(about),
    executor: executor === null ? null : episodeLabel(about, executor),
    begin: faultAt === null ? null : formatIso(faultAt, around.timeZone),
    beginAt: faultAt,
    faultFrom: about.faultFrom,
    retries: { seen: retries.seen, cadence: retries.cadence },
    timeline: timelineOf(about),
    ...{ durations: judged.durations, expected: judged.expected },
    argumentMismatch: findings
      .filter(({ rule }) => rule === 'argument-mismatch')
      .map(({ args }) => String(args['what'])),
    singleNode: about.decision !== null && recoveredAt(about) === null,
    stillAsync: script !== undefined && eventOf(script, 'scriptAsync') !== null && synchronousAt(about) === null,
    recoveries: group.recoveries.map((run) => story(about, run)),
    findings,
  };
}

function newPrimaryLabel(about: Case): string | null {
  const own = nodeLabel(about, about.newPrimaryId);
  if (own !== null || about.newPrimaryId !== null) return own;
  const promoted = about.group.episodes.find((one) => eventOf(one, 'promoted') !== null);
  return promoted === undefined ? null : episodeLabel(about, promoted);
}

function rolesOf(about: Case): readonly IncidentNode[] {
  const { around, failedId, newPrimaryId, oldPrimaryId, kind } = about;
  const back = recoveredAt(about) !== null || firstOfAll(about.group.episodes, 'failbackDone') !== null;
  const known = failedId !== null && (kind === 'primary-failover' || kind === 'standby-down');
  return around.nodes.nodes.map(({ id, name, host }) => {
    const before =
      !known || id === null ? null : id === oldPrimaryId ? 'primary' : oldPrimaryId === null ? null : 'standby';
    const after = !known || id === null ? null : afterOf(id, { failedId, newPrimaryId, back });
    return { id, name, host, before, after };
  });
}

function afterOf(
  id: number,
  {
    failedId,
    newPrimaryId,
    back,
  }: { readonly failedId: number | null; readonly newPrimaryId: number | null; readonly back: boolean },
): string | null {
  if (id === newPrimaryId) return 'primary';
  if (id === failedId) return back ? 'standby' : 'down';
  return newPrimaryId === null ? null : 'standby';
}

function story(about: Case, run: RecoveryRun): RecoveryStory {
  const { around, failedId } = about;
  const found = around.nodes.find(run.node);
  const first = run.events[0];
  const iso = (at: number | null): string | null => (at === null ? null : formatIso(at, around.timeZone));
  return {
    node: run.node === null ? (nodeLabel(about, failedId) ?? '?') : found === null ? run.node : label(found),
    ...{ verdict: run.verdict, begin: iso(run.beginAt), end: iso(run.lastAt), runs: run.runs },
    seconds: run.beginAt === null || run.lastAt === null ? null : (run.lastAt - run.beginAt) / 1000,
    ...{ file: first?.file ?? '', line: first?.line ?? 0 },
  };
}
