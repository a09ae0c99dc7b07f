/** The analysis as one page: no script, nothing to load, every drawing with its table, printable. */
import type { Language } from '../../budget/formatBudget';
import { html, Html } from '../../report/html';
import { STYLE } from '../../report/style';
import { table } from '../../report/table';
import { formatStamp } from '../time';
import type { Analysis, Incident } from '../incidentTypes';
import { drawTimeline, failoverPart } from './charts';
import { findingText, measuredOf, range, signed } from './terminal';
import { WORDS } from './words';
import type { IncidentWords } from './wordTypes';

const CLASSES = {
  ok: 'succeeded',
  info: 'refused',
  warn: 'interrupted',
  critical: 'failed',
  unknown: 'running',
} as const;

export function renderAnalysis(analysis: Analysis, language: Language): string {
  const words = WORDS[language];
  const { incidents, unread } = analysis;
  return html`<!doctype html>
    <html lang="${words.locale}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width" />
        <title>${words.title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${words.title}</h1>
          <p>${analysis.timeZone === null ? words.noZone : words.zone(analysis.timeZone)}</p>
          ${
            unread.length === 0
              ? ''
              : html`<section class="warning">
                  <h2>${words.unread}</h2>
                  ${table(
                    [words.columns.file, ''],
                    unread.map(({ file, why }) => [file, why]),
                  )}
                </section>`
          }
          ${analysis.omitted === 0 ? '' : html`<p class="warning">${words.omitted(analysis.omitted)}</p>`}
          ${incidents.length === 0 ? html`<p>${words.none}</p>` : incidents.map((one) => section(one, words))}
          <section>
            <h2>${words.files}</h2>
            ${table(
              [
                words.columns.file,
                words.columns.node,
                words.columns.kind,
                words.columns.lines,
                words.columns.from,
                words.columns.to,
              ],
              analysis.files.map(({ name, node, kinds, lines, firstAt, lastAt }) => [
                ...[name, node ?? words.unknown, kinds.join(', '), String(lines)],
                ...[firstAt, lastAt].map((at) => (at === null ? '' : formatStamp(at))),
              ]),
            )}
          </section>
        </main>
      </body>
    </html> `.text;
}

function section(incident: Incident, words: IncidentWords): Html {
  const { id, kind, outcome, outcomeBasis, failedNode, oldPrimary, newPrimary, executor, timeline } = incident;
  const sure = outcomeBasis === 'absent' ? ` (${words.absent})` : '';
  const near = failoverPart(incident);
  const drawn = (entries: typeof timeline, title: string): Html =>
    html`<div class="keep">
      <h3>${title}</h3>
      <figure class="timeline">${drawTimeline(entries, words, title)}</figure>
    </div>`;
  return html`<section id="${id}">
    <h2>
      ${incident.begin ?? words.unknown} ${words.kinds[kind]}:
      <span class="outcome">${words.outcomes[outcome]}${sure}</span>
    </h2>
    <p>
      ${words.failed}: ${failedNode ?? words.unknown}; ${words.primary}: ${oldPrimary ?? words.unknown} →
      ${newPrimary ?? words.unknown}; ${words.executor}: ${executor ?? words.unknown}
    </p>
    ${near.length === 0 ? '' : drawn(near, words.timeline)}
    ${near.length === timeline.length ? '' : drawn(timeline, words.timelineAfter)} ${findings(incident, words)}
    <h3>${words.measured}</h3>
    ${table([words.measured, words.columns.seconds], measuredOf(incident.durations, words))}
    ${expected(incident, words)}
    <h3>${words.nodes}</h3>
    ${table(
      [words.columns.id, words.columns.node, words.columns.host, words.columns.before, words.columns.after],
      incident.nodes.map((node) => [
        ...[node.id === null ? '' : String(node.id), node.name ?? '', node.host ?? ''],
        ...[node.before, node.after].map((role) => (role === null ? words.unknown : (words.roles[role] ?? role))),
      ]),
    )}
    <h3>${words.timelineAfter}</h3>
    ${table(
      [
        words.columns.time,
        words.columns.offset,
        words.columns.node,
        words.columns.phase,
        words.columns.text,
        words.columns.line,
      ],
      timeline.map(({ time, offset, node, phase, times, text, file, line }) => [
        ...[time, signed(offset), node, words.phases[phase] + (times > 1 ? ` ×${times}` : ''), text, `${file}:${line}`],
      ]),
    )}
    ${recoveries(incident, words)}
  </section>`;
}

function findings(incident: Incident, words: IncidentWords): Html {
  const rows = incident.findings.map((one) => {
    const { what, todo } = findingText(one, words);
    return [
      html`<span class="${CLASSES[one.level]}">${words.levels[one.level]}</span>`,
      html`${what}${todo === '' ? '' : html`<br /><strong>${words.todo}:</strong> ${todo}`}`,
      html`${one.evidence.map(({ file, line, text }) => html`<code>${file}:${line}</code> ${text}<br />`)}`,
    ];
  });
  return html`<h3>${words.findings}</h3>
    ${table([words.columns.level, words.findings, words.evidence], rows)}`;
}

function expected({ expected: by }: Incident, words: IncidentWords): Html {
  if (by === null) return html``;
  return html`<h3>${words.expected}</h3>
    <p>
      ${by.fault}; ${words.expectedFrom[by.from](by.maxRetries, by.retryDelay)}.
      ${by.assumed.length === 0 ? '' : words.assumed(by.assumed.join(', '))}
    </p>
    ${table(
      ['', words.columns.seconds, words.columns.share, words.columns.formula],
      [
        ...by.parts.map(({ name, seconds, share, formula }) => [
          words.parts[name] ?? name,
          range(seconds, words),
          `${Math.round(share * 100)} %`,
          formula,
        ]),
        [words.parts['detection'] ?? '', range(by.detection, words), '', ''],
        [words.parts['total'] ?? '', range(by.failover, words), '', ''],
      ],
    )}`;
}

function recoveries(incident: Incident, words: IncidentWords): Html {
  if (incident.recoveries.length === 0) return html``;
  const { from, to, node, result, times, line } = words.columns;
  return html`<h3>${words.recoveries}</h3>
    ${table(
      [from, to, node, result, times, line],
      incident.recoveries.map((run) => [
        run.begin ?? '',
        run.end ?? '',
        run.node,
        words.verdicts[run.verdict],
        String(run.runs),
        `${run.file}:${run.line}`,
      ]),
    )}`;
}
