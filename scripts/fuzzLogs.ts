// Logs, damaged by a seed: lines dropped, doubled, files in another order, clocks moved, bytes broken, files cut. What must hold of the analysis then.
import { analyze } from '../core/incident/analyze';
import type { Incident } from '../core/incident/incidentTypes';
import { decodeText } from '../core/incident/read/decode';
import { createLineFeed } from '../core/incident/read/lineFeed';
import { createReader } from '../core/incident/read/reader';
import { sniffLog } from '../core/incident/read/sniff';

export interface FuzzLog {
  readonly path: string;
  readonly text: Uint8Array;
}

type Random = () => number;

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function fuzzOnce(logs: readonly FuzzLog[], seed: number): void {
  const random = randomOf(seed);
  const whole = incidentsOf(logs);
  const damaged = incidentsOf(
    shuffled(
      logs.map((log) => damage(log, random)),
      random,
    ),
  );
  const wrong = damaged.filter((incident) => isWrong(incident, whole));
  if (wrong.length > 0) {
    const said = wrong.map(({ kind, outcome, findings }) => ({ kind, outcome, findings }));
    throw new Error(`a wrong verdict with certainty: ${JSON.stringify(said, null, 1)}`);
  }
}

export function incidentsOf(logs: readonly FuzzLog[]): readonly Incident[] {
  const reports = logs.flatMap(({ path, text }) => {
    const sniffed = sniffLog(path.split('/').at(-1) ?? '', decodeText(text, 0, Math.min(text.length, 262_144)));
    if (sniffed === null) return [];
    const node = /(node\d+)\/log/.exec(path)?.[1] ?? null;
    const reader = createReader({ source: path, node, nodeIsSure: false, hint: sniffed.kind });
    reader.beginFile(path);
    const feed = createLineFeed(decodeText, reader.line);
    for (let from = 0; from < text.length; from += 4096) feed.push(text.subarray(from, from + 4096));
    reader.endFile(feed.end());
    return [reader.finish()];
  });
  return analyze({ reports, poolConf: null, haConf: null, timeZone: null, skew: {}, unread: [] }).incidents;
}

/** What is said with certainty must be what the whole logs say: an outcome, and every critical finding. */
function isWrong(incident: Incident, whole: readonly Incident[]): boolean {
  if (incident.outcomeBasis === 'seen' && incident.outcome !== 'unknown') {
    const known = whole.some(
      ({ outcome, recoveries }) =>
        outcome === incident.outcome || (incident.kind === 'recovery-only' && recoveries.length > 0),
    );
    if (!known) return true;
  }
  const critical = new Set(
    whole.flatMap(({ findings }) => findings.filter(({ level }) => level === 'critical').map(({ rule }) => rule)),
  );
  return incident.findings.some(
    ({ level, basis, rule }) => level === 'critical' && basis === 'seen' && !critical.has(rule),
  );
}

function damage({ path, text }: FuzzLog, random: Random): FuzzLog {
  const [drop, double, broken] = [random() * 0.7, random() * 0.2, random() < 0.3 ? random() * 0.02 : 0];
  const skew = random() < 0.4 ? Math.round((random() - 0.5) * 600) : 0;
  const lines = decodeText(text, 0, text.length)
    .split('\n')
    .flatMap((line) => {
      if (random() < drop) return [];
      const moved = skew === 0 ? line : line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, (stamp) => shift(stamp, skew));
      const torn = random() < broken ? moved.slice(0, Math.floor(random() * moved.length)) + '\u0000\ufffd' : moved;
      return random() < double ? [torn, torn] : [torn];
    });
  const bytes = new TextEncoder().encode(lines.join('\n'));
  return { path, text: random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes };
}

function shift(stamp: string, seconds: number): string {
  return new Date(Date.parse(`${stamp.replace(' ', 'T')}Z`) + seconds * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
}

function shuffled<T>(all: readonly T[], random: Random): readonly T[] {
  return all
    .map((one) => ({ one, by: random() }))
    .sort((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
