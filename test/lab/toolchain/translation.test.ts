// What the original programs are given for the files our product renders: one golden file per kind. The sample files stand as the vendor's
// installer writes them. Proves the text, not that the originals accept it: the lab's own runs do that.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const fixtures = join(__dirname, 'fixtures');
const golden = join(__dirname, '..', '..', 'golden', 'toolchain');

function translate(kind: string, file: string): string {
  return execFileSync('python3', ['-B', join(__dirname, 'translate.py'), kind, join(fixtures, file)], {
    encoding: 'utf8',
  });
}

describe('translated copies', () => {
  it.each([
    ['server', 'es_rep.conf'],
    ['repmgr', 'repmgr.conf'],
    ['rman', 'sys_rman.conf'],
  ])('gives the original of %s the golden text of %s', async (kind, file) => {
    await expect(translate(kind, file)).toMatchFileSnapshot(join(golden, file));
  });

  it.each([
    ['server', 'es_rep.conf'],
    ['repmgr', 'repmgr.conf'],
  ])('keeps the line numbers of %s in %s', (kind, file) => {
    const before = readFileSync(join(fixtures, file), 'utf8').split('\n');
    const after = translate(kind, file).split('\n');
    const unchanged = before.filter(
      (line, index) => line !== '' && after[index]?.includes(line.split('=')[0] as string),
    );
    const renamed = { server: 1, repmgr: 2 }[kind] as number;
    expect(unchanged.length + renamed).toBe(before.filter((line) => line !== '').length);
  });
});
