/**
 * files.sh as bash runs it: a line of the automation that somebody commented out stays so, each line by itself, and a server is told to reread.
 * Seen to fail with the list of paused lines left empty, and without the comparison of the process's directory.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeScript } from '../../remote/nodeScripts';

const OWNER = execFileSync('sh', ['-c', 'printf %s "$(id -un):$(id -gn)"'], { encoding: 'utf8' });
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kingbase-files-'));
  folders.push(made);
  return made;
}

interface Item {
  readonly op: 'observe' | 'apply';
  readonly path: string;
  readonly text: string;
  readonly onChange: string;
  readonly block?: string;
}

const encode = (text: string): string => (text === '' ? '-' : Buffer.from(text).toString('base64'));

function run(state: string, { op, path, text, onChange, block }: Item): string {
  const sha = createHash('sha256').update(text).digest('hex');
  const kind = block === undefined ? 'whole' : 'block';
  const line = [op, kind, encode(path), '0644', OWNER, encode(block ?? ''), onChange, sha, encode(text)].join(' ');
  const env = { ...process.env, STATE: state, REPMGRD_PID: '', ITEMS: line };
  const out = execFileSync('bash', ['-euo', 'pipefail', '-c', nodeScript('files.sh')], { env, encoding: 'utf8' });
  return out.trim().split('\t')[1] ?? '';
}

const REWIND = '*/1 * * * * kingbase  /c/db/bin/network_rewind.sh';
const RESTART = '*/1 * * * * root  /c/kingbasecluster/bin/restartcluster.sh';
const cron = (...lines: readonly string[]): string => `# the automation\n${lines.join('\n')}\n`;

describe('a paused automation', () => {
  it('is respected line by line, by what looks and by what writes', () => {
    const home = folder();
    const path = join(home, 'KINGBASECRON');
    const item = { path, onChange: 'cron', block: 'pulumi-kingbase', text: cron(REWIND, RESTART) } as const;
    expect(run(home, { ...item, op: 'apply' })).toBe('missing');
    expect(run(home, { ...item, op: 'observe' })).toBe('same');

    // As kingbase_monitor.sh does it: sed by line number.
    writeFileSync(path, readFileSync(path, 'utf8').replace(REWIND, `#${REWIND}`));
    expect(run(home, { ...item, op: 'observe' })).toBe('paused');
    expect(run(home, { ...item, op: 'apply' })).toBe('paused');
    expect(readFileSync(path, 'utf8')).toContain(`\n#${REWIND}\n${RESTART}\n`);

    // Another directory: both lines are written anew, and the one stays paused.
    const moved = { ...item, text: item.text.replaceAll('/c/', '/d/') };
    expect(run(home, { ...moved, op: 'apply' })).toBe('paused');
    expect(readFileSync(path, 'utf8')).toContain(
      `\n#${REWIND.replace('/c/', '/d/')}\n${RESTART.replace('/c/', '/d/')}\n`,
    );
  });

  it('is still that of kbha alone where there is no other', () => {
    const home = folder();
    const path = join(home, 'KINGBASECRON');
    const line = '*/1 * * * * kingbase  . /etc/profile;/p/bin/kbha -A daemon -f /p/etc/repmgr.conf';
    const item = { path, onChange: 'cron', block: 'pulumi-kingbase', text: cron(line) } as const;
    run(home, { ...item, op: 'apply' });
    writeFileSync(path, readFileSync(path, 'utf8').replace(line, `## ${line}`));
    expect(run(home, { ...item, op: 'apply' })).toBe('paused');
    expect(readFileSync(path, 'utf8')).toContain(`## ${line}`);
  });
});

describe('a server whose files changed', () => {
  it('is told to reread, and a process that is none of that directory is not', async () => {
    const home = folder();
    const data = join(home, 'data');
    mkdirSync(data);
    const heard = join(home, 'heard');
    const start = (cwd: string) =>
      spawn('bash', ['-c', `trap 'echo hup >>${heard}' HUP; echo ready; while :; do sleep 0.05; done`], { cwd });
    for (const [cwd, wanted] of [
      [home, false],
      [data, true],
    ] as const) {
      const server = start(cwd);
      await new Promise((resolve) => server.stdout.once('data', resolve));
      writeFileSync(join(data, 'kingbase.pid'), `${server.pid}\n${data}\n`);
      const text = `# ${cwd}\n`;
      run(home, { op: 'apply', path: join(data, 'sys_hba.conf'), text, onChange: 'serverReload' });
      await new Promise((resolve) => setTimeout(resolve, 500));
      server.kill('SIGKILL');
      expect(existsSync(heard)).toBe(wanted);
    }
  });
});
