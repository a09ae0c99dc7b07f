/** What the node's script prints, parsed: nothing that could not be read turns into a fact. */
import { describe, expect, it } from 'vitest';
import { parseBranchAnswers, parseHistory, parseRecoveryFacts } from '../../../core/recovery/parseFacts';

const CONTROL = `sys_control version number:           1300
Database system identifier:           7100000000000000001
Database cluster state:               in archive recovery
Latest checkpoint location:           0/4000028
Latest checkpoint's TimeLineID:       2
Time of latest checkpoint:            Sat 21 Nov 2026 05:00:00 PM UTC
Minimum recovery ending location:     0/5000000
Min recovery ending loc's timeline:   3
Bytes per WAL segment:                16777216
`;
const RUNS = [
  'flush\u001f0/5000100',
  'archiver\u001f2\u001f000000010000000000000004\u001f000000010000000000000003',
  'size\u001ftest\u001f8000000',
].join('\n');

const document = (changes: object = {}): string =>
  JSON.stringify({
    recovery: 1,
    control: { code: 0, text: CONTROL, error: '' },
    histories: { '00000003.history': '1\t0/3000110\tno recovery target specified\n\n2\t0/4000000\tbefore 2026\n' },
    walEnd: { timeline: 3, lsn: '0/5000140' },
    walEndReason: null,
    sql: { code: 0, text: RUNS, error: '' },
    dataBytes: 9000000,
    disks: [
      { what: 'data', path: '/kbdata', bytes: 100, freeBytes: 50, writable: true, reason: null },
      { what: 'wal', path: '/kbwal', bytes: null, freeBytes: null, writable: null, reason: '' },
    ],
    waiting: 3,
    cron: true,
    ...changes,
  });

describe('parseRecoveryFacts', () => {
  it('reads all of it', () => {
    expect(parseRecoveryFacts(document())).toEqual({
      control: {
        systemIdentifier: '7100000000000000001',
        state: 'in archive recovery',
        timeline: 2,
        checkpointLsn: '0/4000028',
        checkpointTime: 'Sat 21 Nov 2026 05:00:00 PM UTC',
        minRecoveryTimeline: 3,
        segmentBytes: 16777216,
      },
      controlReason: undefined,
      histories: [
        {
          timeline: 3,
          steps: [
            { timeline: 1, lsn: '0/3000110' },
            { timeline: 2, lsn: '0/4000000' },
          ],
        },
      ],
      walEnd: { timeline: 3, lsn: '0/5000140' },
      walEndReason: undefined,
      flushLsn: '0/5000100',
      databases: [{ name: 'test', bytes: 8000000 }],
      dataBytes: 9000000,
      disks: [
        { what: 'data', path: '/kbdata', bytes: 100, freeBytes: 50, writable: true, reason: undefined },
        {
          what: 'wal',
          path: '/kbwal',
          bytes: undefined,
          freeBytes: undefined,
          writable: undefined,
          reason: 'no answer within 5 s: does it hang?',
        },
      ],
      archive: {
        waiting: 3,
        failedCount: 2,
        lastFailedWal: '000000010000000000000004',
        lastArchivedWal: '000000010000000000000003',
      },
      cron: true,
    });
  });

  it.each([
    [
      'a wrong checksum, though the tool ended with 0',
      { code: 0, text: `WARNING: Calculated CRC checksum does not match value stored in file.\n${CONTROL}`, error: '' },
      'its checksum does not match',
    ],
    [
      'a file that cannot be read',
      { code: 1, text: '', error: 'sys_controldata: error: could not read file "global/sys_control": read 0 of 296\n' },
      'read 0 of 296',
    ],
    ['a report without its numbers', { code: 0, text: 'nonsense: 1\n', error: '' }, 'no system identifier'],
  ])('takes nothing from %s', (_, control, reason) => {
    const facts = parseRecoveryFacts(document({ control }));
    expect(facts.control).toBeUndefined();
    expect(facts.controlReason).toContain(reason);
  });

  it('has no position and no sizes where they were not read', () => {
    const facts = parseRecoveryFacts(
      document({ walEnd: null, walEndReason: 'no end', sql: null, dataBytes: null, waiting: null }),
    );
    expect([facts.walEnd, facts.walEndReason, facts.databases, facts.dataBytes, facts.archive.waiting]).toEqual([
      undefined,
      'no end',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('refuses another document', () => {
    expect(() => parseRecoveryFacts('{"format":1}')).toThrow('not a document of recoveryFacts.sh');
  });
});

describe('parseHistory', () => {
  it('takes no other file for a history', () => {
    expect(parseHistory('backup_label', '1\t0/3000110\tx\n')).toEqual([]);
  });
});

describe('parseBranchAnswers', () => {
  it('keeps digests, and leaves empty times out', () => {
    const answers = { prints: { '1@0/3': 'abc' }, spans: { '1@0/3-end': { commits: 0, firstAt: '', lastAt: '' } } };
    expect(parseBranchAnswers(JSON.stringify(answers))).toEqual({
      prints: { '1@0/3': 'abc' },
      spans: { '1@0/3-end': { commits: 0, firstAt: undefined, lastAt: undefined } },
    });
  });
});
