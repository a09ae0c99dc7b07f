/** Who runs on hosts of their own never loads @pulumi/aws: not by the main entry, the program, the policies or what the provider process loads. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = resolve(__dirname, '..', '..');

/** Files of @pulumi/aws that are loaded when these are: `all`, or how many. */
function loaded(entry: string): number {
  const text = `require(${JSON.stringify(resolve(repository, 'dist', entry))}); process.stdout.write(String(Object.keys(require.cache).filter((path) => /@pulumi.aws\\b/.test(path)).length)); process.exit(0);`;
  return Number(execFileSync(process.execPath, ['-e', text], { encoding: 'utf8' }));
}

describe('@pulumi/aws', () => {
  it.each(['index.js', 'recovery.js', 'policy/policies.js', 'components/stack.js'])('is not loaded by %s', (entry) => {
    expect(loaded(entry)).toBe(0);
  });

  it('is loaded by aws.js, and only in parts', () => {
    const parts = loaded('aws.js');
    expect(parts).toBeGreaterThan(20);
    // The whole package is some thousand files.
    expect(parts).toBeLessThan(200);
  });
});
