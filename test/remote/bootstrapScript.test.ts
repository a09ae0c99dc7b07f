/** bootstrap.sh takes up an interrupted bootstrap only in the directories it was begun in. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChangedMeanwhile, runSteps } from '../../remote/nodeSteps';
import { LocalRemote } from '../support/localRemote';
import { targetIn } from '../support/nodeTarget';

let root: string;
let remote: LocalRemote;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-bootstrap-'));
  remote = new LocalRemote(root);
  remote.stub('runuser', 'echo "Database system identifier: 71"');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const env = { KB_RESUME: 'yes', KB_CREATED_AT: '60', KB_NOTED_PHASE: 'initdb', KB_NOTED_IDENTIFIER: '' };

function begun(paths: object): string {
  const { state } = targetIn(root);
  mkdirSync(state, { recursive: true });
  const note = { cluster: 'orders', node: 'node1', phase: 'initdb', systemIdentifier: '', createdAtSeconds: 60 };
  writeFileSync(join(state, 'bootstrap.json'), JSON.stringify({ ...note, ...paths }));
  return join(state, 'bootstrap.json');
}

/** A data directory that is whole: all that is left to do is to note it. */
function resume(data: string, wal?: string, noted = '71'): Promise<string> {
  mkdirSync(join(data, 'global'), { recursive: true });
  writeFileSync(join(data, 'global', 'sys_control'), '');
  const target = { ...targetIn(root), data, ...(wal === undefined ? {} : { wal }) };
  return runSteps(remote, target, 'bootstrap.sh', ['create'], { env: { ...env, KB_NOTED_IDENTIFIER: noted } });
}

describe('bootstrap.sh', () => {
  it('goes on where the paths are those of the note, and notes them again', async () => {
    const [data, wal] = [join(root, 'data'), join(root, 'wal')];
    const note = begun({ data, wal });
    expect(await resume(data, wal)).toBe('71');
    expect(JSON.parse(readFileSync(note, 'utf8'))).toMatchObject({
      phase: 'placed',
      systemIdentifier: '71',
      data,
      wal,
    });
  });

  it.each(['', '72'])('calls a database ours only where it is the noted one, not another than "%s"', async (noted) => {
    const note = begun({ data: join(root, 'data'), wal: '' });
    const before = readFileSync(note, 'utf8');
    const resumed = resume(join(root, 'data'), undefined, noted);
    await expect(resumed).rejects.toThrow(ChangedMeanwhile);
    await expect(resumed).rejects.toThrow(
      /holds a database \(system 71\) that .* did not call ours; nothing was changed/,
    );
    expect(readFileSync(note, 'utf8')).toBe(before);
  });

  it('takes nothing up after a note of another machine', async () => {
    const note = begun({ data: join(root, 'data'), wal: '', incarnation: 'other' });
    const before = readFileSync(note, 'utf8');
    await expect(resume(join(root, 'data'))).rejects.toThrow(/written on another machine \(machine-id other\)/);
    expect(readFileSync(note, 'utf8')).toBe(before);
  });

  it('goes on after a note of a version that noted no paths where the data is whole', async () => {
    begun({});
    expect(await resume(join(root, 'data'))).toBe('71');
  });

  it.each(['data.bootstrap', 'wal'])(
    'removes no %s after a note that does not say where it was begun',
    async (name) => {
      const note = begun({});
      const before = readFileSync(note, 'utf8');
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'precious'), '');
      const target = { ...targetIn(root), data: join(root, 'data'), wal: join(root, 'wal') };
      const resumed = runSteps(remote, target, 'bootstrap.sh', ['create'], { env });
      await expect(resumed).rejects.toThrow(/does not say in which directories it was begun; nothing was changed/);
      expect(existsSync(join(root, name, 'precious'))).toBe(true);
      expect(readFileSync(note, 'utf8')).toBe(before);
    },
  );

  it.each([
    ['data', 'other', undefined],
    ['WAL', 'data', 'wal'],
  ])('refuses another path for %s, and changes nothing', async (_what, data, wal) => {
    const note = begun({ data: join(root, 'data'), wal: '' });
    const before = readFileSync(note, 'utf8');
    const resumed = resume(join(root, data), wal === undefined ? undefined : join(root, wal));
    await expect(resumed).rejects.toThrow(
      /what was interrupted here was begun in .*\/data, not in .*nothing was changed/,
    );
    expect(readFileSync(note, 'utf8')).toBe(before);
    expect(existsSync(join(root, `${data}.bootstrap`))).toBe(false);
  });
});

/** What an interrupted initdb left: beside the data directory, and WAL in a directory of its own. */
describe('an interrupted initdb', () => {
  const aside = () => join(root, 'data.bootstrap');
  const wal = () => join(root, 'wal');
  const inode = (path: string): string => `${statSync(path).dev}:${statSync(path).ino}`;
  const again = (phase = 'initdb', identifier = '', KB_RESUME = 'yes') =>
    runSteps(remote, { ...targetIn(root), data: join(root, 'data'), wal: wal() }, 'bootstrap.sh', ['create'], {
      env: { ...env, ...INSTANCE, KB_RESUME, KB_NOTED_PHASE: phase, KB_NOTED_IDENTIFIER: identifier },
    });
  const INSTANCE = {
    KB_AUTH: 'md5',
    KB_MODE: 'pg',
    KB_CASE_SENSITIVE: 'yes',
    KB_CHECKSUMS: 'no',
    KB_ENCODING: 'default',
    KB_LOCALE: 'default',
  };

  function interrupted(changes: object = {}): string {
    for (const path of [aside(), wal()]) {
      mkdirSync(path);
      writeFileSync(join(path, 'half'), '');
    }
    const [dataInode, walInode] = [inode(aside()), inode(wal())];
    return begun({ data: join(root, 'data'), wal: wal(), dataInode, walInode, ...changes });
  }

  /** As a volume that is mounted over it: another directory under the same path. */
  function mountOver(path: string): void {
    renameSync(path, `${path}-below`);
    mkdirSync(path);
  }

  beforeEach(() => {
    writeFileSync(join(root, '.kbpass'), '*:*:*:system:secret\n');
    remote.stub(
      'runuser',
      `case "$*" in
  *'initdb --help') echo --pwfile --username ;;
  *'initdb -D'*) cp "${root}/state/ha/bootstrap.json" "${root}/before"; echo x >"${aside()}/new"; echo x >"${wal()}/new" ;;
  *) echo "Database system identifier: 71" ;;
esac`,
    );
  });

  it('is begun anew where it lies', async () => {
    interrupted();
    expect(await again()).toBe('71');
    expect([readdirSync(join(root, 'data')), readdirSync(wal())]).toEqual([['new'], ['new']]);
  });

  it('finds noted which directories it wrote to, since they are noted before it does', async () => {
    expect(await again('', '', 'no')).toBe('71');
    const inodes = { dataInode: inode(join(root, 'data')), walInode: inode(wal()) };
    expect(JSON.parse(readFileSync(join(root, 'before'), 'utf8'))).toMatchObject({ phase: 'initdb', ...inodes });
    expect(JSON.parse(readFileSync(join(root, 'state/ha/bootstrap.json'), 'utf8'))).toMatchObject({
      phase: 'placed',
      ...inodes,
    });
  });

  it.each([
    ['WAL', wal],
    ['the data', aside],
  ])('removes nothing where another volume is mounted for %s since', async (_what, path) => {
    const note = interrupted();
    mountOver(path());
    writeFileSync(join(path(), 'precious'), '');
    const before = readFileSync(note, 'utf8');
    await expect(again()).rejects.toThrow(/does not prove that it is the directory in which.*nothing was changed/);
    expect(readdirSync(path())).toEqual(['precious']);
    expect([...readdirSync(aside()), ...readdirSync(wal())]).toContain('half');
    expect(readFileSync(note, 'utf8')).toBe(before);
  });

  it('removes nothing after a note that does not say which directories it means by those paths', async () => {
    interrupted({ dataInode: undefined, walInode: undefined });
    await expect(again()).rejects.toThrow(/noted: none.*nothing was changed/);
    expect([readdirSync(aside()), readdirSync(wal())]).toEqual([['half'], ['half']]);
  });

  it('that was whole is put in its place, after an older note as well', async () => {
    interrupted({ dataInode: undefined, walInode: undefined });
    expect(await again('initialised', '71')).toBe('71');
    expect([readdirSync(join(root, 'data')), readdirSync(wal())]).toEqual([['half'], ['half']]);
  });

  it('that was whole is made anew where its WAL directory is another one now, and empty', async () => {
    interrupted();
    mountOver(wal());
    expect(await again('initialised', '71')).toBe('71');
    expect([readdirSync(join(root, 'data')), readdirSync(wal())]).toEqual([['new'], ['new']]);
  });
});
