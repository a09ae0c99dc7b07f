/** Reads the tables of `repmgr cluster show` and `repmgr service status` by their header, because the columns differ between builds. */
import type { ClusterShowRow } from './types';

export interface ServiceStatusRow {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly running: boolean;
  /** undefined: not known. */
  readonly repmgrd: boolean | undefined;
  readonly pid: number | undefined;
  readonly paused: boolean | undefined;
  readonly priority: number | undefined;
  readonly upstreamLastSeenSeconds: number | undefined;
  readonly location: string;
}

/** `cluster show --csv`: availability and recovery state only. */
export interface ClusterShowCsvRow {
  readonly id: number;
  readonly available: boolean;
  /** undefined: could not be read. */
  readonly inRecovery: boolean | undefined;
}

/** Rows as {header: cell}; lines before the header and the block of warnings after the table are not rows. */
export function parseTable(text: string): Record<string, string>[] {
  const lines = text.split('\n');
  const ruler = lines.findIndex((line) => /^-+(\+-+)+\s*$/.test(line.trim()));
  if (ruler < 1) {
    return [];
  }
  const header = cells(lines[ruler - 1] ?? '');
  const rows: Record<string, string>[] = [];
  for (const line of lines.slice(ruler + 1)) {
    const values = cells(line);
    if (values.length < header.length || !/^\d+$/.test(values[0] ?? '')) {
      break;
    }
    // The connection string is last and may hold a "|" of its own.
    const last = values.slice(header.length - 1).join(' | ');
    rows.push(
      Object.fromEntries(header.map((name, at) => [name, at === header.length - 1 ? last : (values[at] ?? '')])),
    );
  }
  return rows;
}

export function parseClusterShow(text: string): ClusterShowRow[] {
  return parseTable(text).map((row) => ({
    id: Number(row['ID']),
    name: row['Name'] ?? '',
    role: row['Role'] ?? '',
    status: row['Status'] ?? '',
    upstream: row['Upstream'] ?? '',
    location: row['Location'] ?? '',
    priority: integer(row['Priority']),
    timeline: integer(row['Timeline']),
    lagBytes: bytes(row['LSN_Lag']),
  }));
}

export function parseClusterShowCsv(text: string): ClusterShowCsvRow[] {
  return csvRows(text, 3).map(([id, availability, recovery]) => ({
    id: Number(id),
    available: availability === '0',
    inRecovery: recovery === '1' ? true : recovery === '0' ? false : undefined,
  }));
}

export function parseServiceStatusCsv(text: string): ServiceStatusRow[] {
  return csvRows(text, 7).map(([id, name, role, running, repmgrd, pid, paused, priority, lastSeen, location]) => ({
    id: Number(id),
    name: name ?? '',
    role: role ?? '',
    running: running === '1',
    repmgrd: flag(repmgrd),
    pid: positive(pid),
    paused: flag(paused),
    priority: integer(priority),
    upstreamLastSeenSeconds: nonNegative(lastSeen),
    location: location ?? '',
  }));
}

function cells(line: string): string[] {
  return line.split('|').map((cell) => cell.trim());
}

/** Lines that begin with a node id and have at least so many fields; warnings around them are skipped. */
function csvRows(text: string, fields: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter((row) => row.length >= fields && /^\d+$/.test(row[0] ?? ''));
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function positive(text: string | undefined): number | undefined {
  const value = integer(text);
  return value !== undefined && value > 0 ? value : undefined;
}

function nonNegative(text: string | undefined): number | undefined {
  const value = integer(text);
  return value !== undefined && value >= 0 ? value : undefined;
}

function flag(text: string | undefined): boolean | undefined {
  return text === '1' ? true : text === '0' ? false : undefined;
}

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** "0 bytes", "16 MB" as the server's size_pretty prints them. */
function bytes(text: string | undefined): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text ?? '');
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}
