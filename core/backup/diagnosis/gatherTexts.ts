/** What tools complained of and still holds: a text that a later success has overtaken is history, not evidence. */
import { hostsOf, lastSuccessSeconds } from './looking';
import type { BackupEvidence, NodeEvidence, ToolText } from './types';

export function gatherTexts(evidence: BackupEvidence): ToolText[] {
  const since = lastSuccessSeconds(evidence);
  return [
    ...evidence.texts,
    ...evidence.nodes.flatMap((node) => [...archiverTexts(node), ...logTexts(node, since)]),
    ...hostsOf(evidence).flatMap((node) => [...commandTexts(node), ...jobTexts(node, since)]),
  ];
}

function commandTexts({ name, machine, backup }: NodeEvidence): ToolText[] {
  const check = machine?.check ?? null;
  const failed = check === null || check.code === 0 ? '' : complaintsOf(`${check.text}\n${check.error}`);
  const info = backup?.catalogueReason ?? '';
  return [
    ...(failed === '' ? [] : [{ node: name, where: 'sys_rman check', text: failed }]),
    ...(info === '' ? [] : [{ node: name, where: 'sys_rman info', text: info }]),
  ];
}

function jobTexts({ name, backup, target }: NodeEvidence, since: number): ToolText[] {
  return (backup?.jobs ?? [])
    .filter(({ job }) => job !== 'drill' && job !== 'verify')
    .filter(({ exitCode, startSeconds }) => exitCode !== null && exitCode !== 0 && startSeconds > since)
    .map(({ job, exitCode, tail }) => ({
      node: name,
      where: `${target.state}/backup/${job}.json`,
      text: tail.trim() === '' ? `ERROR: exit code ${exitCode}, and nothing was printed` : complaintsOf(tail) || tail,
    }));
}

/** Only while segments fail: what failed once and went through later is over. */
function archiverTexts({ name, backup, machine }: NodeEvidence): ToolText[] {
  const archiver = backup?.archiver;
  const log = machine?.serverLog ?? null;
  if (archiver === undefined || log === null || archiver.readySegments === 0) return [];
  const isFailing =
    archiver.lastFailedSeconds !== null && archiver.lastFailedSeconds > (archiver.lastArchivedSeconds ?? 0);
  const text = complaintsOf(log.text);
  return isFailing && text !== '' ? [{ node: name, where: log.path, text }] : [];
}

function logTexts({ name, machine }: NodeEvidence, since: number): ToolText[] {
  return (machine?.logs ?? [])
    .filter(({ seconds }) => seconds > since)
    .map(({ path, text }) => ({ node: name, where: path, text: complaintsOf(text) }))
    .filter(({ text }) => text !== '');
}

const COMPLAINT = /ERROR|FATAL|PANIC|ASSERT|Assert|not varilable|WARN.*\[\d{3}\]|not found|RMAN-\d|archive command/;

/** Lines that complain, with the indented ones that follow them. */
function complaintsOf(text: string): string {
  const lines = text.split('\n');
  return lines.filter((line, at) => COMPLAINT.test(line) || isContinuation(lines, at)).join('\n');
}

function isContinuation(lines: readonly string[], at: number): boolean {
  let before = at;
  while (before > 0 && /^\s{4,}\S/.test(lines[before] ?? '')) before -= 1;
  return before < at && COMPLAINT.test(lines[before] ?? '');
}
