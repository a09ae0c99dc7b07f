/** The step `prepare` of backup.sh in a real shell: which directories it makes its own, and which it leaves to whoever they belong to. */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSteps } from '../../../remote/nodeSteps';
import { LocalRemote } from '../../support/localRemote';
import { targetIn } from '../../support/nodeTarget';

/** nobody: the owner of the repository here; the tests run as root. */
const OWNER = 65_534;
const OTHER = 1;

describe.skipIf(process.getuid?.() !== 0)('prepare', () => {
  let root = '';
  let path = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kingbase-prepare-'));
    chmodSync(root, 0o755);
    path = join(root, 'repository');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const prepare = (): Promise<string> =>
    runSteps(
      new LocalRemote(root),
      { ...targetIn(root), osUser: 'nobody', osGroup: 'nogroup' },
      'backup.sh',
      ['prepare'],
      {
        env: {
          KB_REPO_PATHS: path,
          KB_BACKUP_HOST: 'yes',
          KB_DRILL_DIRECTORY: join(path, 'drill'),
          KB_PREFIX_LOG: join(root, 'log'),
        },
      },
    );
  const accessOf = (): string => {
    const { uid, mode } = statSync(path);
    return `${uid} ${(mode & 0o7777).toString(8)}`;
  };
  const make = (uid: number, mode: number, ...names: readonly string[]): void => {
    mkdirSync(path);
    for (const name of names) writeFileSync(join(path, name), 'x');
    chmodSync(path, mode);
    chownSync(path, uid, uid);
  };

  it('makes a directory that is not there', async () => {
    await prepare();
    expect(accessOf()).toBe(`${OWNER} 750`);
    expect(existsSync(join(path, 'drill'))).toBe(true);
  });

  it.each([
    ['an empty one', []],
    ['a fresh volume with our configuration', ['lost+found', 'sys_rman.conf']],
  ])('takes %s of another user', async (_, names) => {
    make(OTHER, 0o755, ...names);
    await prepare();
    expect(accessOf()).toBe(`${OWNER} 750`);
  });

  it("leaves somebody's directory with somebody's file as it is, and says what to do", async () => {
    make(OTHER, 0o777, 'sys_rman.conf', 'report.pdf');
    const refused = await prepare().catch((error: Error) => error.message);
    expect(refused).toContain(`${path} belongs to daemon:daemon, and ${path}/report.pdf lies in it`);
    expect(refused).toContain('HINT: declare a directory of its own as backup.path');
    expect(accessOf()).toBe(`${OTHER} 777`);
    expect(existsSync(join(path, 'drill'))).toBe(false);
  });

  it('leaves the mode of a directory of its own in which other things lie', async () => {
    make(OWNER, 0o755, 'report.pdf');
    await prepare();
    expect(accessOf()).toBe(`${OWNER} 755`);
  });

  it('refuses a file', async () => {
    writeFileSync(path, 'precious');
    await expect(prepare()).rejects.toThrow(`${path} is no directory`);
  });
});
