/** Levels, intervals and statements, against what the real KWDB was recorded to say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { formatInterval, parseInterval } from '../../../core/kwdb/interval';
import { findLevelDrift, parseNodeLevel } from '../../../core/kwdb/levelDrift';
import {
  judgeLevelChange,
  levelNumber,
  levelOf,
  LEVELS,
  refuseLowering,
  rpoStatement,
} from '../../../core/kwdb/levels';
import {
  firstValue,
  formatTsv,
  parseNotices,
  parseServerError,
  parseTsv,
  rowsByName,
} from '../../../core/kwdb/parse/answers';
import * as sql from '../../../core/kwdb/statements';

interface Recorded {
  readonly statement: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const recorded = readFileSync(join(__dirname, '../../fixtures/kwdb/transcripts.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);
const answerOf = (statement: string): Recorded => {
  const found = recorded.find((one) => one.statement === statement);
  if (found === undefined) throw new Error(`nothing was recorded for ${statement}`);
  return found;
};

describe('a level', () => {
  it.each([
    ['off', 0],
    ['sync', 1],
    ['flush', 2],
    ['byrl', 3],
  ] as const)('%s is %i, and back', (level, number) => {
    expect(levelNumber(level)).toBe(number);
    expect(levelOf(number)).toBe(level);
  });

  it('is none for the numbers that the server takes all the same', () => {
    expect([7, 255, -1, 1.5].map(levelOf)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is lowered only with somebody who answers for it', () => {
    const waiver = { owner: 'Li Wei', reason: 'bulk load', until: '2026-12-31' };
    const refused = LEVELS.flatMap((from) =>
      LEVELS.filter((to) => refuseLowering(from, to, undefined) !== undefined).map((to) => `${from}>${to}`),
    );
    expect(refused).toEqual(['sync>off', 'sync>flush', 'sync>byrl', 'flush>off', 'flush>byrl', 'byrl>off']);
    expect(refuseLowering('sync', 'off', undefined)).toBe(
      'lowers what survives a crash (sync to off) without a waiver',
    );
    expect(refuseLowering('sync', 'off', waiver)).toBeUndefined();
  });

  it('says whether the documentation knows the change', () => {
    expect(judgeLevelChange('sync', 'sync')).toEqual({ lowers: false, documented: true, consequence: 'stays sync' });
    expect(judgeLevelChange('off', 'sync').consequence).toContain(
      'which only the source allows, not the documentation',
    );
    expect(judgeLevelChange('flush', 'off')).toMatchObject({ lowers: true, documented: true });
  });

  it('says what each kind of stop takes', () => {
    expect(rpoStatement('sync', 60).osCrash).toContain('nothing that was acknowledged');
    expect(rpoStatement('flush', 60)).toMatchObject({
      processKill: 'nothing that was acknowledged',
      note: 'No fsync at all (measured).',
    });
    expect(rpoStatement('byrl', 60).note).toContain('ts.raftlog_combine_wal.enabled');
    expect(rpoStatement('off', 300).processKill).toBe(
      'up to 300 s of acknowledged rows: everything since the last checkpoint',
    );
  });
});

describe('an interval', () => {
  it.each([
    ['5m', 300],
    ['1h30m', 5400],
    ['00:05:00', 300],
    ['1m0s', 60],
    ['90s', 90],
    [answerOf('SHOW CLUSTER SETTING ts.wal.checkpoint_interval').stdout.split('\n')[1] ?? '', 60],
  ])('%s is %i s', (text, seconds) => {
    expect(parseInterval(text)).toEqual({ ok: true, seconds });
  });

  it.each([
    ['1d', 'has a unit of days or months, which KWDB refuses for this setting'],
    ['300', 'has no unit'],
    ['-5s', 'is negative: KWDB would take it, and checkpoint without a pause'],
    ['abc', 'is no duration'],
    ['', 'is no duration'],
    ['00:61:00', 'is no time of hours, minutes and seconds'],
  ])('%j is refused', (text, reason) => {
    expect(parseInterval(text)).toEqual({ ok: false, reason: `${JSON.stringify(text)} ${reason}` });
  });

  it('is written so that it is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seconds) => {
        expect(parseInterval(formatInterval(seconds))).toEqual({ ok: true, seconds });
      }),
    );
    expect(formatInterval(0)).toBe('0s');
  });
});

describe('statements', () => {
  it('are those that were recorded', () => {
    for (const statement of [
      sql.setLevel('sync'),
      sql.setInterval(300),
      sql.showSetting(sql.LEVEL_SETTING),
      sql.ENGINE_LEVEL,
    ]) {
      expect(answerOf(statement).exit, statement).toBe(0);
    }
  });

  it('stand each in an -e of its own, and no shell sees them', () => {
    const client = { program: '/kw/kwbase', address: '10.0.0.1:26257' };
    expect(sql.sqlArgv(client, ['A', "B 'x'"])).toEqual([
      '/kw/kwbase',
      'sql',
      '--host=10.0.0.1:26257',
      '--insecure',
      '--format=tsv',
      '-e',
      'A',
      '-e',
      "B 'x'",
    ]);
    expect(sql.sqlArgv({ ...client, certificates: '/c' }, [])).toContain('--certs-dir=/c');
  });

  it('quote names and values whatever they are', () => {
    expect(sql.exportDatabase('a"b', { nodeId: 1, path: "x'y" }, { charset: 'GBK', chunkRows: 5 })).toBe(
      `EXPORT INTO CSV 'nodelocal://1/x''y' FROM DATABASE "a""b" WITH chunk_rows='5', charset='GBK'`,
    );
    expect(sql.exportTable(['plant', 'meter'], { nodeId: 2, path: 'p' }, {})).toBe(
      `EXPORT INTO CSV 'nodelocal://2/p' FROM TABLE "plant"."meter"`,
    );
    expect(sql.useDatabase('order')).toBe('USE "order"');
    expect(() => sql.identifier('a\nb')).toThrow(KingbaseError);
  });
});

describe('an answer', () => {
  it('is read as it was recorded', () => {
    const answer = parseTsv(answerOf('SHOW DATABASES').stdout);
    expect(rowsByName(answer)).toContainEqual({ database_name: 'plant', engine_type: 'TIME SERIES' });
    expect(firstValue(answer, 'database_name')).toBe('defaultdb');
    expect(firstValue(answer, 'nope')).toBeUndefined();
  });

  it('comes back from its text with any field', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', '\t', '\n', "'", ',', '水', ' ', '\\') });
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { minLength: 1 }), ([columns, ...rows]) => {
        const answer = { columns: columns as readonly string[], rows };
        expect(parseTsv(formatTsv(answer))).toEqual(answer);
      }),
    );
  });

  it('takes a quote in the middle of a field as it stands, and text that only looks quoted', () => {
    expect(parseTsv('a\n"x"y\n').rows).toEqual([['"x"y']]);
    expect(parseTsv('a\n"open\n').rows).toEqual([['"open']]);
    expect(parseTsv('a\tb\n1\t')).toEqual({ columns: ['a', 'b'], rows: [['1', '']] });
  });

  it.each([
    [
      "SET CLUSTER SETTING ts.wal.wal_level = 'sync'",
      {
        message: 'could not parse "sync" as type int: strconv.ParseInt: parsing "sync": invalid syntax',
        state: '22P02',
      },
    ],
    ['SET CLUSTER SETTING ts.wal.nope = 1', { message: "unknown cluster setting 'ts.wal.nope'" }],
    [
      "EXPORT INTO CSV 'nodelocal://1/fx/x' FROM DATABASE plant WITH chunk_rows=1000",
      { message: 'at or near "1000": syntax error', state: '42601', detail: 'source SQL:' },
    ],
  ])('of an error has its words: %s', (statement, error) => {
    expect(parseServerError(answerOf(statement).stderr)).toEqual(error);
  });

  it('without an error has none, and a notice is no error', () => {
    expect(parseServerError('NOTICE: x\n')).toBeUndefined();
    expect(parseNotices('NOTICE: Exporting SQL cannot supports BytesFamily\nWARNING: w\nx')).toEqual([
      'Exporting SQL cannot supports BytesFamily',
      'w',
    ]);
  });
});

describe('drift', () => {
  const declared = { level: 'sync', checkpointSeconds: 300 } as const;
  const text = (persisted: string, engine: string, interval: string): string =>
    `ts.wal.wal_level\n${persisted}\nwal_level\n${engine}\nts.wal.checkpoint_interval\n${interval}\n`;

  it('is none where all three agree', () => {
    expect(findLevelDrift(declared, { n1: parseNodeLevel(text('1', '1', '00:05:00')) })).toEqual([]);
  });

  it('is told of the engine of one node that was started, although SHOW says otherwise', () => {
    const found = findLevelDrift(declared, {
      n1: parseNodeLevel(text('1', '1', '00:05:00')),
      n2: parseNodeLevel(text('1', '2', '00:05:00')),
    });
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'n2: its engine runs level 2 (flush), declared is 1 (sync), while SHOW CLUSTER SETTING says 1: the node was started since, or the setting was RESET',
    ]);
  });

  it('is told of RESET, of levels that are none, and of what could not be read', () => {
    const messages = (answer: string) =>
      findLevelDrift(declared, { n: parseNodeLevel(answer) }).map(({ message }) => message);
    expect(messages(text('2', '1', '00:05:00'))).toEqual([
      'the cluster has level 2 (flush) persisted, declared is 1 (sync)',
    ]);
    expect(messages(text('1', '255', '00:01:00'))).toEqual([
      'its engine runs level 255 (no level: the engine takes it for flush), declared is 1 (sync), while SHOW CLUSTER SETTING says 1: the node was started since, or the setting was RESET',
      'the interval of checkpoints is 1m, declared is 5m',
    ]);
    expect(messages('')).toEqual([
      'its engine runs level unread, declared is 1 (sync)',
      'the cluster has level unread persisted, declared is 1 (sync)',
      'the interval of checkpoints is unreadable, declared is 5m',
    ]);
  });

  it('is not what an unreachable node shows', () => {
    expect(findLevelDrift(declared, { n: { reachable: false, reason: 'off' } })).toEqual([]);
  });
});
