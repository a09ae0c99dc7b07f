/** The report as one HTML page: no script, nothing to load, every chart with its table, readable when printed. */
import { formatBudget, type Language } from '../budget/formatBudget';
import { drawComparison, drawOverview } from './charts';
import { Html, html } from './html';
import { drillSection, incidentSection } from './sections';
import { STYLE } from './style';
import { table } from './table';
import type { Comparison, Entry, Report } from './types';
import { WORDS, type Words } from './words';

export function renderReport(report: Report, language: Language): string {
  const words = WORDS[language];
  const { incidents, drills } = report;
  return html`<!doctype html>
    <html lang="${words.locale}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width" />
        <title>${words.title(report.cluster)}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${words.title(report.cluster)}</h1>
          <p>${words.written(report.at)}</p>
          ${unread(report, words)} ${overview(report.entries, words)}
          ${report.comparisons.map((one) => comparison(one, words))}
          <section>
            <h2>${words.budget}</h2>
            <pre>${formatBudget(report.budget, language)}</pre>
          </section>
          <section>
            <h2>${words.nodes}</h2>
            ${table(
              [words.columns.node, words.columns.host, words.columns.role],
              report.nodes.map(({ name, host, role }) => [name, host, words.roles[role] ?? role]),
            )}
          </section>
          ${
            incidents.length === 0
              ? ''
              : html`<h2>${words.actions}</h2>
                  ${incidents.map((one) => incidentSection(one, words))}`
          }
          ${
            drills.length === 0
              ? ''
              : html`<h2>${words.drills}</h2>
                  ${drills.map((one) => drillSection(one, words))}`
          }
        </main>
      </body>
    </html> `.text;
}

function unread({ unread: nodes }: Report, words: Words): Html {
  if (nodes.length === 0) return html``;
  return html`<section class="warning">
    <h2>${words.unread}</h2>
    <p>${words.unreadHint}</p>
    ${table(
      [words.columns.node, words.columns.reason],
      nodes.map(({ node, why }) => [node, why]),
    )}
  </section>`;
}

function overview(entries: readonly Entry[], words: Words): Html {
  const title = html`<h2>${words.records}</h2>`;
  if (entries.length === 0)
    return html`<section>
      ${title}
      <p>${words.none}</p>
    </section>`;
  const { began, kind, id, node, outcome, seconds, reason } = words.columns;
  const rows = entries.map((entry) => [
    entry.startMs === null ? `${entry.startedAt} (${words.failureToRead})` : entry.startedAt,
    entry.kind,
    html`<a href="#${entry.anchor}">${entry.id}</a>`,
    entry.node,
    html`<span class="${entry.outcome}">${words.outcomes[entry.outcome]}</span>`,
    entry.seconds === null ? null : entry.seconds.toFixed(1),
    entry.reasons.join('; '),
  ]);
  const chart = entries.some(({ startMs }) => startMs !== null)
    ? html`<figure id="overview">${drawOverview(entries, words)}</figure>`
    : '';
  return html`<section>${title}${chart}${table([began, kind, id, node, outcome, seconds, reason], rows)}</section>`;
}

function comparison(one: Comparison, words: Words): Html {
  const { title, note } = words.subjects[one.subject];
  const { began, id, seconds } = words.columns;
  const body =
    one.measures.length === 0
      ? html`<p>${words.nothingMeasured}</p>`
      : html`<figure id="${one.subject}">${drawComparison(one, words)}</figure>
          ${table(
            [began, words.name, id, seconds],
            [
              ...one.limits.map((limit) => ['', words.limits[limit.name], '', String(limit.seconds)]),
              ...one.measures.map(({ entry, name, seconds: measured }) => [
                entry.startedAt,
                words.measures[name],
                html`<a href="#${entry.anchor}">${entry.id}</a>`,
                measured.toFixed(1),
              ]),
            ],
          )}`;
  return html`<section>
    <h2>${title}</h2>
    <p>${note}</p>
    ${body}
  </section>`;
}
