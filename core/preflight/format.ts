/** The report as a table for people; JSON is the report itself. */
import { groupResults } from './group';
import type { CheckResult, PreflightReport, Verdict } from './types';

const HEADER = ['node', 'check', 'verdict', 'found'] as const;
const VERDICTS: readonly Verdict[] = ['PASS', 'WARN', 'FAIL', 'ERROR'];

/**
 * What passed stands in the table only with `all`; what did not is followed by what was wanted and what to do, once for all the nodes
 * that have it.
 */
export function formatTable(report: PreflightReport, options: { readonly all: boolean }): string {
  const shown = report.results.filter((result) => options.all || result.verdict !== 'PASS');
  const groups = groupResults(shown).map(({ result, seen }) => ({
    result,
    rows: seen.map(({ nodes, found }) => [nodes.join(', '), result.id, result.verdict, oneLine(found)]),
  }));
  const rows = groups.flatMap((group) => group.rows);
  const widths = HEADER.map((title, index) =>
    Math.max(...[title, ...rows.map((row) => row[index] as string)].map(displayWidth)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === cells.length - 1 ? cell : pad(cell, widths[index] as number)))
      .join('  ')
      .trimEnd();
  const body = groups.flatMap((group) => [...group.rows.map(line), ...advice(group.result)]);
  const table = shown.length === 0 ? [] : [line(HEADER), ...body, ''];
  return [...table, summary(report.results)].join('\n');
}

function advice(result: CheckResult): string[] {
  return result.verdict === 'PASS' ? [] : [`    wanted: ${result.wanted}`, `    HINT: ${result.hint}`];
}

function summary(results: readonly CheckResult[]): string {
  const counts = VERDICTS.map(
    (verdict) => `${results.filter((result) => result.verdict === verdict).length} ${verdict}`,
  );
  const nodes = new Set(results.map((result) => result.node).filter((node) => node !== 'cluster')).size;
  return `preflight of ${nodes} node${nodes === 1 ? '' : 's'}: ${counts.join(', ')}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' / ');
}

/** Columns on a terminal: Chinese, Japanese and Korean characters and full-width forms take two. */
export function displayWidth(text: string): number {
  return [...text].reduce((width, character) => width + (WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1), 0);
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{Mark}/u;

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
