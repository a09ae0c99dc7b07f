/** The installed script that runs one job of the backups, in a real shell: what it records, and what it lets through. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { renderTemplate } from '../../../core/render/template';

describe('backup-job.sh', () => {
  let state = '';
  let script = '';

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'backup-job-'));
    mkdirSync(join(state, 'backup'));
    script = join(state, 'backup-job.sh');
    install(1);
  });
  afterEach(() => rmSync(state, { recursive: true }));

  const install = (repositories: number): void =>
    writeFileSync(script, renderTemplate(loadTemplates(), 'os/backup-job.sh', 'word', { state, repositories }));
  const run = (...words: string[]) => spawnSync('bash', [script, ...words], { encoding: 'utf8' });
  const recordOf = (job: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(state, 'backup', `${job}.json`), 'utf8')) as Record<string, unknown>;

  it('lets output and exit code of the command through, and records both', () => {
    const said = run('full', 'bash', '-c', 'echo "INFO: a \\"quoted\\" word"; echo failed >&2; exit 41');
    expect(said.status).toBe(41);
    expect(said.stdout).toBe('INFO: a "quoted" word\nfailed\n');
    expect(recordOf('full')).toEqual({
      job: 'full',
      startSeconds: expect.any(Number) as number,
      stopSeconds: expect.any(Number) as number,
      exitCode: 41,
      lastGoodSeconds: null,
      tail: 'INFO: a "quoted" word\nfailed',
    });
  });

  it('hands words on as they are, also those a shell would read', () => {
    expect(run('check', 'printf', '[%s]', 'a b', '$HOME', "it's").stdout).toBe("[a b][$HOME][it's]");
  });

  it('backs up to each of several repositories, one after the other, and ends as the one that failed', () => {
    install(2);
    const rman = 'echo "$@"; case $* in *--repo=1*) exit 50 ;; esac';
    const said = run('full', 'bash', '-c', rman, 'sys_rman', '--type=full', 'backup');
    expect(said.stdout).toBe('--type=full --repo=1 backup\n--type=full --repo=2 backup\n');
    expect({ status: said.status, record: recordOf('full')['exitCode'] }).toEqual({ status: 50, record: 50 });
    expect(run('verify', 'echo', 'verify').stdout).toBe('verify\n');
  });

  it('keeps the last lines only, control characters made blanks', () => {
    run('verify', 'bash', '-c', 'for n in $(seq 1 50); do printf "line\\t%s\\n" "$n"; done');
    expect(String(recordOf('verify')['tail']).split('\n')).toEqual(
      Array.from({ length: 20 }, (_, at) => `line ${at + 31}`),
    );
  });

  it('runs a job once at a time, and leaves the record to the run that is at work', async () => {
    const first = spawn('bash', [script, 'full', 'bash', '-c', `touch ${state}/began; sleep 30`], { detached: true });
    try {
      while (!existsSync(join(state, 'began'))) await new Promise((resolve) => setTimeout(resolve, 20));
      const second = run('full', 'touch', join(state, 'twice'));
      expect(second.status).toBe(75);
      expect(second.stderr).toContain('the job full is at work already');
      expect(existsSync(join(state, 'twice'))).toBe(false);
      expect(recordOf('full')).toMatchObject({ stopSeconds: null, exitCode: null });
      expect(run('incremental', 'true').status).toBe(0);
    } finally {
      process.kill(-(first.pid as number), 'SIGKILL');
    }
  });

  it('keeps when the job last ended well, while it runs again, after a failure, and after a run that was cut off', async () => {
    run('verify', 'true');
    const good = recordOf('verify')['stopSeconds'];
    expect(recordOf('verify')).toMatchObject({ exitCode: 0, lastGoodSeconds: good });
    const before = readFileSync(join(state, 'backup', 'verify.json'), 'utf8');
    writeFileSync(join(state, 'backup', 'verify.json'), before.replaceAll(String(good), '1700000000'));
    run('verify', 'cp', join(state, 'backup', 'verify.json'), join(state, 'at-work.json'));
    const atWork = JSON.parse(readFileSync(join(state, 'at-work.json'), 'utf8')) as object;
    expect(atWork).toMatchObject({ exitCode: null, lastGoodSeconds: 1_700_000_000 });
    copyFileSync(join(state, 'at-work.json'), join(state, 'backup', 'verify.json'));
    run('verify', 'bash', '-c', 'echo \'{"exitCode":0,"lastGoodSeconds":5,"tail"\'; exit 1');
    expect(recordOf('verify')).toMatchObject({ exitCode: 1, lastGoodSeconds: 1_700_000_000 });
    run('verify', 'false');
    expect(recordOf('verify')).toMatchObject({ exitCode: 1, lastGoodSeconds: 1_700_000_000 });
    run('full', 'false');
    expect(recordOf('full')).toMatchObject({ exitCode: 1, lastGoodSeconds: null });
  });

  it('reads when it ended well from a record of an earlier version', () => {
    const old = '{"job":"verify","startSeconds":5,"stopSeconds":7,"exitCode":0,"tail":"done"}\n';
    writeFileSync(join(state, 'backup', 'verify.json'), old);
    run('verify', 'false');
    expect(recordOf('verify')).toMatchObject({ exitCode: 1, lastGoodSeconds: 7 });
  });

  it('loses no run to whoever only looks whether one is at work', async () => {
    const lock = join(state, 'backup', 'full.lock');
    const looker = spawn('flock', [lock, 'bash', '-c', `touch ${state}/looking; sleep 0.5`]);
    while (!existsSync(join(state, 'looking'))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(run('full', 'true').status).toBe(0);
    looker.kill();
  });

  it.each(['', '../full', 'a b'])('refuses "%s" as the name of a job', (job) => {
    expect(run(job, 'true').status).toBe(2);
  });
});
