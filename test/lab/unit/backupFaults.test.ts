// The shell of the faults that change files of a repository, run on a scratch directory in place of a node: what they change, that applying
// twice is applying once, and that the undo gives every byte back. What sys_rman says to them is proved on machines.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultCall } from '../../../lab/faults/fault';
import { findFault } from '../../../lab/faults/index';
import { manifest } from './labFixture';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'backup-faults-'));
  put('kbrepo/pool/sys_rman.conf', `[kingbase]\nkb1-path=/kbdata/data\n\n[global]\nrepo1-path=${root}/kbrepo/pool\n`);
  put('home/bin/sys_backup.conf', '_one_db_ip="10.77.0.11"\n_repo_ip="10.77.0.14"\n');
  for (const label of ['20261120-020000F', '20261121-020000F']) {
    put(
      `${BACKUPS}/${label}/backup.manifest`,
      'backup-archive-start="00000001000000000000000A"\nbackup-archive-stop="00000001000000000000000A"\n',
    );
    put(`${BACKUPS}/${label}/pg_data/base/1/100`, `${label} ${'x'.repeat(100)}`);
    put(`${BACKUPS}/${label}/pg_data/base/1/200`, label);
    put(`${BACKUPS}/${label}/pg_data/pg_wal/00000001000000000000000A`, 'w'.repeat(1000));
  }
  for (const segment of ['09', '0A', '0B', '0C', '0D']) put(segmentPath(segment), segment);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const BACKUPS = 'kbrepo/pool/backup/kingbase';
const NEWEST = `${BACKUPS}/20261121-020000F`;

function segmentPath(segment: string): string {
  return `kbrepo/pool/archive/kingbase/15-1/0000000100000000/0000000100000000000000${segment}-${'a'.repeat(40)}`;
}

function put(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Every file of the scratch directory with its digest. */
function state(directory = root): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(directory, path)).isFile(),
  );
  const digest = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(directory, path)))
      .digest('hex');
  return Object.fromEntries(files.sort().map((path) => [path, digest(path)]));
}

function changed(before: Record<string, string>): string[] {
  const after = state();
  const kept = (path: string): boolean => !path.startsWith('kept/');
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (path) => kept(path) && before[path] !== after[path],
  );
}

/** The paths of a node lie below the scratch directory; the OS user is whoever runs this. */
function onScratch(text: string): string {
  return text
    .replaceAll('/var/lib/kingbase-lab/faults', `${root}/kept`)
    .replaceAll(/\/kbrepo\b/g, `${root}/kbrepo`)
    .replaceAll('kingbase:kingbase', userInfo().username);
}

function call(options: Readonly<Record<string, string>> = {}): FaultCall {
  const script = (text: string): Promise<unknown> => {
    const done = spawnSync('bash', ['-s'], {
      input: `set -euo pipefail\ncd /\n${onScratch(text)}\n`,
      env: { PATH: process.env['PATH'], SHLVL: '2' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (done.status !== 0) return Promise.reject(new Error(done.stderr));
    return Promise.resolve({ stdout: done.stdout, stderr: done.stderr, code: 0 });
  };
  const node = { name: 'repo', isRunning: () => true, script };
  const lab = {
    name: 'lab',
    manifest: () => manifest({ prefix: join(root, 'home'), data: join(root, 'data') }),
    nodes: () => [],
  };
  return { lab, node, options } as unknown as FaultCall;
}

describe('the faults of a repository', () => {
  it.each([
    ['corrupt-backup', [`${NEWEST}/pg_data/base/1/100`]],
    ['remove-manifest', [`${NEWEST}/backup.manifest`]],
    ['remove-wal-segment', [segmentPath('0C')]],
    ['change-data-path', ['kbrepo/pool/sys_rman.conf']],
    ['change-repo-ip', ['home/bin/sys_backup.conf']],
  ])('%s touches one file, and the undo gives every byte back', async (name, expected) => {
    const before = state();
    const fault = findFault(name);
    await fault.apply(call());
    expect(changed(before)).toEqual(expected);
    await fault.undo?.(call());
    expect(state()).toEqual(before);
  });

  it.each(['corrupt-backup', 'remove-manifest', 'change-data-path', 'change-repo-ip', 'remove-stanza'])(
    '%s applied twice is undone once',
    async (name) => {
      const before = state();
      const fault = findFault(name);
      await fault.apply(call());
      await fault.apply(call());
      await fault.undo?.(call());
      expect(state()).toEqual(before);
    },
  );

  it.each(['corrupt-backup', 'remove-manifest', 'remove-wal-segment', 'remove-stanza'])(
    'the undo of %s after an undo changes nothing',
    async (name) => {
      const before = state();
      const fault = findFault(name);
      await fault.apply(call());
      await fault.undo?.(call());
      await fault.undo?.(call());
      expect(state()).toEqual(before);
    },
  );

  it.each([
    ['oldest', '0B'],
    ['middle', '0C'],
    ['newest', '0D'],
  ])('remove-wal-segment takes the %s segment since the newest backup', async (which, segment) => {
    await findFault('remove-wal-segment').apply(call({ which }));
    expect(existsSync(join(root, segmentPath(segment)))).toBe(false);
  });

  it('remove-wal-segment takes a segment of the backup itself where none came after it', async () => {
    for (const segment of ['0B', '0C', '0D']) rmSync(join(root, segmentPath(segment)));
    await findFault('remove-wal-segment').apply(call());
    expect(existsSync(join(root, segmentPath('0A')))).toBe(false);
    expect(existsSync(join(root, segmentPath('09')))).toBe(true);
  });

  it('corrupt-backup leaves size and the rest of the file alone', async () => {
    const path = join(root, NEWEST, 'pg_data/base/1/100');
    const before = readFileSync(path);
    await findFault('corrupt-backup').apply(call());
    const after = readFileSync(path);
    expect(after).toHaveLength(before.length);
    expect([...after].filter((byte, index) => byte !== before[index])).toHaveLength(1);
  });

  it('corrupt-backup says that there is no backup', async () => {
    rmSync(join(root, BACKUPS), { recursive: true });
    mkdirSync(join(root, BACKUPS));
    await expect(findFault('corrupt-backup').apply(call())).rejects.toThrow('there is no backup to corrupt');
  });

  it('a node without sys_rman.conf has no backups to break', async () => {
    rmSync(join(root, 'kbrepo/pool/sys_rman.conf'));
    await expect(findFault('remove-stanza').apply(call())).rejects.toThrow('the cluster has no backups yet');
  });
});
