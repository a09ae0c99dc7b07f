// Which process is taken for a daemon of the cluster: real processes under the names and words that are seen on nodes, and those that only look so.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findScript, type Daemon } from '../../../lab/faults/processes';

describe('a daemon of the cluster', () => {
  const started: ChildProcess[] = [];
  const scene = { folder: '' };
  const prefix = (): string => join(scene.folder, 'kingbase');
  const data = (): string => join(scene.folder, 'data');

  beforeEach(() => {
    scene.folder = mkdtempSync(join(tmpdir(), 'find-daemon-'));
    mkdirSync(join(prefix(), 'etc'), { recursive: true });
    mkdirSync(data());
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    rmSync(scene.folder, { recursive: true });
  });

  it('is found without its pid file, by program and data directory or configuration', async () => {
    const database = await start(`${prefix()}/bin/kingbase`, '-D', data(), '-c', 'port=1');
    const repmgrd = await start(`${prefix()}/bin/repmgrd`, '-d', '-f', `${prefix()}/etc/repmgr.conf`);
    const kbha = await start(`${prefix()}/bin/kbha`, '-A', 'daemon', '-f', `${prefix()}/etc/repmgr.conf`);
    expect((['database', 'repmgrd', 'kbha'] as const).map(find)).toEqual([database, repmgrd, kbha]);
  });

  it('is none of those that only bear its name', async () => {
    await start(`${prefix()}/bin/kingbase`, '-D', `${data()}.rewinding`);
    await start(`${prefix()}/bin/kingbase`, '--single', '-D', `${scene.folder}/drill/data`);
    await start('/usr/bin/vi', `${prefix()}/bin/repmgrd`, '-f', `${prefix()}/etc/repmgr.conf`);
    await start(`${prefix()}/bin/repmgrd`, '-f', '/elsewhere/etc/repmgr.conf');
    await start(`${prefix()}/bin/kbha`, '-A', 'rejoin', '-f', `${prefix()}/etc/repmgr.conf`);
    expect((['database', 'repmgrd', 'kbha'] as const).map(find)).toEqual([undefined, undefined, undefined]);
  });

  it('is not what a stale pid file names', async () => {
    const other = await start('/usr/bin/vi', `${prefix()}/bin/kbha`);
    writeFileSync(join(prefix(), 'etc/kbha.pid'), `${other}\n`);
    expect(find('kbha')).toBeUndefined();
    const kbha = await start(`${prefix()}/bin/kbha`, '-A', 'daemon', '-f', `${prefix()}/etc/repmgr.conf`);
    expect(find('kbha')).toBe(kbha);
  });

  function find(daemon: Daemon): number | undefined {
    const script = findScript({ prefix: prefix(), data: data(), owner: userInfo().username }, daemon);
    const { stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-s'], { input: script, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout === '' ? undefined : Number(stdout);
  }

  /** A process whose list of words is this one. */
  async function start(program: string, ...words: readonly string[]): Promise<number> {
    const child = spawn('bash', ['-c', 'echo; read -r', ...words], {
      argv0: program,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    started.push(child);
    await new Promise((told) => child.stdout?.once('data', told));
    return child.pid as number;
  }
});
