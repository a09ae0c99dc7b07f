// What preflight.sh makes of the help of different builds of sys_rman: only the part that asks for it, against stand-ins.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const bin = mkdtempSync(join(tmpdir(), 'kingbase-rman-'));
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const script = readFileSync('templates/scripts/preflight.sh', 'utf8');
const asking = script.slice(script.indexOf('probe_rman() {'), script.indexOf('probe_units() {'));
/** As the script has them, without the user: the stand-in runs as whoever runs the test. */
const around = 'ok() { printf "%s=%s\\n" "$1" "$2"; }\nrunuser() { shift 3; "$@"; }\ntimeout() { shift; "$@"; }\n';

const ANSWER = `echo "sys_rman 2.27 - '$2' command - '$3' option help"; [ "$3" != compress-type ] || echo "* gz WORDS"`;
const BUILDS = {
  'that knows both': `[ "$1" = --no-config ] && shift\n${ANSWER.replace('WORDS', '* zst - Zstandard')}`,
  'that reads the host’s configuration first': `[ "$1" = --no-config ] || { echo "ERROR: [041]: unable to open file"; exit 41; }\nshift\n${ANSWER.replace('WORDS', '* zst')}`,
  'without --no-config': `[ "$1" != --no-config ] || { echo "ERROR: [031]: invalid option '--no-config'"; exit 31; }\n${ANSWER.replace('WORDS', '* zst')}`,
  'of the vendor’s manual': `[ "$1" = --no-config ] && shift\n[ "$3" != archive-async ] || { echo "ERROR: [031]: option 'archive-async' is not valid for command 'archive-push'"; exit 31; }\n${ANSWER.replace('WORDS', '')}`,
  'whose help does not answer': 'exit 1',
} as const;

function ask(build: keyof typeof BUILDS, options: string): Record<string, string> {
  const program = join(bin, 'sys_rman');
  writeFileSync(program, `#!/bin/bash\n${BUILDS[build]}\n`);
  chmodSync(program, 0o755);
  const env = { ...process.env, BIN: bin, PREFIX: bin, OS_USER: 'anybody', RMAN_OPTIONS: options };
  const { stdout } = spawnSync('bash', ['-c', `${around}${asking}\nprobe_rman`], { env, encoding: 'utf8' });
  return Object.fromEntries(stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=', 2)])));
}

describe('preflight asks a sys_rman', () => {
  it.each([
    ['that knows both', '', ''],
    ['that reads the host’s configuration first', '', ''],
    ['without --no-config', '', ''],
    ['of the vendor’s manual', 'archive-async zst', ''],
    ['whose help does not answer', '', 'archive-async zst'],
  ] as const)('%s', (build, unknown, silent) => {
    expect(ask(build, 'archive-async zst')).toEqual({ 'rman.unknown': unknown, 'rman.silent': silent });
  });

  it('only where something beyond the manual is declared', () => {
    expect(ask('of the vendor’s manual', '')).toEqual({});
  });
});
