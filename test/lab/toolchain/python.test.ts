// The toolchain's Python is tested in Python (the *_test.py files beside this one); each of those tests shows up here under its own name.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const folder = __dirname;
const run = spawnSync(
  'python3',
  [
    '-B',
    '-m',
    'unittest',
    '-v',
    'decide_test',
    'settings_test',
    'rman_words_test',
    'rman_system_test',
    'rman_single_pro_test',
    'sys_rman_test',
  ],
  {
    cwd: folder,
    encoding: 'utf8',
    timeout: 600_000,
  },
);
const report = run.stderr;
const results = [...report.matchAll(/^(test_\w+) \((\w+_test)\.(\w+)[^)]*\).*?\.\.\. (\w+)/gm)];

describe('the toolchain in Python', () => {
  it('runs its tests', () => {
    expect(results.length, report).toBeGreaterThan(30);
    expect(run.status, report).toBe(0);
  });

  it.each(results.map(([, test = '', , group = '', result = '']) => ({ name: `${group}: ${sentence(test)}`, result })))(
    '$name',
    ({ result }) => {
      expect(result, report).toBe('ok');
    },
  );
});

function sentence(test: string): string {
  return test.replace(/^test_/, '').replaceAll('_', ' ');
}
