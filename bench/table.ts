// The result table as text: name, ours, reference, ratio, limit, verdict.
import { judgeRow, ratioOf, type Limit, type Row, type Unit } from './verdict';

const HEAD = ['measurement', 'ours', 'reference', 'ratio', 'limit', 'verdict'] as const;
/** These columns hold numbers and are read from the right. */
const RIGHT = new Set([1, 2, 3]);

export function formatTable(rows: readonly Row[]): string {
  const lines = [[...HEAD], ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head, ...body] = lines.map(format);
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...body].join('\n');
}

function cells(row: Row): string[] {
  const ratio = ratioOf(row);
  return [
    row.name,
    formatValue(row.ours, row.unit),
    row.reference === undefined ? '-' : formatValue(row.reference, row.unit),
    ratio === undefined ? '-' : formatNumber(ratio),
    row.limits.length === 0 ? '-' : row.limits.map((limit) => formatLimit(limit, row.unit)).join(', '),
    judgeRow(row),
  ];
}

function formatLimit(limit: Limit, unit: Unit): string {
  const max = limit.of === 'ratio' ? `ratio ${formatMax(limit.max)}` : `${formatMax(limit.max)}${suffix(unit)}`;
  return limit.kind === 'aim' ? `aim ${max}` : `≤ ${max}`;
}

export function formatValue(value: number, unit: Unit): string {
  return Number.isFinite(value) ? `${formatNumber(value)}${suffix(unit)}` : 'not measured';
}

function suffix(unit: Unit): string {
  return unit === 'count' || unit === 'ratio' ? '' : ` ${unit}`;
}

/** As declared: 300 stays 300, 1.2 stays 1.2. */
function formatMax(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** Three figures are more than such measurements carry; whole counts stay whole. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return String(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
