/** Reading and showing what a drill recorded. */
import { describe, expect, it } from 'vitest';
import { formatDrill, parseDrillRecord } from '../../../core/drill/record';
import { drillRecord } from '../../support/drillRecord';

const parse = (record: object): unknown => parseDrillRecord(JSON.stringify(record));

describe('parseDrillRecord', () => {
  it('takes what drill.sh writes', () => {
    expect(parse(drillRecord())).toEqual(drillRecord());
    const refused = drillRecord({
      backup: null,
      target: { kind: 'time', value: '2020-01-01T00:00:00Z', timeline: null, lsn: null, time: null },
      bytes: null,
      restoreSeconds: null,
      replaySeconds: null,
      rpoSeconds: null,
      checks: [],
      tables: [],
      verdict: 'failed',
      reasons: ['not covered'],
    });
    expect(parse(refused)).toEqual(refused);
  });

  it.each([
    ['half a file', '{"id":"x","clu'],
    ['no object', '[]'],
    ['null', 'null'],
    ['an object of another kind', '{"job":"full"}'],
  ])('takes nothing from %s', (_, text) => {
    expect(parseDrillRecord(text)).toBeUndefined();
  });

  it.each([
    ['another verdict', { verdict: 'maybe' }],
    ['a size in words', { bytes: 'many' }],
    ['a moment that is none', { startedAt: 'yesterday' }],
    ['no target', { target: null }],
    ['a backup that is no label', { backup: 5 }],
    ['checks without a result', { checks: [{ name: 'x', detail: '' }] }],
    ['tables without counts', { tables: [{ name: 'x', ok: true }] }],
    ['reasons that are no list', { reasons: 'none' }],
    ['a reason that is no text', { reasons: [5], verdict: 'failed' }],
  ])('takes no record with %s', (_, change) => {
    expect(parse({ ...drillRecord(), ...change })).toBeUndefined();
  });

  it.each([
    ['a failed check', { checks: [{ name: 'pages', ok: false, detail: 'bad' }] }],
    ['rows that differ', { tables: [{ name: 't', sourceBefore: 2, sourceAfter: 2, restored: 1, ok: false }] }],
    ['a reason', { reasons: ['x'] }],
    ['no backup', { backup: null }],
  ])('does not believe "passed" beside %s', (_, change) => {
    expect(parse({ ...drillRecord(), ...change })).toBeUndefined();
  });
});

describe('formatDrill', () => {
  it('shows what was restored, how far, and that it passed', () => {
    expect(formatDrill(drillRecord())).toBe(
      [
        '  drill    monthly-11 of cluster kb, stanza kingbase',
        '  backup   20261121-132758F',
        '  target   latest',
        '  reached  timeline 1, 0/E002918, last commit 2026-11-21T13:43:29.335061Z',
        '  size     81 MiB',
        '  restore  1.5 s',
        '  replay   1.2 s',
        '  rpo      0.0 s',
        '  ok       pages: 6297 blocks, no bad checksum',
        '  ok       rows of test.public.w: 5 restored, 5 at the source',
        'PASSED',
      ].join('\n'),
    );
  });

  it('ends with the reasons of one that failed', () => {
    const text = formatDrill(
      drillRecord({
        backup: null,
        target: { kind: 'lsn', value: '0/1', timeline: null, lsn: null, time: null },
        bytes: null,
        rpoSeconds: null,
        tables: [{ name: 't', sourceBefore: 5, sourceAfter: 7, restored: 1, ok: false }],
        verdict: 'failed',
        reasons: ['rows of t: 1 in the copy', 'pages: bad'],
      }),
    );
    expect(text).toContain('  backup   none\n  target   lsn 0/1\n  reached  -\n  size     -\n');
    expect(text).toContain('  BAD      rows of t: 1 restored, 5 to 7 at the source');
    expect(text.endsWith('FAILED\n  - rows of t: 1 in the copy\n  - pages: bad')).toBe(true);
  });

  it('says where a timeline or a commit is not known', () => {
    const target = { kind: 'immediate', value: null, timeline: null, lsn: '0/7', time: null };
    expect(formatDrill(drillRecord({ target }))).toContain('reached  timeline ?, 0/7, last commit none');
  });
});
