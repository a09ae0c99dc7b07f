// The cache key of a layer: whatever changes what is built changes the key, nothing else does.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestTree } from '../../../lab/image/layers';

describe('the digest of a recipe', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kingbase-digest-'));
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin/tool'), 'one', { mode: 0o755 });
    writeFileSync(join(directory, 'install.sh'), 'two');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it.each<[string, (directory: string) => void]>([
    ['a content', (at) => writeFileSync(join(at, 'install.sh'), 'three')],
    ['a new file', (at) => writeFileSync(join(at, 'bin/more'), '')],
    ['an executable bit', (at) => chmodSync(join(at, 'bin/tool'), 0o644)],
    ['a link', (at) => symlinkSync('tool', join(at, 'bin/link'))],
  ])('changes with %s', (_, change) => {
    const before = digestTree(directory);
    change(directory);
    expect(digestTree(directory)).not.toBe(before);
  });

  it('does not change with documentation, compiled leftovers or times', () => {
    const before = digestTree(directory);
    writeFileSync(join(directory, 'README.md'), 'words');
    mkdirSync(join(directory, 'bin/__pycache__'));
    writeFileSync(join(directory, 'bin/__pycache__/x.pyc'), 'x');
    writeFileSync(join(directory, 'install.sh'), 'two');
    expect(digestTree(directory)).toBe(before);
  });
});
