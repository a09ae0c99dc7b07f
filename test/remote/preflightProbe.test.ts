// How preflight.sh asks a program: only that part of the script. Seen to fail: with one attempt of 2 s the second row is "could not be read".
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const script = readFileSync('templates/scripts/preflight.sh', 'utf8');
const probe = script.slice(script.indexOf('probe() {'), script.indexOf('# probe_file NAME FILE'));

/** In place of coreutils' own: a program that would take SECONDS is cut off where it is given less. */
const timeout = `timeout() { local given=$1; shift; [ "$given" -ge "$SECONDS_NEEDED" ] || return 124; "$@"; }
ok() { printf '+%s %s (asked for %s)\\n' "$1" "$2" "$asked"; }
no() { printf -- '-%s %s\\n' "$1" "$2"; }
asked=
`;

function ask(secondsNeeded: number, command: string): string {
  // Noted outside of $(…), whose subshell would forget it.
  const body = probe.replace('out=$(timeout', 'asked="$asked$seconds "; out=$(timeout');
  const env = { ...process.env, SECONDS_NEEDED: String(secondsNeeded) };
  const { stdout } = spawnSync('bash', ['-c', `${timeout}${body}\nprobe version ${command}`], {
    env,
    encoding: 'utf8',
  });
  return stdout.trim();
}

describe('preflight asks a program', () => {
  it.each([
    ['that answers at once', 1, 'echo 12', '+version 12 (asked for 2 )'],
    ['that is slow, once more and for longer', 5, 'echo 12', '+version 12 (asked for 2 6 )'],
    ['that hangs, no third time', 60, 'echo 12', '-version exit code 124:'],
    ['that fails, once', 1, 'false', '-version exit code 1:'],
  ])('%s', (_, seconds, command, said) => {
    expect(ask(seconds, command)).toBe(said);
  });
});
