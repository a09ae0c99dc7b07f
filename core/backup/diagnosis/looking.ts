/** What the rules of the diagnosis share: the newest backup, settings with their places, sizes and times in words. */
import { backupCommand, rmanCommand, VERIFY_COMMAND } from '../commands';
import type { BackupSet, Catalogue } from '../observation';
import type { SettingRow } from '../../observe/types';
import type { BackupEvidence, CureContext, CureStep, NodeEvidence, Sighting } from './types';

export const MIB = 1024 * 1024;
export const SEGMENT_BYTES = 16 * MIB;
/** What the server shows as archive_command while archive_mode is off. */
export const DISABLED = '(disabled)';
const BACKUPS: readonly string[] = ['full', 'differential', 'incremental'];

export function hostsOf({ nodes }: BackupEvidence): NodeEvidence[] {
  return nodes.filter(({ runsBackups }) => runsBackups);
}

export function cataloguesOf(
  evidence: BackupEvidence,
): { readonly node: NodeEvidence; readonly catalogue: Catalogue }[] {
  return hostsOf(evidence).flatMap((node) => {
    const catalogue = node.backup?.catalogue;
    return catalogue === undefined ? [] : [{ node, catalogue }];
  });
}

export function newestBackup(evidence: BackupEvidence): BackupSet | undefined {
  return cataloguesOf(evidence)
    .flatMap(({ catalogue }) => catalogue.backups)
    .sort((a, b) => a.stopSeconds - b.stopSeconds)
    .at(-1);
}

/** End of the newest backup that went through; our records of the jobs know it also where the repository cannot be read. */
export function lastSuccessSeconds(evidence: BackupEvidence): number {
  const jobs = hostsOf(evidence).flatMap(({ backup }) => backup?.jobs ?? []);
  const ended = jobs
    .filter(({ job, exitCode }) => exitCode === 0 && BACKUPS.includes(job))
    .map(({ stopSeconds }) => stopSeconds ?? 0);
  return Math.max(newestBackup(evidence)?.stopSeconds ?? 0, ...ended);
}

/** The clock of the host that holds the catalogue; 0 where nothing was read. */
export function nowOf(evidence: BackupEvidence): number {
  return hostsOf(evidence)[0]?.backup?.epochSeconds ?? evidence.nodes[0]?.backup?.epochSeconds ?? 0;
}

export function settingOf({ server }: NodeEvidence, name: string): SettingRow | undefined {
  return server?.settings.find((row) => row.name.toLowerCase() === name);
}

/** The line of a file that wins, where one sets it. */
export function winnerOf(
  { server }: NodeEvidence,
  name: string,
): { value: string; place: string; file: string } | undefined {
  const row = server?.fileSettings.filter((each) => each.name.toLowerCase() === name).at(-1);
  return row === undefined ? undefined : { value: row.value, place: `${row.file}:${row.line ?? '?'}`, file: row.file };
}

export function placeOf(row: SettingRow): string {
  return row.file === '' ? row.source : `${row.file}:${row.line ?? '?'}`;
}

export function isAutoConf(file: string): boolean {
  return /\/(kingbase|postgresql)\.auto\.conf$/.test(file);
}

export function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}

export function duration(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.round(seconds / 86_400)} days`;
  if (seconds >= 2 * 3600) return `${Math.round(seconds / 3600)} h`;
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}

export function asUser({ user }: Pick<CureContext, 'user'>, command: string): string {
  return `runuser -u ${user} -- ${command}`;
}

export function rman(context: CureContext, tail: string): string {
  return asUser(context, `${rmanCommand(context)} ${tail}`);
}

/** Each node that was seen with it, once; the host of the backups where none is named. */
export function nodesSeen(sightings: readonly Sighting[], fallback: string): string[] {
  const named = [...new Set(sightings.flatMap(({ node }) => (node === undefined ? [] : [node])))];
  return named.length === 0 ? [fallback] : named;
}

export function valuesAbout(sightings: readonly Sighting[], key: string): string[] {
  return [...new Set(sightings.flatMap(({ about }) => (about?.[key] === undefined ? [] : [about[key]])))];
}

/** The last step of most cures: prove it. */
export function checkAgain(context: CureContext): CureStep {
  return { text: 'Prove it with sys_rman check.', on: context.host, command: rman(context, 'check') };
}

export function backUpAgain(context: CureContext, kind: 'full' | 'incremental' = 'incremental'): CureStep {
  return { text: `Back up again.`, on: context.host, command: asUser(context, backupCommand(context, kind)) };
}

export function verifyAgain(context: CureContext, text: string): CureStep {
  return { text, on: context.host, command: asUser(context, VERIFY_COMMAND) };
}

export function up(text: string): CureStep {
  return { text: `${text} Run \`pulumi up --refresh\`.` };
}
