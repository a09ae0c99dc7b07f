/** What is wrong with each node by itself, and the lines of evidence that a DBA can check. */
import type { ClusterStatusReport } from '../observe/clusterReport';
import type { ReachableNode } from '../observe/types';
import { formatLsn, sizeOf, standingOf, type Standing } from './standing';
import type { DiskFacts, NodeVerdict, RecoveryEvidence, RecoveryFacts, RecoveryNode } from './types';

/** host: it cannot be read. database: its database does not do its part. mark: its next start would go wrong. daemon, disk: what it stands on. */
export interface Problem {
  readonly kind: 'host' | 'database' | 'mark' | 'daemon' | 'disk';
  readonly text: string;
}

export interface JudgedNode {
  readonly node: RecoveryNode;
  /** undefined: a witness or a repository holds no data of the cluster. */
  readonly standing: Standing | undefined;
  readonly problems: readonly Problem[];
}

/** Full enough that the server stops soon. */
const FULL_SHARE = 0.95;

export function judgeNodes(evidence: RecoveryEvidence, report: ClusterStatusReport): readonly JudgedNode[] {
  return evidence.nodes.map((node) => {
    const isDatabase = node.target.role === 'database';
    const standing = isDatabase ? standingOf(node) : undefined;
    return { node, standing, problems: problemsOf(node, standing, report) };
  });
}

function problemsOf(node: RecoveryNode, standing: Standing | undefined, report: ClusterStatusReport): Problem[] {
  const { observation, facts, target } = node;
  if (!observation.reachable) return [{ kind: 'host', text: `cannot be read: ${observation.reason}` }];
  const own = standing === undefined ? [] : databaseProblems(standing, observation, report);
  const said = report.reasons
    .filter((line) => line.startsWith(`${target.name}: `))
    .map((line) => line.slice(target.name.length + 2));
  const isDown = standing !== undefined && own.length > 0;
  return [
    ...own,
    ...(standing === undefined ? [] : markProblems(observation, facts)),
    ...(facts?.disks ?? []).flatMap(diskProblem),
    ...(facts?.cron === false
      ? [{ kind: 'daemon' as const, text: 'the cron daemon does not run: nothing restarts kbha' }]
      : []),
    // Why its database does not do its part is said above; what repmgr says of it then only repeats that.
    ...said
      .filter((line) => !isDown || /^(repmgrd|kbha) /.test(line))
      .map((text) => ({ kind: 'daemon' as const, text })),
  ];
}

function databaseProblems(standing: Standing, observation: ReachableNode, report: ClusterStatusReport): Problem[] {
  const problem = (text: string): Problem[] => [{ kind: 'database', text }];
  if (standing.kind !== 'held') return problem(standing.why);
  const { answers, reason } = observation.server;
  if (answers === undefined) return problem(reason ?? 'its database does not answer');
  if (!answers.inRecovery) return [];
  const primaries = report.nodes.filter(({ role }) => role === 'primary');
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) return [];
  const { receiver } = answers;
  if (receiver?.status === 'streaming' && receiver.senderHost === primary.host) return [];
  const now =
    receiver === undefined ? 'it receives no WAL' : `its receiver is ${receiver.status} from ${receiver.senderHost}`;
  return problem(`does not follow the primary ${primary.name}: ${now}`);
}

function markProblems({ server: { answers }, data }: ReachableNode, facts: RecoveryFacts | undefined): Problem[] {
  const state = facts?.control?.state;
  const mark = (text: string): Problem[] => [{ kind: 'mark', text }];
  if (answers !== undefined) {
    if (!answers.inRecovery && data.standbySignal)
      return mark(
        'it is primary, and a stale standby.signal lies in its data directory: it would come back as a standby',
      );
    return answers.inRecovery && !data.standbySignal
      ? mark('it is a standby, and its standby.signal is gone: it would come back as a second primary')
      : [];
  }
  if (state === undefined || data.state !== 'present' || (data.baseBackup && !data.started)) return [];
  const wasStandby = /(archive recovery|shut down in recovery)$/.test(state);
  if (!wasStandby && data.standbySignal)
    return mark(`a stale standby.signal: by its control file (${state}) it was primary when it last ran`);
  return wasStandby && !data.standbySignal
    ? mark(
        `standby.signal is missing: by its control file (${state}) it was a standby; started like this it accepts writes`,
      )
    : [];
}

function diskProblem({ what, path, bytes, freeBytes, writable, reason }: DiskFacts): Problem[] {
  const problem = (text: string): Problem[] => [{ kind: 'disk', text: `disk of ${what} (${path}): ${text}` }];
  if (reason !== undefined) return problem(reason);
  if (writable === false) return problem('is mounted read-only');
  if (bytes === undefined || freeBytes === undefined || bytes === 0) return [];
  const used = 1 - freeBytes / bytes;
  return used >= FULL_SHARE ? problem(`${Math.floor(used * 100)} % full, ${mib(freeBytes)} free`) : [];
}

export function verdictOf({ node, standing, problems }: JudgedNode): NodeVerdict {
  const { observation, facts, target } = node;
  const answers = observation.reachable ? observation.server.answers : undefined;
  const held = standing?.kind === 'held' ? standing : undefined;
  const role = !observation.reachable
    ? ('unread' as const)
    : target.role !== 'database'
      ? target.role
      : answers === undefined
        ? ('stopped' as const)
        : answers.inRecovery
          ? ('standby' as const)
          : ('primary' as const);
  return {
    node: target.name,
    host: target.host,
    role,
    ok: problems.length === 0,
    timeline: held?.timeline ?? null,
    position: held === undefined ? null : formatLsn(held.lsn),
    bytes: (facts === undefined ? undefined : sizeOf(facts)) ?? null,
    problems: problems.map(({ text }) => text),
    evidence:
      observation.reachable && target.role !== 'repository'
        ? evidenceOf(observation, facts, held?.path?.map((each) => each.timeline) ?? [])
        : [],
  };
}

function evidenceOf(observation: ReachableNode, facts: RecoveryFacts | undefined, path: readonly number[]): string[] {
  const { data, server, repmgr } = observation;
  const { answers } = server;
  const control = facts?.control;
  const archive = facts?.archive;
  const lines: (string | undefined)[] = [
    `data directory ${data.state}, standby.signal ${data.standbySignal ? 'there' : 'not there'}, server ${server.running ? 'runs' : 'does not run'}`,
    control === undefined
      ? facts?.controlReason === undefined
        ? undefined
        : `control file: ${facts.controlReason}`
      : `control file: ${control.state}, timeline ${control.timeline}, checkpoint ${control.checkpointLsn}${control.checkpointTime === undefined ? '' : ` of ${control.checkpointTime}`}`,
    answers === undefined
      ? facts?.walEnd === undefined
        ? undefined
        : `WAL on disk ends at ${facts.walEnd.lsn} on timeline ${facts.walEnd.timeline}`
      : answers.inRecovery
        ? `received ${answers.writeLsn ?? 'nothing'}, replayed ${answers.replayLsn ?? 'nothing'}`
        : `written ${answers.writeLsn ?? 'unknown'}, flushed ${facts?.flushLsn ?? 'unknown'}`,
    path.length > 1 ? `timelines ${path.join(' → ')}` : undefined,
    repmgr.records === undefined
      ? undefined
      : `repmgr: ${repmgr.records.map((row) => `${row.name} ${row.type}${row.active ? '' : ' (inactive)'}`).join(', ')}`,
    `repmgrd ${observation.repmgrdPid === null ? 'does not run' : repmgr.paused === true ? 'paused' : 'runs'}, kbha ${observation.kbhaPid === null ? 'does not run' : 'runs'}, cron line ${observation.automation}`,
    archive?.waiting === undefined
      ? undefined
      : `archive: ${archive.waiting} segments wait${archive.lastFailedWal === undefined ? '' : `, last failure ${archive.lastFailedWal}`}`,
  ];
  return lines.filter((line) => line !== undefined);
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
