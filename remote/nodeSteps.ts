/** Runs named steps of a node's script (templates/scripts/member.sh, bootstrap.sh, rollout.sh) in one round trip. */
import type { NodeTarget } from '../core/topology/nodeTarget';
import { nodeEnv } from '../core/topology/nodeEnv';
import { nodeScript } from './nodeScripts';
import type { ExecResult, Remote } from './remote';
import { RemoteError } from './remoteError';

export type StepScript = 'bootstrap.sh' | 'member.sh' | 'rollout.sh' | 'operation.sh' | 'backup.sh';

export interface StepOptions {
  /** Variables beyond those of the node. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 300_000;
/** Exit code of a step that found the node in another state than was seen before (look_again in instance.sh). */
const CHANGED = 76;

/** Nothing was changed: observe and decide again. A run that was killed may have gone on at work on the node until now. */
export class ChangedMeanwhile extends RemoteError {
  constructor(host: string, label: string, result: ExecResult) {
    super('remote/exit', host, {
      message: `${label}: ${result.stderr.trim()}`,
      hint: 'The node is not in the state in which it was seen a moment before; run again.',
      result,
    });
    this.name = 'ChangedMeanwhile';
  }
}

/** What the steps printed. Throws where one fails; those before it stay done, and each may be run again. */
export async function runSteps(
  remote: Remote,
  target: NodeTarget,
  script: StepScript,
  steps: readonly string[],
  options: StepOptions = {},
): Promise<string> {
  if (steps.length === 0) {
    return '';
  }
  const text = nodeScript('layout.sh', 'node.sh', 'instance.sh', 'daemons.sh', script);
  const env = { ...nodeEnv(target), ...options.env, KB_STEPS: steps.join(' ') };
  const label = `${target.name}: ${steps.join(', ')}`;
  try {
    const { stdout } = await remote.script(text, env, { label, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
    return stdout.trim();
  } catch (error) {
    if (error instanceof RemoteError && error.result?.code === CHANGED) {
      throw new ChangedMeanwhile(remote.host, label, error.result);
    }
    throw error;
  }
}
