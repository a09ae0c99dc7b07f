// Proves that no damage to the logs makes the analysis say something wrong with certainty, or fall: what is said as seen of damaged logs is what the whole
// logs say; order and chunks do not matter. Bounded: the long run is `npm run fuzz`.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../core/incident/incidentTypes';
import { createLineFeed } from '../../../core/incident/read/lineFeed';
import { decodeText } from '../../../core/incident/read/decode';
import { incidentsOf, type FuzzLog } from '../../../scripts/fuzzLogs';
import { log, scenario, seed } from '../../support/incidents';

const SCENARIOS = ['killdb', 'killdb-coord2', 's1-host-shutdown', 'standby', 'kb-full'].map((name) => scenario(name));
const sets = [...SCENARIOS, seed()];
const whole = sets.map((logs) => incidentsOf(logs));
const set = fc.integer({ min: 0, max: sets.length - 1 });
const RUNS = { numRuns: 25 };

const linesOf = ({ text }: FuzzLog): readonly string[] => decodeText(text, 0, text.length).split('\n');

/** Outcomes and critical findings that lines say, not such as rest on lines that are not there. */
function certain(incidents: readonly Incident[]): readonly string[] {
  return incidents.flatMap(({ outcome, outcomeBasis, kind, findings }) => [
    ...(outcomeBasis === 'seen' && outcome !== 'unknown' && kind !== 'recovery-only' ? [`outcome ${outcome}`] : []),
    ...findings.filter(({ level, basis }) => level === 'critical' && basis === 'seen').map(({ rule }) => rule),
  ]);
}

function expectNoNewCertainty(index: number, logs: readonly FuzzLog[]): void {
  const known = new Set(certain(whole[index] ?? []));
  expect(certain(incidentsOf(logs)).filter((one) => !known.has(one))).toEqual([]);
}

describe('what is certain of damaged logs is certain of the whole ones', () => {
  it('with lines dropped', () => {
    fc.assert(
      fc.property(set, fc.array(fc.boolean(), { minLength: 97, maxLength: 97 }), (index, keep) => {
        const logs = (sets[index] ?? []).map((one, shift) =>
          log(
            one.path,
            linesOf(one)
              .filter((_, at) => keep[(at + 31 * shift) % keep.length])
              .join('\n'),
          ),
        );
        expectNoNewCertainty(index, logs);
      }),
      RUNS,
    );
  });

  it('with lines doubled', () => {
    fc.assert(
      fc.property(set, fc.array(fc.boolean(), { minLength: 89, maxLength: 89 }), (index, again) => {
        const logs = (sets[index] ?? []).map((one) =>
          log(
            one.path,
            linesOf(one)
              .flatMap((line, at) => (again[at % again.length] === true ? [line, line] : [line]))
              .join('\n'),
          ),
        );
        expectNoNewCertainty(index, logs);
      }),
      RUNS,
    );
  });

  it('with clocks moved, each log’s by its own', () => {
    fc.assert(
      fc.property(
        set,
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 8, maxLength: 8 }),
        (index, seconds) => {
          const moved = (text: string, by: number): string =>
            text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, (stamp) =>
              new Date(Date.parse(`${stamp.replace(' ', 'T')}Z`) + by * 1000)
                .toISOString()
                .slice(0, 19)
                .replace('T', ' '),
            );
          const logs = (sets[index] ?? []).map((one, at) =>
            log(one.path, moved(linesOf(one).join('\n'), seconds[at % seconds.length] ?? 0)),
          );
          expectNoNewCertainty(index, logs);
        },
      ),
      RUNS,
    );
  });

  it('with a file cut anywhere, and bytes of anything behind it', () => {
    fc.assert(
      fc.property(
        set,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.uint8Array({ maxLength: 2000 }),
        (index, part, garbage) => {
          const logs = (sets[index] ?? []).map(({ path, text }) => ({
            path,
            text: new Uint8Array([...text.subarray(0, Math.floor(part * text.length)), ...garbage]),
          }));
          expectNoNewCertainty(index, logs);
        },
      ),
      RUNS,
    );
  });
});

it('files in another order tell the same incidents', () => {
  fc.assert(
    fc.property(
      set.chain((index) =>
        fc.tuple(
          fc.constant(index),
          fc.shuffledSubarray([...(sets[index] ?? [])], { minLength: (sets[index] ?? []).length }),
        ),
      ),
      ([index, logs]) => {
        const told = (incidents: readonly Incident[]): unknown =>
          incidents.map(({ kind, outcome, begin, executor, newPrimary, durations, findings }) => ({
            ...{ kind, outcome, begin, executor, newPrimary, durations },
            rules: findings.map(({ rule, level, basis }) => `${rule} ${level} ${basis}`).sort(),
          }));
        expect(told(incidentsOf(logs))).toEqual(told(whole[index] ?? []));
      },
    ),
    RUNS,
  );
});

it('chunks of any size give the same lines', () => {
  const bytes = sets[0]?.[0]?.text ?? new Uint8Array();
  const lines = (sizes: readonly number[]): readonly string[] => {
    const found: string[] = [];
    const feed = createLineFeed(decodeText, (text, number) => found.push(`${number} ${text}`));
    for (let from = 0, n = 0; from < bytes.length; n += 1) {
      const size = sizes[n % sizes.length] ?? 1;
      feed.push(bytes.slice(from, from + size));
      from += size;
    }
    found.push(`end ${feed.end()}`);
    return found;
  };
  const once = lines([bytes.length]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      expect(lines(sizes)).toEqual(once);
    }),
    RUNS,
  );
});

it('text of anybody’s is no crash', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '2026-11-21 03:08:15: pid 72: LOG:  ',
      'failover done. shutdown host ',
      'execute command: /x/failover_stream.sh 1 2 3',
      '-'.repeat(69),
      '[2026-01-05 10:00:00] [NOTICE] ',
      '\n',
      '2026-99-99 99:99:99',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 60 }),
      fc.constantFrom('cluster.log', 'failover.log', 'recovery.log', 'hamgr.log', 'kbha.log'),
      (words, name) => {
        expect(incidentsOf([log(`node101/log/${name}`, words.join(''))])).toBeInstanceOf(Array);
      },
    ),
    { numRuns: 150 },
  );
});
