/** How words and scripts reach a host's shell: quoting, the launcher, and a script envelope that never runs half a script. */
import { randomBytes } from 'node:crypto';

/** One word for a POSIX shell, whatever it holds. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Same surroundings whoever logs in: English messages, the system's PATH, the home of the user the command runs as,
 * and a directory that this user may read (database tools complain where they cannot find their cwd).
 */
const LAUNCHER = [
  'export LC_ALL=C',
  `export PATH=${PATH}`,
  'HOME=$(getent passwd "$(id -u)" | cut -d: -f6)',
  'export HOME',
  'cd /',
  'exec "$@"',
].join('; ');

/** argv as it is run on the host: `timeout` leads its own process group there and kills all of it. */
export function launch(argv: readonly string[], timeoutMs: number): string[] {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  return ['timeout', '--kill-after=5', seconds, 'bash', '-c', LAUNCHER, 'kingbase', ...argv];
}

/** argv with another user's rights. Logged in as root, sudo need not exist there. */
export function elevate(argv: readonly string[], login: string, as: string): string[] {
  if (as === login) {
    return [...argv];
  }
  if (login === 'root') {
    return ['runuser', '-u', as, '--', ...argv];
  }
  return ['env', 'LC_ALL=C', 'sudo', '-n', ...(as === 'root' ? [] : ['-u', as]), '--', ...argv];
}

/** Exit code of the envelope where the script did not arrive whole. */
export const SCRIPT_TRUNCATED = 99;

/**
 * The script text travels over standard input, so nothing of it shows in the process list; its end is checked before
 * the first line runs (a connection that breaks while sending must not run half of it); it runs with an empty standard input.
 */
export function scriptArgv(text: string, env: Readonly<Record<string, string>>): { argv: string[]; stdin: string } {
  const end = `# end ${randomBytes(8).toString('hex')}`;
  const envelope = `s=$(cat) || exit 1; [[ $s == *"$1" ]] || { echo "the script did not arrive whole" >&2; exit ${SCRIPT_TRUNCATED}; }; shift; eval "$s"`;
  return { argv: ['bash', '-c', envelope, 'kingbase', end], stdin: `${composeScript(text, env)}\n${end}\n` };
}

export function composeScript(text: string, env: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new Error(`not a shell variable name: ${name}`);
    }
    // Not exported: a program started by the script would show them in its environment, and long ones would not fit there.
    return `${name}=${quoteWord(value)}`;
  });
  return ['set -euo pipefail', 'exec </dev/null', ...assignments, text].join('\n');
}
