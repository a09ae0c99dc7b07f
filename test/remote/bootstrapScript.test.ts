/** bootstrap.sh takes up an interrupted bootstrap only in the directories it was begun in. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSteps } from '../../remote/nodeSteps';
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
function resume(data: string, wal?: string): Promise<string> {
  mkdirSync(join(data, 'global'), { recursive: true });
  writeFileSync(join(data, 'global', 'sys_control'), '');
  const target = { ...targetIn(root), data, ...(wal === undefined ? {} : { wal }) };
  return runSteps(remote, target, 'bootstrap.sh', ['create'], { env });
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
