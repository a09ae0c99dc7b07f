/** The analysis as text for a terminal. */
import type { Language } from '../../budget/formatBudget';
import type { Seconds } from '../../budget/types';
import type { Analysis, Durations, Expected, Incident, IncidentFinding, TimelineEntry } from '../incidentTypes';
import { fill, WORDS } from './words';
import type { IncidentWords } from './wordTypes';

const TEXT_WIDTH = 110;

export function formatAnalysis(analysis: Analysis, language: Language): string {
  const words = WORDS[language];
  const lines = [analysis.timeZone === null ? words.noZone : words.zone(analysis.timeZone)];
  for (const { file, why } of analysis.unread) lines.push(`${words.unread}: ${file}: ${why}`);
  if (analysis.omitted > 0) lines.push(words.omitted(analysis.omitted));
  if (analysis.incidents.length === 0) lines.push(words.none);
  for (const [index, incident] of analysis.incidents.entries()) {
    lines.push('', ...formatIncident(incident, `${index + 1}/${analysis.incidents.length}`, words));
  }
  return `${lines.join('\n')}\n`;
}

function formatIncident(incident: Incident, number: string, words: IncidentWords): readonly string[] {
  const { kind, outcome, outcomeBasis, timeline, findings } = incident;
  const sure = outcomeBasis === 'absent' ? ` (${words.absent})` : '';
  return [
    `━━ ${number} ${incident.begin ?? '?'}  ${words.kinds[kind]}: ${words.outcomes[outcome]}${sure}  ${incident.id}`,
    `${words.failed}: ${incident.failedNode ?? words.unknown}   ${words.primary}: ${incident.oldPrimary ?? words.unknown} → ${incident.newPrimary ?? words.unknown}   ${words.executor}: ${incident.executor ?? words.unknown}`,
    ...measuredLines(incident.durations, words),
    ...(incident.retries.seen === 0
      ? []
      : [`  ${words.retries(incident.retries.seen, String(incident.retries.cadence ?? '?'))}`]),
    ...expectedLines(incident.expected, words),
    words.findings,
    ...findings.flatMap((one) => findingLines(one, words)),
    ...timelineLines(timeline, words),
    ...incident.recoveries.map(
      (run) =>
        `  ${run.begin ?? '?'} → ${run.end ?? '?'}  ${run.node}  ${words.verdicts[run.verdict]}${run.runs > 1 ? ` ×${run.runs}` : ''}  (${run.file}:${run.line})`,
    ),
  ];
}

export function measuredOf(durations: Durations, words: IncidentWords): readonly (readonly [string, string])[] {
  return (Object.keys(words.durations) as (keyof Durations)[]).flatMap((name) => {
    const value = durations[name];
    return value === null ? [] : [[words.durations[name], `${value} s`] as const];
  });
}

function measuredLines(durations: Durations, words: IncidentWords): readonly string[] {
  return measuredOf(durations, words).map(([name, value]) => `  ${name}: ${value}`);
}

function expectedLines(expected: Expected | null, words: IncidentWords): readonly string[] {
  if (expected === null) return [];
  const { from, maxRetries, retryDelay, parts, detection, failover, assumed } = expected;
  return [
    `${words.expected} (${expected.fault}; ${words.expectedFrom[from](maxRetries, retryDelay)})`,
    ...parts.map(
      ({ name, seconds, share, formula }) =>
        `  ${words.parts[name] ?? name}: ${range(seconds, words)} s, ${Math.round(share * 100)} %  (${formula})`,
    ),
    `  ${words.parts['detection'] ?? ''}: ${range(detection, words)} s; ${words.parts['total'] ?? ''}: ${range(failover, words)} s`,
    ...(assumed.length === 0 ? [] : [`  ${words.assumed(assumed.join(', '))}`]),
  ];
}

export function range({ best, expected, worst }: Seconds, words: IncidentWords): string {
  return `${best}…${worst ?? words.noBound} (${expected})`;
}

export function findingText(
  one: IncidentFinding,
  words: IncidentWords,
): { readonly what: string; readonly todo: string } {
  const rule = words.rules[one.rule] ?? { what: one.rule, todo: '' };
  const sure = one.basis === 'absent' ? ` (${words.absent})` : '';
  return { what: fill(rule.what, one.args) + sure, todo: fill(rule.todo, one.args) };
}

function findingLines(one: IncidentFinding, words: IncidentWords): readonly string[] {
  const { what, todo } = findingText(one, words);
  return [
    `  [${words.levels[one.level]}] ${what}`,
    ...one.evidence.map(({ file, line, text }) => `      ${file}:${line}: ${cut(text)}`),
    ...(todo === '' ? [] : [`      → ${todo}`]),
  ];
}

function timelineLines(timeline: readonly TimelineEntry[], words: IncidentWords): readonly string[] {
  if (timeline.length === 0) return [];
  return [
    words.columns.time,
    ...timeline.map(({ time, offset, node, phase, times, text, file, line }) => {
      const often = times > 1 ? ` ×${times}` : '';
      return `  ${time}  ${signed(offset).padStart(8)}  ${node.padEnd(8)}  ${words.phases[phase]}${often}  ${cut(text)}  (${file}:${line})`;
    }),
  ];
}

export function signed(offset: number): string {
  return `${offset < 0 ? '' : '+'}${Math.round(offset * 10) / 10}s`;
}

function cut(text: string): string {
  return text.length <= TEXT_WIDTH ? text : `${text.slice(0, TEXT_WIDTH)}…`;
}
