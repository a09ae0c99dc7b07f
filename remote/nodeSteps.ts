/** Runs named steps of a node's script (templates/scripts/member.sh, bootstrap.sh, rollout.sh) in one round trip. */
import type { NodeTarget } from '../core/topology/nodeTarget';
import { nodeEnv } from './nodeEnv';
import { nodeScript } from './nodeScripts';
import type { Remote } from './remote';

export type StepScript = 'bootstrap.sh' | 'member.sh' | 'rollout.sh';

export interface StepOptions {
  /** Variables beyond those of the node. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 300_000;

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
  const text = nodeScript('layout.sh', 'node.sh', 'instance.sh', script);
  const env = { ...nodeEnv(target), ...options.env, KB_STEPS: steps.join(' ') };
  const label = `${target.name}: ${steps.join(', ')}`;
  const { stdout } = await remote.script(text, env, { label, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
  return stdout.trim();
}
