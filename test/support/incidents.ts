// Captured logs and made-up ones → incidents.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident } from '../../core/incident/incidentTypes';
import { incidentsOf, type FuzzLog } from '../../scripts/fuzzLogs';

export const LOGS = join(__dirname, 'v8r3-logs');

export function scenario(name: string): readonly FuzzLog[] {
  const root = join(LOGS, name);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.log'))
    .map((file) => ({ path: join(root, file), text: readFileSync(join(root, file)) }));
}

export function seed(): readonly FuzzLog[] {
  return [{ path: 'seed.txt', text: readFileSync(join(LOGS, 'seed.txt')) }];
}

export function log(path: string, text: string): FuzzLog {
  return { path, text: new TextEncoder().encode(text) };
}

/** The only incident; more or fewer are an error. */
export function only(logs: readonly FuzzLog[]): Incident {
  const all = incidentsOf(logs);
  const [one] = all;
  if (one === undefined || all.length !== 1)
    throw new Error(`${all.length} incidents: ${all.map(({ id }) => id).join(', ')}`);
  return one;
}

/** A captured log with some of its lines changed. */
export function edited(
  logs: readonly FuzzLog[],
  change: (line: string, path: string) => string | null,
): readonly FuzzLog[] {
  return logs.map(({ path, text }) => {
    const lines = new TextDecoder()
      .decode(text)
      .split('\n')
      .map((line) => change(line, path));
    return log(path, lines.filter((line) => line !== null).join('\n'));
  });
}

export const levelsOf = ({ findings }: Incident): Readonly<Record<string, string>> =>
  Object.fromEntries(findings.map(({ rule, level }) => [rule, level]));
