/** One action, and one drill, of a report. */
import { drawPhases, drawTopology, standingWords } from './charts';
import type { Html } from './html';
import { html } from './html';
import { table, type Cell } from './table';
import type { DrillEntry, Entry, Incident, Pair, Topology } from './types';
import type { Words } from './words';

export function incidentSection(incident: Incident, words: Words): Html {
  const { entry, inputs, results, topology } = incident;
  return html`<section id="${entry.anchor}">
    ${head(entry, words)} ${pairs(words.inputs, inputs, words)} ${timeline(incident, words)} ${phases(incident, words)}
    ${topology === null ? '' : standings(topology, words)} ${pairs(words.results, results, words)}
  </section>`;
}

export function drillSection({ entry, record }: DrillEntry, words: Words): Html {
  const { target } = record;
  const facts: readonly Pair[] = [
    ['stanza', record.stanza],
    ['backup', record.backup ?? words.unknown],
    ['target', target.value === null ? target.kind : `${target.kind} ${target.value}`],
    ['reached', [target.time, target.lsn].filter((one) => one !== null).join(', ') || words.unknown],
    ['bytes', text(record.bytes, words)],
    ['restoreSeconds', text(record.restoreSeconds, words)],
    ['replaySeconds', text(record.replaySeconds, words)],
    ['rpoSeconds', text(record.rpoSeconds, words)],
  ];
  const mark = (ok: boolean): Cell =>
    html`<span class="${ok ? 'succeeded' : 'failed'}">${ok ? words.ok : words.bad}</span>`;
  const compared = record.tables.map(({ name, sourceBefore, sourceAfter, restored, ok }) => [
    name,
    sourceBefore === sourceAfter ? String(sourceBefore) : `${sourceBefore} – ${sourceAfter}`,
    String(restored),
    mark(ok),
  ]);
  return html`<section id="${entry.anchor}">
    ${head(entry, words)} ${pairs(words.results, facts, words)}
    ${titled(
      words.checks,
      [words.name, '', words.value],
      record.checks.map(({ name, ok, detail }) => [name, mark(ok), detail]),
    )}
    ${titled(words.tables, [...words.rows, ''], compared)}
  </section>`;
}

function head(entry: Entry, words: Words): Html {
  const { began, node, outcome, seconds } = words.columns;
  return html`<h3>${entry.kind} <code>${entry.id}</code></h3>
    <p>
      ${began} ${entry.startedAt}${entry.node === null ? '' : `, ${node} ${entry.node}`}, ${outcome}:
      <span class="${entry.outcome}">${words.outcomes[entry.outcome]}</span>${
        entry.seconds === null ? '' : `, ${entry.seconds.toFixed(1)} ${seconds}`
      }
    </p>
    ${entry.reasons.map((reason) => html`<p class="failed">${reason}</p>`)}`;
}

function timeline({ moments, notRecorded }: Incident, words: Words): Html {
  const missing = notRecorded.map((one) => words.milestones[one]).join(', ');
  return html`${titled(
    words.timeline,
    [words.moment, words.milestone, words.source],
    moments.map(({ at, source, milestone }) => [at, milestone === null ? '' : words.milestones[milestone], source]),
  )}${missing === '' ? '' : html`<p>${words.notRecorded(missing)}</p>`}`;
}

function phases({ phases: bars }: Incident, words: Words): Html {
  if (bars.length === 0) return html``;
  const placed = bars.every(({ from }) => from !== null);
  return html`<div class="keep">
      <h4>${placed ? words.phases : words.phasesUnplaced}</h4>
      <figure class="phases">${drawPhases(bars, words)}</figure>
    </div>
    ${table(
      [words.step, words.from, words.columns.seconds],
      bars.map(({ step, from, seconds }) => [
        step,
        from === null ? words.unknown : from.toFixed(1),
        seconds.toFixed(1),
      ]),
    )}`;
}

function standings(topology: Topology, words: Words): Html {
  const rows = topology.before.map((before, index) => {
    const after = topology.after[index];
    return [
      before.node,
      standingWords(before, words).join(', '),
      after === undefined ? '' : standingWords(after, words).join(', '),
    ];
  });
  return html`<div class="keep">
      <h4>${words.topology}</h4>
      <figure class="topology">${drawTopology(topology, words)}</figure>
    </div>
    ${table([words.columns.node, words.before, words.after], rows)}`;
}

function pairs(title: string, all: readonly Pair[], words: Words): Html {
  return titled(title, [words.name, words.value], all);
}

function titled(title: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  return rows.length === 0
    ? html``
    : html`<h4>${title}</h4>
        ${table(headings, rows)}`;
}

const text = (value: number | null, words: Words): string => (value === null ? words.unknown : String(value));
