/** What a run proves: every silent failure of EXPORT is named by its table. And what is kept, and what a node's log directory shows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportBackups } from '../../../core/kwdb/backupReport';
import { judgeManifest, verdictOf } from '../../../core/kwdb/judgeManifest';
import { parseManifest, tableName } from '../../../core/kwdb/manifest';
import { planRetention, runMoment, type RunOnDisk } from '../../../core/kwdb/retention';
import { judgeWalFiles, roleOf } from '../../../core/kwdb/walFiles';
import { exported, manifest, METER, ORDERS, NUMBERS } from './sample';

const said = (changes: Parameters<typeof manifest>[0]): string[] =>
  judgeManifest(manifest(changes)).map(({ path, message }) => `${path}: ${message}`);

describe('a manifest', () => {
  it('of a whole run has no findings, moving tables included', () => {
    expect(said({})).toEqual([]);
    expect(said({ tables: [{ ...METER, before: 3, after: 9, csvRows: 5 }, ORDERS] })).toEqual([]);
    expect(verdictOf(manifest({}))).toBe('good');
    expect(verdictOf(manifest({ verdict: 'bad' }))).toBe('bad');
  });

  it.each<[string, Parameters<typeof manifest>[0], string[]]>([
    [
      'a time-series export that says fail beside 0',
      { exports: [{ ...exported('database plant'), result: 'fail', notices: ['no space'] }] },
      ['database plant: EXPORT ended with 0, and its row says "fail" (no space)'],
    ],
    [
      'a relational table passed over with a notice',
      { exports: [{ ...exported('database shop', ''), notices: ['cannot supports BytesFamily'] }] },
      ['database shop: EXPORT ended with 0, and gave the notice "cannot supports BytesFamily"'],
    ],
    [
      'an export that failed',
      {
        exports: [
          { ...exported('users', ''), exitCode: 1, error: 'denied' },
          { ...exported('settings', ''), exitCode: 1 },
        ],
      },
      ['users: EXPORT ended with exit code 1: denied', 'settings: EXPORT ended with exit code 1'],
    ],
    [
      'what was declared and not exported',
      { wanted: ['database plant', 'database ledger'] },
      ['database ledger: is declared, and the run did not export it'],
    ],
    [
      'a table without a definition',
      { tables: [{ ...ORDERS, meta: null }, METER] },
      ['shop.public.orders: its definition is in no meta.sql: EXPORT left it out and ended with 0'],
    ],
    [
      'a table without its CSV',
      { tables: [{ ...METER, csvRows: 0, files: [] }, ORDERS], files: [] },
      ['plant.meter: has 3 rows, and there is no CSV file of it'],
    ],
    [
      'a CSV that lacks rows',
      { tables: [{ ...METER, after: 5, csvRows: 2 }, ORDERS] },
      ['plant.meter: has 3 to 5 rows, and its CSV files hold 2'],
    ],
    [
      'an export cut half-way',
      { tables: [{ ...METER, cut: true }, ORDERS] },
      ['plant.meter: a CSV file of it ends inside a record: the export was cut half-way'],
    ],
    [
      'a table that could not be counted',
      {
        tables: [
          { ...METER, before: null },
          { ...ORDERS, after: null },
        ],
      },
      [
        'plant.meter: its rows could not be counted before the export',
        'shop.public.orders: its rows could not be counted after the export',
      ],
    ],
    [
      'a view without its text',
      { objects: [{ database: 'shop', name: 'v', kind: 'VIEW', saved: false }] },
      ['shop.v: is a VIEW, which EXPORT leaves out, and SHOW CREATE gave no text of it'],
    ],
    [
      'a sequence without its value',
      {
        objects: [
          { ...NUMBERS, lastValue: null },
          { ...NUMBERS, name: 'ids', definition: 'CREATE SEQUENCE ids VIRTUAL', lastValue: null },
          { ...NUMBERS, name: 'old', definition: undefined, lastValue: undefined },
        ],
      },
      ['shop.numbers: is a SEQUENCE whose value could not be read: after a restore it would begin anew'],
    ],
    [
      'a file that nobody counted',
      { files: [{ path: 'databases/shop/hr/pay/n1.0.csv', bytes: 1, sha256: 'a'.repeat(64) }] },
      ['databases/shop/hr/pay/n1.0.csv: belongs to no table that was counted'],
    ],
  ])('with %s names it', (_, changes, wanted) => {
    expect(said(changes)).toEqual(wanted);
    expect(verdictOf(manifest(changes))).toBe('bad');
  });

  it('takes a table without rows as whole without a CSV', () => {
    expect(said({ tables: [{ ...METER, before: 0, after: 0, csvRows: 0, files: [] }], files: [] })).toEqual([]);
  });

  it('comes back from its text, and half a text is none', () => {
    const text = JSON.stringify(manifest({}));
    expect(parseManifest(text)).toEqual(manifest({}));
    for (let cut = 1; cut < text.length; cut += 37) expect(parseManifest(text.slice(0, cut))).toBeUndefined();
    for (const broken of [
      '[]',
      'null',
      '{}',
      text.replace('"good"', '"fine"'),
      text.replace('"csvRows":3', '"csvRows":-3'),
      text.replace('"saved":true', '"saved":true,"lastValue":41'),
    ])
      expect(parseManifest(broken)).toBeUndefined();
  });

  it('names tables as people do', () => {
    expect([METER, ORDERS].map(tableName)).toEqual(['plant.meter', 'shop.public.orders']);
  });
});

describe('retention', () => {
  const NOW = Date.UTC(2026, 11, 31);
  const run = (name: string, verdict: RunOnDisk['verdict'] = 'good'): RunOnDisk => ({ name, verdict });

  it('takes what is older than the days, never the last good ones, never what is not ours', () => {
    const runs = [
      run('20261101T000000Z'),
      run('20261102T000000Z', 'bad'),
      run('20261103T000000Z'),
      run('20270301T000000Z', 'unfinished'),
      run('mine'),
    ];
    expect(planRetention(runs, { keepDays: 14, keepAtLeast: 1 }, NOW)).toEqual([
      '20261101T000000Z',
      '20261102T000000Z',
    ]);
    expect(planRetention(runs, { keepDays: 14, keepAtLeast: 2 }, NOW)).toEqual(['20261102T000000Z']);
    expect(planRetention(runs, { keepDays: 90, keepAtLeast: 1 }, NOW)).toEqual([]);
  });

  it('over 40 days with a run each keeps the days and at least the good ones', () => {
    let disk: RunOnDisk[] = [];
    for (let day = 0; day < 40; day += 1) {
      const at = new Date(Date.UTC(2026, 10, 1 + day, 2, 30));
      disk.push(run(`${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`, day > 20 ? 'bad' : 'good'));
      const gone = planRetention(disk, { keepDays: 7, keepAtLeast: 3 }, at.getTime());
      disk = disk.filter(({ name }) => !gone.includes(name));
    }
    expect(disk.filter(({ verdict }) => verdict === 'good').map(({ name }) => name.slice(0, 8))).toEqual([
      '20261119',
      '20261120',
      '20261121',
    ]);
    expect(disk.filter(({ verdict }) => verdict === 'bad')).toHaveLength(8);
  });

  it('never takes the newest good one, whatever there is', () => {
    const verdict = fc.constantFrom('good', 'bad', 'unfinished') as fc.Arbitrary<RunOnDisk['verdict']>;
    const some = fc.array(
      fc.record({
        name: fc.integer({ min: 1, max: 28 }).map((day) => `202601${String(day).padStart(2, '0')}T000000Z`),
        verdict,
      }),
    );
    fc.assert(
      fc.property(some, (runs) => {
        const gone = planRetention(runs, { keepDays: 1, keepAtLeast: 1 }, NOW);
        const newest = runs
          .filter((one) => one.verdict === 'good')
          .map(({ name }) => name)
          .sort()
          .at(-1);
        expect(gone.filter((name) => name === newest && runs.filter((one) => one.name === name).length === 1)).toEqual(
          [],
        );
      }),
    );
    expect(runMoment('x')).toBeUndefined();
  });
});

describe('the report', () => {
  const evidence = {
    runs: [{ name: '20261130T031500Z', verdict: 'good' as const }],
    timerActive: true,
    verifyTimerActive: true,
    wantsCopy: true,
    newest: JSON.stringify(manifest({})),
  };
  const note = (run: string, more = '') => `{"run":"${run}","copied":true${more}}`;

  it('names the last good run and whether it was copied', () => {
    expect(reportBackups({ ...evidence, last: note('20261130T031500Z') })).toEqual({
      lastGood: '20261130T031500Z',
      lastRun: '20261130T031500Z',
      runs: 1,
      copied: true,
      timer: 'active',
      verifyTimer: 'active',
      findings: [],
    });
  });

  it('trusts no word "good" beside a manifest that is not whole', () => {
    const report = reportBackups({
      ...evidence,
      newest: '{"format":1',
      timerActive: false,
      verifyTimerActive: false,
      wantsCopy: false,
    });
    expect(report).toEqual({
      lastRun: '20261130T031500Z',
      runs: 1,
      timer: 'inactive',
      verifyTimer: 'inactive',
      findings: ['20261130T031500Z: has no whole manifest: the run was cut, or is at work'],
    });
    expect(reportBackups({ ...evidence, newest: undefined }).findings).toHaveLength(1);
    expect(
      reportBackups({ ...evidence, newest: JSON.stringify(manifest({ tables: [{ ...METER, cut: true }, ORDERS] })) })
        .findings,
    ).toEqual(['plant.meter: a CSV file of it ends inside a record: the export was cut half-way']);
    expect(reportBackups({ ...evidence, newest: JSON.stringify(manifest({ verdict: 'bad' })) }).findings).toEqual([
      '20261130T031500Z: the node itself calls it bad, see findings.txt there',
    ]);
  });

  it('says when a run was read again, and what was not as written', () => {
    const verified = '{"run":"20261130T031500Z","verifiedAt":"2026-11-30T05:30:00Z","findings":["x: FAILED"]}';
    expect(reportBackups({ ...evidence, verified }).verified).toEqual({
      run: '20261130T031500Z',
      at: '2026-11-30T05:30:00Z',
      findings: ['x: FAILED'],
    });
    for (const broken of ['', '{}', verified.replace('findings', 'other')])
      expect(reportBackups({ ...evidence, verified: broken })).not.toHaveProperty('verified');
  });

  it('says why a copy is missing', () => {
    expect(reportBackups({ ...evidence, runs: [] })).toMatchObject({
      runs: 0,
      copied: false,
      copyReason: 'no run has ended yet',
    });
    expect(reportBackups({ ...evidence, last: note('20261101T000000Z') }).copyReason).toBe(
      'the copied run is 20261101T000000Z',
    );
    expect(reportBackups({ ...evidence, last: '{"copied":false,"copyReason":"no route"}' }).copyReason).toBe(
      'no route',
    );
    expect(reportBackups({ ...evidence, last: 'null' }).copyReason).toBe('no run has ended yet');
  });
});

describe('the files of the log', () => {
  const folders = ['engine', 'ddl', 'vg_001', 'vg_002', 'vg_003', 'vg_004'];
  const live = folders.map((folder) => ({ path: `${folder}/kwdb_wal.cur`, bytes: 4096, ageSeconds: 900 }));

  it('are quiet while a checkpoint is at work', () => {
    expect(judgeWalFiles([...live, { path: 'vg_001/kwdb_wal.chk', bytes: 1, ageSeconds: 20 }], 60)).toEqual([]);
    expect(judgeWalFiles([], 60)).toEqual([]);
  });

  it('show a checkpoint that never ended, and a file that is gone', () => {
    const found = judgeWalFiles([...live.slice(1), { path: 'vg_001/kwdb_wal.chk', bytes: 1, ageSeconds: 500 }], 60);
    expect(found.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'vg_001/kwdb_wal.chk is 500 s old, and a checkpoint file goes when its checkpoint ends (interval 60 s)',
      'engine/kwdb_wal.cur is not there: at its next start the node makes a new one, and says "Recover success" all the same',
    ]);
    expect(roleOf({ path: 'vg_001/other', bytes: 0, ageSeconds: 0 })).toBeUndefined();
  });
});
