/** The diagnosis for people: the first fault first, what shows it, what to do. JSON is the diagnosis itself. */
import type { BackupDiagnosis, CureStep, DiagnosedFault } from './types';

export function formatDiagnosis(diagnosis: BackupDiagnosis): string {
  const { healthy, faults, unknown, unread } = diagnosis;
  if (healthy) return 'backups: healthy, everything was read';
  return [
    summary(diagnosis),
    ...faults.flatMap((fault, at) => ['', ...formatFault(fault, at + 1)]),
    ...(unknown.length === 0 ? [] : ['', 'unknown: no rule knows these texts']),
    ...unknown.flatMap(({ node, where, text }) => [`    ${node}: ${where}:`, ...indent(text, 8)]),
    ...(unread.length === 0 ? [] : ['', 'not read: this may hide more']),
    ...unread.map((line) => `    ${line}`),
  ].join('\n');
}

function summary({ faults, unknown, unread }: BackupDiagnosis): string {
  const count = (number: number, what: string): string => `${number} ${what}`;
  const first = faults[0] === undefined ? '' : `; cure the first one first: ${faults[0].id}`;
  return `backups: ${[
    count(faults.length, faults.length === 1 ? 'fault' : 'faults'),
    count(unknown.length, 'unknown'),
    count(unread.length, 'not read'),
  ].join(', ')}${first}`;
}

function formatFault({ id, title, severity, evidence, cure, reference }: DiagnosedFault, number: number): string[] {
  return [
    `${number}. ${severity === 'fault' ? 'FAULT' : 'RISK '}  ${id}: ${title}`,
    ...evidence.flatMap((line, at) => indent(`${at === 0 ? 'seen: ' : '      '}${line}`, 4)),
    ...cure.flatMap((step, at) => formatStep(step, at + 1)),
    `    see:  ${reference}`,
  ];
}

function formatStep({ text, on, command }: CureStep, number: number): string[] {
  const head = `    ${number === 1 ? 'cure:' : '     '} ${number}. ${text}`;
  return command === undefined ? [head] : [head, `             ${on ?? 'the node'}# ${command}`];
}

function indent(text: string, by: number): string[] {
  return text.split('\n').map((line) => `${' '.repeat(by)}${line}`);
}
