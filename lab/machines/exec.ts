// Commands inside a node without its network: through the namespaces of its init. Works also while the node is cut off,
// and needs no key; the product itself never uses this.
import { KingbaseError } from '../../core/finding';
import { run, type RunOptions, type RunResult } from '../run';
import { findLeader } from './cgroup';

export interface NodeExecOptions extends Omit<RunOptions, 'env' | 'cwd'> {
  /** Default root. */
  readonly as?: string;
}

const CLEAN = [
  '/usr/bin/env',
  '-i',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'LANG=C.UTF-8',
];

export async function execInNode(
  lab: string,
  node: string,
  argv: readonly string[],
  options: NodeExecOptions = {},
): Promise<RunResult> {
  const leader = findLeader(lab, node);
  if (leader === undefined) throw poweredOff(lab, node);
  const enter = ['--target', String(leader), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  const user = options.as ?? 'root';
  const login = user === 'root' ? ['HOME=/root'] : ['runuser', '-u', user, '--', 'env', `HOME=/home/${user}`];
  const words = [...enter, ...CLEAN, ...login, ...argv];
  return run('nsenter', words, { ...options, label: `${node}: ${options.label ?? argv.join(' ')}` });
}

/** A bash script over standard input, so that nothing of it shows in the process list. */
export function scriptInNode(
  lab: string,
  node: string,
  text: string,
  options: Omit<NodeExecOptions, 'stdin'> = {},
): Promise<RunResult> {
  const label = options.label ?? text.trim().split('\n')[0] ?? 'script';
  return execInNode(lab, node, ['bash', '-s'], { ...options, label, stdin: `set -euo pipefail\ncd /\n${text}\n` });
}

function poweredOff(lab: string, node: string): KingbaseError {
  return new KingbaseError({
    code: 'lab/powered-off',
    path: node,
    message: `${node} of lab "${lab}" is powered off`,
    hint: `Switch it on with: npm run lab:fault -- power-on ${node}`,
  });
}
