/**
 * metrics.py against a server that takes reports as CloudWatch does: what is reported of disks and backups, and what is left out because it could not
 * be found out. Proves the calls, their signatures and the numbers; that an alarm rings on them is CloudWatch's documentation's word.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeAws } from '../support/fakeAws';

const PROGRAM = join(__dirname, '../../templates/os/metrics.py');
let cloud: FakeAws;
let url: string;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kb-metrics-'));
  mkdirSync(join(folder, 'backup'));
  cloud = new FakeAws();
  url = await cloud.start();
});
afterEach(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

function put(lines: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const conf = join(folder, 'metrics.conf');
  const all = { node: 'repo', region: 'cn-north-1', namespace: 'pulumi-kingbase/orders', backup: '', ...lines };
  writeFileSync(
    conf,
    Object.entries(all)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  const env = { PATH: process.env['PATH'], KB_METRICS_CONF: conf, KB_AWS_IMDS: url, KB_AWS_API: url };
  return new Promise((resolve) => {
    execFile('python3', ['-B', PROGRAM, 'put'], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: (stdout + stderr).trim() }),
    );
  });
}

const now = (): number => Math.floor(Date.now() / 1000);
/** As backup-job.sh writes it. */
function record(job: string, stop: number | null, exitCode: number | null, lastGood: number | null): void {
  const text = { job, startSeconds: now() - 9000, stopSeconds: stop, exitCode, lastGoodSeconds: lastGood, tail: '' };
  writeFileSync(join(folder, 'backup', `${job}.json`), `${JSON.stringify(text)}\n`);
}
const ageReported = (): number => Number(cloud.reports[0]?.['MetricData.member.1.Value']);

describe('a report', () => {
  it('says how full a mounted volume is, as df does', async () => {
    expect(await put({ volume_data: '/' })).toEqual({ code: 0, said: '' });
    const { blocks, bfree, bavail, files, ffree } = await statfs('/');
    const bytes = (100 * (blocks - bfree)) / (blocks - bfree + bavail);
    const inodes = files > 0 ? (100 * (files - ffree)) / files : 0;
    const [report = {}] = cloud.reports;
    const { 'MetricData.member.1.Value': value, 'MetricData.member.1.Timestamp': at, ...rest } = report;
    expect(Math.abs(Number(value) - Math.max(bytes, inodes))).toBeLessThan(2);
    expect(Math.abs(Date.parse(at ?? '') / 1000 - now())).toBeLessThan(60);
    expect(rest).toEqual({
      Action: 'PutMetricData',
      Version: '2010-08-01',
      Namespace: 'pulumi-kingbase/orders',
      'MetricData.member.1.MetricName': 'DiskUsedPercent',
      'MetricData.member.1.Unit': 'Percent',
      'MetricData.member.1.Dimensions.member.1.Name': 'Node',
      'MetricData.member.1.Dimensions.member.1.Value': 'repo',
      'MetricData.member.1.Dimensions.member.2.Name': 'Volume',
      'MetricData.member.1.Dimensions.member.2.Value': 'data',
    });
  });

  it('leaves out a volume that is not mounted, and goes on with the rest', async () => {
    const answer = await put({ volume_data: '/', volume_wal: folder });
    expect(answer).toEqual({
      code: 1,
      said: `DiskUsedPercent wal is not reported: ${folder}: nothing is mounted there`,
    });
    expect(Object.values(cloud.reports[0] ?? {})).not.toContain('wal');
    expect(Object.values(cloud.reports[0] ?? {})).toContain('data');
  });

  it('counts from the newest backup that ended well, whichever kind', async () => {
    record('full', now() - 90_000, 0, now() - 90_000);
    record('incremental', now() - 3600, 0, now() - 3600);
    expect(await put({ backup: join(folder, 'backup') })).toEqual({ code: 0, said: '' });
    expect(Math.abs(ageReported() - 3600)).toBeLessThan(30);
    expect(cloud.reports[0]).toMatchObject({
      'MetricData.member.1.MetricName': 'BackupAgeSeconds',
      'MetricData.member.1.Unit': 'Seconds',
    });
    expect(cloud.reports[0]).not.toHaveProperty('MetricData.member.1.Dimensions.member.2.Name');
  });

  it('does not count one that failed or is at work', async () => {
    record('full', now() - 100, 32, now() - 50_000);
    record('differential', null, null, now() - 70_000);
    await put({ backup: join(folder, 'backup') });
    expect(Math.abs(ageReported() - 50_000)).toBeLessThan(30);
  });

  it('does not count what is no backup', async () => {
    record('verify', now() - 10, 0, now() - 10);
    record('full', now() - 80_000, 0, now() - 80_000);
    await put({ backup: join(folder, 'backup') });
    expect(Math.abs(ageReported() - 80_000)).toBeLessThan(30);
  });

  it.each([
    ['none ended well yet', () => record('full', now() - 100, 32, null), 'no backup has ended well yet'],
    ['there is no record', () => undefined, 'no backup has ended well yet'],
    ['the clock was wrong', () => record('full', now() + 9000, 0, now() + 9000), 'a clock is wrong'],
    [
      'the record is torn',
      () => writeFileSync(join(folder, 'backup', 'full.json'), '{"job":"full"'),
      'BackupAgeSeconds',
    ],
    ['the record is of another form', () => writeFileSync(join(folder, 'backup', 'full.json'), '{}'), 'exitCode'],
  ])('is none of backups where %s', async (_what, arrange, words) => {
    arrange();
    const { code, said } = await put({ backup: join(folder, 'backup') });
    expect(code).toBe(1);
    expect(said).toContain('BackupAgeSeconds is not reported: ');
    expect(said).toContain(words);
    expect(cloud.reports).toEqual([]);
  });

  it('says what AWS answered where it takes none', async () => {
    cloud.failWith = 403;
    expect(await put({ volume_data: '/' })).toEqual({
      code: 1,
      said: 'could not be reported: monitoring.cn-north-1.amazonaws.com.cn answers 403: InternalError try again',
    });
  });
});
