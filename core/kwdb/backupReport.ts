/** What the node says about its backups, for outputs and policies: never trusted further than its manifest goes. */
import { formatFinding } from '../finding';
import { judgeManifest, verdictOf } from './judgeManifest';
import { parseManifest } from './manifest';
import { runMoment, type RunOnDisk } from './retention';

export interface KwdbBackupReport {
  /** undefined: there is none. */
  readonly lastGood?: string;
  readonly lastRun?: string;
  readonly runs: number;
  /** Whether the newest good run lies at every place off the machine, with its checksums; undefined where none is declared. */
  readonly copied?: boolean;
  readonly copyReason?: string;
  readonly timer: 'active' | 'inactive';
  readonly verifyTimer: 'active' | 'inactive';
  /** When a run was last read again as a whole, here and at every place off the machine; undefined: never. */
  readonly verified?: KwdbVerification;
  /** Of the newest run: everything that its manifest lacks, tables by name. */
  readonly findings: readonly string[];
}

export interface KwdbVerification {
  readonly run: string;
  /** 2026-11-30T05:30:12Z */
  readonly at: string;
  /** What was not as it had been written, by place; empty: everything was. */
  readonly findings: readonly string[];
}

export interface BackupEvidence {
  readonly runs: readonly RunOnDisk[];
  /** Text of the newest run's manifest; undefined: it has none. */
  readonly newest?: string;
  /** backup.json of the node: how the last run ended. */
  readonly last?: string;
  /** verified.json of the node. */
  readonly verified?: string;
  readonly timerActive: boolean;
  readonly verifyTimerActive: boolean;
  readonly wantsCopy: boolean;
}

export function reportBackups(evidence: BackupEvidence): KwdbBackupReport {
  const { runs, newest, last, timerActive, wantsCopy } = evidence;
  const ours = runs.filter(({ name }) => runMoment(name) !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lastRun = ours.at(-1)?.name;
  const findings = lastRun === undefined ? [] : findingsOf(lastRun, newest);
  const good = ours.filter(({ name, verdict }) => verdict === 'good' && (name !== lastRun || findings.length === 0));
  const lastGood = good.at(-1)?.name;
  return {
    ...(lastGood === undefined ? {} : { lastGood }),
    ...(lastRun === undefined ? {} : { lastRun }),
    runs: ours.length,
    ...(wantsCopy ? copyOf(last, lastGood) : {}),
    timer: timerActive ? 'active' : 'inactive',
    verifyTimer: evidence.verifyTimerActive ? 'active' : 'inactive',
    ...verificationOf(evidence.verified),
    findings,
  };
}

function findingsOf(run: string, text: string | undefined): readonly string[] {
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest === undefined) return [`${run}: has no whole manifest: the run was cut, or is at work`];
  const findings = judgeManifest(manifest).map((finding) => formatFinding({ ...finding, hint: undefined }));
  // The node looked at something that this version does not know of.
  return findings.length === 0 && verdictOf(manifest) === 'bad'
    ? [`${run}: the node itself calls it bad, see findings.txt there`]
    : findings;
}

function verificationOf(text: string | undefined): Pick<KwdbBackupReport, 'verified'> {
  const note = parseNote(text);
  const { run, verifiedAt: at, findings } = note ?? {};
  return typeof run === 'string' && typeof at === 'string' && Array.isArray(findings)
    ? { verified: { run, at, findings: findings.map(String) } }
    : {};
}

function copyOf(
  text: string | undefined,
  lastGood: string | undefined,
): Pick<KwdbBackupReport, 'copied' | 'copyReason'> {
  const note = parseNote(text);
  if (note === undefined) return { copied: false, copyReason: 'no run has ended yet' };
  if (note['copied'] === true && note['run'] === lastGood) return { copied: true };
  const reason =
    typeof note['copyReason'] === 'string' ? note['copyReason'] : `the copied run is ${String(note['run'])}`;
  return { copied: false, copyReason: reason };
}

function parseNote(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const raw = JSON.parse(text ?? '') as unknown;
    return typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
