/** What was observed of the backups → the outputs of a cluster about them, and what is wrong. Pure: "now" is what the nodes' clocks say. */
import { utc } from '../text/utc';
import type { BackupNodeObservation, ObservedBackupNode } from '../observe/backup/types';
import { readCron } from './cronTable';
import { foreignSystem } from './decideBackup';
import { describeFinding } from './describeFinding';
import type { ArchiverObservation, BackupReport, BackupSet, Catalogue, DrillRecord, JobRecord } from './observation';
import type { Finding } from '../finding';
import { coversWindow } from './retention';
import type { BackupTarget } from './types';

export interface BackupFacts {
  readonly target: BackupTarget;
  readonly observed: readonly ObservedBackupNode[];
  /** Name of the one node that accepts writes. */
  readonly primary: string | null;
  /** undefined where the nodes do not agree, or could not be read. */
  readonly systemIdentifier: string | undefined;
  /** What keeps archiving out of effect. */
  readonly archiving: readonly Finding[];
}

const DAY = 86_400;
/** A backup that began on time may take a while, and cron knows no catching up: late is what is later than that. */
const SLACK = { share: 0.1, seconds: 2 * 3600 };

/** What the findings rest on, gathered once. */
interface Seen {
  readonly facts: BackupFacts;
  readonly now: number;
  readonly hosts: readonly BackupNodeObservation[];
  /** Undamaged backups of this database, oldest first. */
  readonly sets: readonly BackupSet[];
  /** The same for each host whose catalogue was read: none is excused by what another one holds. */
  readonly catalogues: readonly { readonly name: string; readonly sets: readonly BackupSet[] }[];
  readonly archiver: ArchiverObservation | undefined;
  /** The primary's clock: marks of segments are its. */
  readonly primaryNow: number;
  readonly jobs: readonly JobRecord[];
  readonly drills: readonly DrillRecord[];
  readonly windowCovered: boolean | null;
}

export function buildBackupReport(facts: BackupFacts): BackupReport {
  const seen = gather(facts);
  const { sets, archiver, drills } = seen;
  const lastFull = sets.findLast(({ kind }) => kind === 'full');
  const last = sets.at(-1);
  const earliest = sets[0];
  const passed = drills.find(({ verdict }) => verdict === 'passed');
  return {
    lastFull: lastFull === undefined ? null : { label: lastFull.label, time: utc(lastFull.stopSeconds) },
    lastBackup: last === undefined ? null : { label: last.label, time: utc(last.stopSeconds), kind: last.kind },
    // A backup is whole only with the segments up to its end: it can be restored to that moment at least.
    latestRestorableTime: last === undefined ? null : utc(Math.max(last.stopSeconds, coveredSeconds(seen, last))),
    earliestRestorableTime: earliest === undefined ? null : utc(earliest.stopSeconds),
    archiveLagSeconds: archiver === undefined ? null : lagOf(archiver, seen.primaryNow),
    archiveLagSegments: archiver?.readySegments ?? null,
    freeBytes: facts.target.repositories.map((repository) => freeOn(seen, repository)),
    verifiedAt: verifiedAt(seen),
    drilledAt: passed?.finishedAt ?? null,
    lastDrill: drills[0] ?? null,
    jobs: seen.jobs,
    windowCovered: seen.windowCovered,
    findings: findingsOf(seen),
  };
}

function gather(facts: BackupFacts): Seen {
  const reachable = facts.observed.filter((node) => node.reachable);
  const hosts = reachable.filter(({ name }) => facts.target.hosts.includes(name));
  const primary = reachable.find(({ name }) => name === facts.primary);
  const now = hosts[0]?.epochSeconds ?? primary?.epochSeconds ?? reachable[0]?.epochSeconds ?? 0;
  const catalogues = hosts.flatMap(({ name, catalogue }) =>
    catalogue === undefined ? [] : [{ name, sets: ownSets(catalogue, facts.systemIdentifier).sort(byEnd) }],
  );
  const sets = catalogues.flatMap((each) => each.sets).sort(byEnd);
  return {
    facts,
    now,
    hosts,
    sets,
    catalogues,
    archiver: primary?.archiver,
    primaryNow: primary?.epochSeconds ?? now,
    jobs: hosts.flatMap(({ jobs }) => jobs).sort((a, b) => (a.job < b.job ? -1 : 1)),
    drills: hosts.flatMap(({ drills }) => drills).sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1)),
    windowCovered: bestOf(catalogues.map((each) => coversWindow(facts.target.retention, each.sets, now))),
  };
}

function byEnd(a: BackupSet, b: BackupSet): number {
  return a.stopSeconds - b.stopSeconds;
}

/** One repository that reaches back is enough for a restore; where none could be read, nothing is known. */
function bestOf(covered: readonly (boolean | null)[]): boolean | null {
  if (covered.includes(true)) return true;
  return covered.length === 0 || covered.includes(null) ? null : false;
}

/** Of several hosts, which one. */
function on({ facts }: Seen, name: string): string {
  return facts.target.hosts.length > 1 ? `${name}: ` : '';
}

/** Undamaged ones of this database. */
export function ownSets(catalogue: Catalogue, systemIdentifier: string | undefined): BackupSet[] {
  const own = catalogue.databases
    .filter((row) => systemIdentifier === undefined || row.systemIdentifier === systemIdentifier)
    .map(({ id }) => id);
  return catalogue.backups.filter((set) => !set.error && own.includes(set.databaseId));
}

/**
 * With archive_mode on, a standby marks what it received as archived: segments that a lost primary had not archived yet come into no
 * repository, and nothing behind that hole can be reached from a backup before it. So a newer timeline counts from its first backup on.
 */
function coveredSeconds({ facts, archiver }: Seen, last: BackupSet): number {
  const timeline = archiver?.lastArchivedWal?.slice(0, 8) ?? '';
  const mayHaveHole = facts.target.archive.mode === 'on' && last.walStop !== '' && timeline > last.walStop.slice(0, 8);
  return mayHaveHole ? 0 : (archiver?.lastCoveredSeconds ?? 0);
}

/** Of several hosts the one that was verified longest ago; null where one never was, or could not be read. A verify at work takes nothing back. */
function verifiedAt({ facts, hosts }: Seen): string | null {
  const ends = hosts.map(({ jobs }) => jobs.find(({ job }) => job === 'verify')?.lastGoodSeconds);
  const known = ends.filter((end) => typeof end === 'number');
  return known.length > 0 && known.length === facts.target.hosts.length ? utc(Math.min(...known)) : null;
}

function lagOf({ oldestReadySeconds }: ArchiverObservation, now: number): number {
  return oldestReadySeconds === null ? 0 : Math.max(0, now - oldestReadySeconds);
}

function freeOn({ hosts }: Seen, repository: BackupTarget['repositories'][number]): number | null {
  if (repository.kind !== 'posix') return null;
  const host = hosts.find(({ name }) => repository.node === undefined || name === repository.node);
  return host?.repositories.find(({ path }) => path === repository.path)?.freeBytes ?? null;
}

function findingsOf(seen: Seen): string[] {
  return [
    ...seen.facts.archiving.map(describeFinding),
    ...hostFindings(seen),
    ...archiverFindings(seen),
    ...backupFindings(seen),
    ...jobFindings(seen),
    ...verifyFindings(seen),
    ...drillFindings(seen),
    ...cronFindings(seen),
  ];
}

function hostFindings({ facts, hosts, sets }: Seen): string[] {
  const { target, observed, systemIdentifier } = facts;
  const unread = observed.flatMap((node) =>
    node.reachable || !target.hosts.includes(node.name) ? [] : [`${node.name}: cannot be read: ${node.reason}`],
  );
  const said = hosts.flatMap(({ name, catalogue, catalogueReason }) => {
    if (catalogue === undefined)
      return [`${name}: its repository cannot be read: ${catalogueReason ?? 'sys_rman.conf is missing'}`];
    const foreign = systemIdentifier === undefined ? undefined : foreignSystem(catalogue, systemIdentifier);
    if (foreign !== undefined)
      return [`${name}: stanza ${target.stanza} belongs to another database (system ${foreign})`];
    return catalogue.backups
      .filter(({ error }) => error)
      .map(({ label }) => `${name}: backup ${label} has page checksum errors`);
  });
  const lastFull = sets.findLast(({ kind }) => kind === 'full');
  const full = hosts.flatMap(({ name, repositories }) =>
    repositories.flatMap(({ path, freeBytes }) =>
      freeBytes !== null && lastFull !== undefined && freeBytes < lastFull.repositoryBytes
        ? [
            `${name}: ${mebibytes(freeBytes)} MiB free in ${path}, and the last full backup took ${mebibytes(lastFull.repositoryBytes)}`,
          ]
        : [],
    ),
  );
  return [...unread, ...said, ...full];
}

function archiverFindings({ facts, archiver, primaryNow }: Seen): string[] {
  const { primary, target } = facts;
  if (archiver === undefined) {
    return [`${primary ?? 'no primary'}: what its archiver does could not be read`];
  }
  const { lastFailedSeconds, lastArchivedSeconds, lastFailedWal, readySegments } = archiver;
  const lag = lagOf(archiver, primaryNow);
  const isFailing = readySegments > 0 && lastFailedSeconds !== null && lastFailedSeconds > (lastArchivedSeconds ?? 0);
  return [
    ...(isFailing
      ? [
          `${primary}: archiving fails: ${lastFailedWal ?? 'a segment'} at ${utc(lastFailedSeconds)}, ${readySegments} segments wait`,
        ]
      : []),
    ...(lag > target.archiveTimeoutSeconds
      ? [
          `${primary}: a finished segment waits for the archive since ${lag} s (archive-timeout is ${target.archiveTimeoutSeconds} s)`,
        ]
      : []),
  ];
}

function backupFindings(seen: Seen): string[] {
  return seen.catalogues.flatMap(({ name, sets }) => setFindings(seen, sets).map((text) => `${on(seen, name)}${text}`));
}

function setFindings({ facts, now }: Seen, sets: readonly BackupSet[]): string[] {
  const { target } = facts;
  const last = sets.at(-1);
  const lastFull = sets.findLast(({ kind }) => kind === 'full');
  if (last === undefined || lastFull === undefined) return ['there is no full backup'];
  const fullJob = target.jobs.find(({ kind }) => kind === 'full');
  const gaps = target.jobs.map(({ longestGapSeconds }) => longestGapSeconds);
  return [
    ...lateBackup('full backup', now - lastFull.stopSeconds, fullJob?.longestGapSeconds),
    ...lateBackup('backup', now - last.stopSeconds, gaps.length === 0 ? undefined : Math.min(...gaps)),
    ...(coversWindow(target.retention, sets, now) === false
      ? [
          `restores reach back to ${utc(sets[0]?.stopSeconds ?? 0)} only, the declared window is ${target.retention.windowDays} days`,
        ]
      : []),
  ];
}

function lateBackup(what: string, age: number, gap: number | undefined): string[] {
  return gap !== undefined && age > gap * (1 + SLACK.share) + SLACK.seconds
    ? [`the last ${what} is ${duration(age)} old, the schedule asks for one every ${duration(gap)}`]
    : [];
}

/** verify and drill have findings of their own. */
function jobFindings({ jobs }: Seen): string[] {
  return jobs
    .filter(({ job, exitCode }) => !['verify', 'drill'].includes(job) && exitCode !== null && exitCode !== 0)
    .map(({ job, exitCode, stopSeconds, startSeconds, tail }) => {
      const line = tail.trim().split('\n').at(-1) ?? '';
      const what = job === 'check' ? 'sys_rman check' : `${job} backup`;
      return `the last ${what} failed at ${utc(stopSeconds ?? startSeconds)} (exit code ${exitCode})${line === '' ? '' : `: ${line}`}`;
    });
}

/** Each host verifies what it holds. */
function verifyFindings(seen: Seen): string[] {
  return seen.hosts.flatMap(({ name, jobs }) => verifyFinding(seen, jobs).map((text) => `${on(seen, name)}${text}`));
}

function verifyFinding({ facts, now }: Seen, jobs: readonly JobRecord[]): string[] {
  const verify = jobs.find(({ job }) => job === 'verify');
  if (verify === undefined) return ['the backups were never verified'];
  if (verify.exitCode !== null && verify.exitCode !== 0) {
    return [
      `the last verify of ${utc(verify.startSeconds)} failed (exit code ${verify.exitCode}): ${verify.tail.trim().split('\n').at(-1) ?? ''}`,
    ];
  }
  // While it runs the one before it counts; a first one counts from its begin.
  const age = now - (verify.lastGoodSeconds ?? verify.startSeconds);
  const { verifyMaxAgeHours } = facts.target;
  return age > verifyMaxAgeHours * 3600
    ? [`the last verify is ${duration(age)} old, at most ${verifyMaxAgeHours} h are declared`]
    : [];
}

function drillFindings({ facts, drills, now, hosts }: Seen): string[] {
  if (hosts.length === 0) return [];
  const [last] = drills;
  const { maxAgeDays } = facts.target.drill;
  if (last === undefined) return ['no restore drill was ever run'];
  if (last.verdict !== 'passed') return [`the last restore drill ${last.id} failed: ${last.reasons.join('; ')}`];
  const age = now - Date.parse(last.finishedAt) / 1000;
  return age > maxAgeDays * DAY
    ? [`the last restore drill is ${duration(age)} old, at most ${maxAgeDays} days are declared`]
    : [];
}

function cronFindings({ facts, hosts }: Seen): string[] {
  const { stanza, cron, vendorCronLines } = facts.target;
  return hosts.flatMap(({ name, cronFile, crontab }) => {
    const state = readCron({ file: cronFile, crontab }, { host: name, stanza, cron, vendorCronLines });
    return [
      ...Object.entries(state.entries)
        .filter(([, entry]) => entry !== 'active')
        .map(
          ([job, entry]) =>
            `${name}: the cron entry of the job ${job} is ${entry === 'paused' ? 'commented out (paused)' : entry}`,
        ),
      ...state.vendor.map((line) => `${name}: an entry of sys_backup.sh beside ours: ${line}`),
      ...state.copies.map((line) => `${name}: an entry of ours a second time: ${line}`),
    ];
  });
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}

function duration(seconds: number): string {
  return seconds >= 2 * DAY ? `${Math.round(seconds / DAY)} days` : `${Math.round(seconds / 3600)} h`;
}
