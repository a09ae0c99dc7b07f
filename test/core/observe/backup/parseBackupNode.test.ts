import { describe, expect, it } from 'vitest';
import { CUT_OFF, parseBackupNode } from '../../../../core/observe/backup/parseBackupNode';
import { backupDocument, command, infoJson, job, row } from '../../../support/backups';

const parse = (changes: Parameters<typeof backupDocument>[0] = {}) =>
  parseBackupNode('node1', 'kingbase', JSON.stringify(backupDocument(changes)));

const archiver = (last: string, lastAt: string | number, failed: readonly (string | number)[] = [0, '', '']): string =>
  row('archiver', 9, last, lastAt, ...failed);

describe('parseBackupNode', () => {
  it('reads what the archiver says and what its marks say', () => {
    const sql = archiver('000000010000000000000007', 1_795_268_243, [2, '000000010000000000000004', 1_795_268_000]);
    const seen = parse({
      archiver: command(sql),
      marks: command('ready 3 1795268250\ndone 1795268242'),
    });
    expect(seen.archiver).toEqual({
      archivedCount: 9,
      failedCount: 2,
      lastArchivedWal: '000000010000000000000007',
      lastArchivedSeconds: 1_795_268_243,
      lastFailedWal: '000000010000000000000004',
      lastFailedSeconds: 1_795_268_000,
      readySegments: 3,
      oldestReadySeconds: 1_795_268_250,
      lastCoveredSeconds: 1_795_268_242,
    });
  });

  it('takes no time of a segment from an archiver that has archived none', () => {
    expect(parse({ archiver: command(archiver('', '')), marks: command('ready 0 0') }).archiver).toMatchObject({
      lastArchivedWal: null,
      readySegments: 0,
      oldestReadySeconds: null,
      lastCoveredSeconds: null,
    });
  });

  it('has no archiver where the database did not answer', () => {
    const silent = { code: 2, text: '', error: 'connection refused' };
    expect(parse({ archiver: silent, marks: command('ready 1 1') })).toMatchObject({
      archiver: undefined,
      sessions: undefined,
    });
  });

  it('reads the limit on idle sessions, and which roles have one of their own', () => {
    const sql = [
      archiver('', ''),
      row('idle', 'client_idle_timeout', 300),
      row('role', 'esrep', 'search_path=x;client_idle_timeout=0'),
      row('role', 'app', 'work_mem=8MB'),
    ].join('\n');
    expect(parse({ archiver: command(sql) }).sessions).toEqual({
      setting: 'client_idle_timeout',
      seconds: 300,
      roles: { esrep: '0' },
    });
  });

  it('says why the catalogue could not be read', () => {
    expect(parse({ info: { code: 124, text: '', error: '' } }).catalogueReason).toBe(
      'sys_rman info gave no answer in time',
    );
    expect(parse({ info: { code: 55, text: '', error: 'x\nERROR: [055]: unable to load' } }).catalogueReason).toBe(
      'sys_rman info: exit code 55: ERROR: [055]: unable to load',
    );
    expect(parse({ info: { code: 1, text: 'said on stdout', error: '' } }).catalogueReason).toBe(
      'sys_rman info: exit code 1: said on stdout',
    );
    expect(parse({ info: { code: 1, text: '', error: '' } }).catalogueReason).toBe('sys_rman info: exit code 1');
    expect(parse({ info: command(infoJson()) })).toMatchObject({
      catalogueReason: undefined,
      catalogue: { stanza: 'kingbase' },
    });
  });

  it('tells a job that runs from one that was cut off', () => {
    const open = { job: 'full' as const, stopSeconds: null, exitCode: null, tail: '' };
    expect(parse({ jobs: [job(open, true), job({ job: 'check', exitCode: 82 })] }).jobs).toEqual([
      expect.objectContaining({ job: 'full', exitCode: null }),
      expect.objectContaining({ job: 'check', exitCode: 82, tail: 'done' }),
    ]);
    expect(parse({ jobs: [job(open, false)] }).jobs).toEqual([
      expect.objectContaining({ exitCode: CUT_OFF, tail: 'it was cut off before it ended' }),
    ]);
  });

  it('leaves out records that are none', () => {
    const jobs = ['', '{"job":1}', 'null', '[]'].map((text) => ({ text, running: false }));
    expect(parse({ jobs, drills: ['{', '{"id":"a"}', '{"id":"b","verdict":"passed"}'] })).toMatchObject({
      jobs: [],
      drills: [{ id: 'b' }],
    });
  });

  it.each([
    ['active', true],
    ['activating', true],
    ['inactive', false],
    ['failed', false],
  ])('takes a unit that is %s for at work: %s', (unit, unitActive) => {
    expect(parse({ unit }).unitActive).toBe(unitActive);
  });

  it('reads cron tables where there are some', () => {
    expect(parse({ cron: '# x' })).toMatchObject({ cronFile: '# x', crontab: undefined });
    expect(parse({ crontab: '# y' })).toMatchObject({ cronFile: undefined, crontab: '# y' });
  });

  it('refuses another document', () => {
    expect(() => parseBackupNode('node1', 'kingbase', '{"format":2}')).toThrow('not a document of format 1');
  });
});
