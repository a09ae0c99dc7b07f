/** What is compiled once is kept for the next run, also by a process that is killed at its end, as the provider host is. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const dist = join(__dirname, '..', '..', 'dist');

/** Runs text as a program of its own, in a process that is killed as soon as it is through. */
function killedAfter(text: string, env: NodeJS.ProcessEnv = {}): void {
  // By another process, as the engine does: Node keeps its cache when it kills itself.
  const killed = `${text}; require('node:child_process').execFileSync('kill', ['-KILL', String(process.pid)])`;
  const { signal, stderr } = spawnSync(process.execPath, ['-e', killed], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(signal).toBe('SIGKILL');
}

const required = (file: string): string => `require(${JSON.stringify(join(dist, file))})`;

describe.skipIf(!existsSync(join(dist, 'recovery.js')))('the compile cache', () => {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kingbase-compiled-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const kept = (): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length;

  it('is filled by a provider host that never ends by itself', () => {
    killedAfter(required('recovery.js'), { NODE_COMPILE_CACHE: folder });
    expect(kept()).toBeGreaterThan(10);
  });

  it('is used by the program where nobody named a folder', () => {
    killedAfter(
      `${required('components/compileCache.js')}.useCompileCache(${JSON.stringify(folder)}); ${required('core/topology/planCluster.js')}; ` +
        "require('node:module').flushCompileCache()",
    );
    expect(kept()).toBeGreaterThan(0);
  });

  it('leaves the folder to NODE_COMPILE_CACHE', () => {
    const other = join(folder, 'other');
    killedAfter(
      `${required('components/compileCache.js')}.useCompileCache(${JSON.stringify(join(folder, 'own'))}); ${required('core/topology/planCluster.js')}; ` +
        "require('node:module').flushCompileCache()",
      { NODE_COMPILE_CACHE: other },
    );
    expect(readdirSync(folder)).toEqual(['other']);
  });
});

describe.skipIf(!existsSync(join(dist, 'recovery.js')))('the handlers', () => {
  it('do not load the ssh library before they dial', () => {
    const loaded = "Object.keys(require.cache).some((file) => file.includes('/ssh2/'))";
    killedAfter(`${required('recovery.js')}; if (${loaded}) throw new Error('ssh2 is loaded')`);
  });
});
