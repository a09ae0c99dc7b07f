/** What `kwbase sql --format=tsv -e` printed: rows by column, or the server's error. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ServerError {
  readonly message: string;
  /** SQLSTATE, where the server gave one: some errors have none. */
  readonly state?: string;
  readonly detail?: string;
}

/** Fields are separated by tabs; one with a tab, a line break or a quote stands in quotes, which are doubled inside. */
export function parseTsv(text: string): Answer {
  const [columns = [], ...rows] = records(text);
  return { columns, rows };
}

function records(text: string): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  for (let at = 0; at < text.length || record.length > 0;) {
    const quoted = text[at] === '"' ? closingQuote(text, at) : undefined;
    const end = quoted ?? nextEnd(text, at);
    const raw = text.slice(at, end);
    record.push(quoted === undefined ? raw : raw.slice(1, -1).replace(/""/g, '"'));
    if (text[end] !== '\t') {
      found.push(record);
      record = [];
    }
    at = end + 1;
  }
  return found;
}

/** Behind the quote that ends the field; undefined where the text is no quoted field after all. */
function closingQuote(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue;
    if (text[at + 1] === '"') at += 1;
    else return at + 1 === text.length || /[\t\n]/.test(text[at + 1] as string) ? at + 1 : undefined;
  }
  return undefined;
}

function nextEnd(text: string, from: number): number {
  const rest = text.slice(from).search(/[\t\n]/);
  return rest < 0 ? text.length : from + rest;
}

/** The inverse, for what plays the server. */
export function formatTsv({ columns, rows }: Answer): string {
  return [columns, ...rows].map((fields) => `${fields.map(field).join('\t')}\n`).join('');
}

function field(value: string): string {
  return /["\t\n\r]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

/** By name: a later version may add columns. undefined where there is no such column, or no row. */
export function firstValue(answer: Answer, column: string): string | undefined {
  const at = answer.columns.indexOf(column);
  return at < 0 ? undefined : answer.rows[0]?.[at];
}

export function rowsByName(answer: Answer): readonly Readonly<Record<string, string>>[] {
  return answer.rows.map((row) => Object.fromEntries(answer.columns.map((name, at) => [name, row[at] ?? ''])));
}

/** undefined where standard error holds no error of the server: then the client itself failed. */
export function parseServerError(stderr: string): ServerError | undefined {
  const message = /^ERROR: (.*)$/m.exec(stderr)?.[1];
  if (message === undefined) return undefined;
  const state = /^SQLSTATE: (\w{5})$/m.exec(stderr)?.[1];
  const detail = /^DETAIL: (.*)$/m.exec(stderr)?.[1];
  return { message, ...(state === undefined ? {} : { state }), ...(detail === undefined ? {} : { detail }) };
}

/** Lines that only warn; an export tells a table that it left out in no other way (facts 0.8). */
export function parseNotices(stderr: string): readonly string[] {
  return [...stderr.matchAll(/^(?:NOTICE|WARNING): (.*)$/gm)].map(([, text = '']) => text);
}
