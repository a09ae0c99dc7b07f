/** The shim that lies in Pulumi's state: frozen text, loads the installed package from the program's folder, passes arguments through. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { shimText } from '../../components/dynamic';

interface Provider {
  check(olds: object, news: object): Promise<unknown>;
  diff(id: string, olds: object, news: object): Promise<unknown>;
  create(inputs: object): Promise<unknown>;
  read(id: string, props: object): Promise<unknown>;
  update(id: string, olds: object, news: object): Promise<unknown>;
  delete(id: string, props: object): Promise<unknown>;
}

/** As Pulumi's dynamic provider host does it: requireFromString(text).handler(). */
function load(text: string): Provider {
  const loaded = new Module('') as Module & { _compile(code: string, file: string): void };
  loaded._compile(text, '');
  return (loaded.exports as { handler(): Provider }).handler();
}

afterEach(() => vi.restoreAllMocks());

describe('shimText', () => {
  it('is the frozen text, small and without anything of this machine', async () => {
    const text = shimText('files');
    await expect(text).toMatchFileSnapshot('../golden/shim/files.js.txt');
    expect(text.length).toBeLessThan(1000);
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/\/(home|root|work|tmp|node_modules)\b/);
  });

  it('differs between types by the name of the handler only', () => {
    expect(shimText('install').replaceAll("'install'", "'files'")).toBe(shimText('files'));
  });

  it('loads the package from the folder of the program when it is called, not before', async () => {
    const program = mkdtempSync(join(tmpdir(), 'kingbase-shim-'));
    const folder = join(program, 'node_modules', 'pulumi-kingbase');
    vi.spyOn(process, 'cwd').mockReturnValue(program);
    const provider = load(shimText('files'));
    mkdirSync(folder, { recursive: true });
    const main = { name: 'pulumi-kingbase', exports: { './recovery': './recovery.js' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(main));
    writeFileSync(join(folder, 'recovery.js'), 'exports.callHandler = async (...args) => args;');
    const [a, b] = [{ a: 1 }, { b: 2 }];
    expect(await provider.check(a, b)).toEqual(['files', 'check', [a, b]]);
    expect(await provider.diff('id', a, b)).toEqual(['files', 'diff', ['id', a, b]]);
    expect(await provider.create(a)).toEqual(['files', 'create', [a]]);
    expect(await provider.read('id', a)).toEqual(['files', 'read', ['id', a]]);
    expect(await provider.update('id', a, b)).toEqual(['files', 'update', ['id', a, b]]);
    expect(await provider.delete('id', a)).toEqual(['files', 'delete', ['id', a]]);
    rmSync(program, { recursive: true, force: true });
  });
});
