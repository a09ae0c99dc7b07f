/** Cloning, and making a witness, wipe only what their note means and what proves to be cut off, as it lies there under the lock (member.sh). */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSteps } from '../../remote/nodeSteps';
import { LocalRemote } from '../support/localRemote';
import { targetIn } from '../support/nodeTarget';

const machineId = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
const SYSTEM = '71';

let root: string;
let remote: LocalRemote;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-member-'));
  remote = new LocalRemote(root);
  // No server runs; a clone leaves one file behind; the control file is that of the cluster.
  remote.stub(
    'runuser',
    `case "$*" in
  *'sys_ctl -D '*status) exit 3 ;;
  *'standby clone'*) echo cloned >"${root}/data/SYS_VERSION" ;;
  *sys_controldata*) echo "Database system identifier: ${SYSTEM}" ;;
esac`,
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function place(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), 'x');
  }
}

function inode(name: string): string {
  const { dev, ino } = statSync(join(root, name), { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 };
  return `${dev}:${ino}`;
}

/** As a volume that is mounted over it: another directory under the same path. */
function mountOver(name: string): void {
  renameSync(join(root, name), join(root, `${name}-below`));
  mkdirSync(join(root, name));
}

function noted(changes: Record<string, unknown> = {}): string {
  const note = {
    cluster: 'ha',
    node: 'node1',
    phase: 'cloning',
    systemIdentifier: SYSTEM,
    instanceIdentifier: '',
    incarnation: machineId,
    data: join(root, 'data'),
    wal: join(root, 'wal'),
    dataInode: inode('data'),
    walInode: inode('wal'),
    ...changes,
  };
  place('state/ha/member.json');
  writeFileSync(join(root, 'state/ha/member.json'), JSON.stringify(note));
  return join(root, 'state/ha/member.json');
}

function clone(wipe: 'yes' | 'no' = 'yes'): Promise<string> {
  const target = { ...targetIn(root), data: join(root, 'data'), wal: join(root, 'wal') };
  const env = { KB_SYSTEM: SYSTEM, KB_WIPE: wipe, KB_PRIMARY_HOST: '10.0.0.12', KB_CLONE_SECONDS: '60' };
  return runSteps(remote, target, 'member.sh', ['clone'], { env });
}

const below = (name: string): string[] => (existsSync(join(root, name)) ? readdirSync(join(root, name)).sort() : []);

describe('clone', () => {
  it('writes into its note which directories it speaks of', async () => {
    await clone('no');
    expect(JSON.parse(readFileSync(join(root, 'state/ha/member.json'), 'utf8'))).toMatchObject({
      phase: 'cloned',
      data: join(root, 'data'),
      wal: join(root, 'wal'),
      dataInode: inode('data'),
      walInode: inode('wal'),
    });
  });

  it.each([
    ['with its label and all', ['data/backup_label', 'data/global/sys_control', 'data/base/1/1', 'wal/0001']],
    ['that had only begun', ['data/sys_wal/x', 'wal/0001']],
  ])('begins anew where a copy was cut off %s', async (_what, files) => {
    place(...files);
    noted();
    await clone();
    expect([below('data'), below('wal')]).toEqual([['SYS_VERSION'], []]);
  });

  it.each<[string, string[], Record<string, unknown>]>([
    ['a database was started there', ['data/backup_label', 'data/kingbase.opts'], {}],
    ['a database with names of PostgreSQL was started there', ['data/backup_label', 'data/postmaster.opts'], {}],
    ['there is no copy but other files', ['data/dump.sql'], {}],
    ['a backup was restored there', ['data/backup_label', 'data/recovery.signal'], {}],
    ['the note means another data directory', ['data/backup_label'], { data: '/old/data' }],
    ['the note means another WAL directory', ['data/backup_label'], { wal: '' }],
    ['the note names no directory', ['data/backup_label'], { data: undefined, wal: undefined }],
    ['the note is of another machine', ['data/backup_label'], { incarnation: 'other' }],
    ['the clone was finished', ['data/backup_label'], { phase: 'joined' }],
  ])('wipes nothing where %s', async (_what, files, note) => {
    place(...files, 'wal/0001');
    const path = noted(note);
    const [text, data] = [readFileSync(path, 'utf8'), below('data')];
    await expect(clone()).rejects.toThrow(/nothing was changed/);
    expect([below('data'), below('wal')]).toEqual([data, ['0001']]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each(['data', 'wal'])('wipes nothing where another volume is mounted for %s since it was begun', async (name) => {
    place('data/backup_label', 'wal/0001');
    const path = noted();
    mountOver(name);
    place(`${name}/backup_label`, `${name}/precious`);
    const text = readFileSync(path, 'utf8');
    await expect(clone()).rejects.toThrow(
      /is not empty, and .*member\.json does not prove .*noted: \d+:\d+, found: \d+:\d+.*nothing was changed/,
    );
    expect(below(name)).toEqual(['backup_label', 'precious']);
    expect([below('data'), below('wal')].flat()).toHaveLength(3);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('wipes nothing after a note that does not say which directories it means by those paths', async () => {
    place('data/backup_label', 'wal/0001');
    noted({ dataInode: undefined, walInode: undefined });
    await expect(clone()).rejects.toThrow(/noted: none.*nothing was changed/);
    expect([below('data'), below('wal')]).toEqual([['backup_label'], ['0001']]);
  });

  it('takes an empty volume that was mounted since for its WAL, and notes that one', async () => {
    place('data/backup_label', 'wal/0001');
    const path = noted();
    mountOver('wal');
    await clone();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ phase: 'cloned', walInode: inode('wal') });
    expect(below('wal-below')).toEqual(['0001']);
  });

  it('notes which directories it writes to before it copies, so that a clone that is killed there may be begun anew', async () => {
    remote.stub(
      'runuser',
      `case "$*" in
  *'sys_ctl -D '*status) exit 3 ;;
  *'standby clone'*) echo x >"${root}/data/backup_label"; echo x >"${root}/wal/0001"; exit 1 ;;
esac`,
    );
    await expect(clone('no')).rejects.toThrow(/standby clone.* failed/);
    expect(JSON.parse(readFileSync(join(root, 'state/ha/member.json'), 'utf8'))).toMatchObject({
      phase: 'cloning',
      dataInode: inode('data'),
      walInode: inode('wal'),
    });
    await expect(clone()).rejects.toThrow(/standby clone.* failed/);
  });
});

describe('createWitness', () => {
  const INSTANCE = { KB_AUTH: 'md5', KB_MODE: 'pg', KB_CASE_SENSITIVE: 'yes', KB_CHECKSUMS: 'no' };
  const make = (changes: Record<string, string> = {}): Promise<string> => {
    const target = { ...targetIn(root), role: 'witness' as const, data: join(root, 'data'), wal: join(root, 'wal') };
    const env = { ...INSTANCE, KB_ENCODING: 'default', KB_LOCALE: 'default', KB_SYSTEM: SYSTEM, KB_RESUME: 'yes' };
    return runSteps(remote, target, 'member.sh', ['createWitness'], { env: { ...env, ...changes } });
  };

  beforeEach(() => {
    writeFileSync(join(root, '.kbpass'), '*:*:*:system:secret\n');
    remote.stub(
      'runuser',
      `case "$*" in
  *'initdb --help') echo --pwfile --username ;;
  *'initdb -D'*) echo x >"${root}/data.bootstrap/new"; echo x >"${root}/wal/new" ;;
  *) echo "Database system identifier: 9" ;;
esac`,
    );
  });

  it('begins anew where its initdb was interrupted, and notes whose directories they are', async () => {
    place('data.bootstrap/half', 'wal/half');
    const path = noted({ dataInode: inode('data.bootstrap') });
    await make();
    expect([below('data'), below('wal')]).toEqual([['new'], ['new']]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      phase: 'cloning',
      instanceIdentifier: '9',
      dataInode: inode('data'),
      walInode: inode('wal'),
    });
  });

  it.each(['data.bootstrap', 'wal'])('removes nothing where another volume is mounted for %s since', async (name) => {
    place('data.bootstrap/half', 'wal/half');
    const path = noted({ dataInode: inode('data.bootstrap') });
    mountOver(name);
    place(`${name}/precious`);
    const text = readFileSync(path, 'utf8');
    await expect(make()).rejects.toThrow(/member\.json does not prove.*nothing was changed/);
    expect(below(name)).toEqual(['precious']);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['a database that was not noted', {}, {}],
    ['the noted database after a note of another machine', { incarnation: 'other' }, { KB_NOTED_IDENTIFIER: '9' }],
  ])('does not call %s its own', async (_what, note, env) => {
    place('data/global/sys_control', 'wal/0001');
    const path = noted(note);
    const text = readFileSync(path, 'utf8');
    await expect(make(env)).rejects.toThrow(/nothing was changed/);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
