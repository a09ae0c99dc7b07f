/** One restart of the plan, and the proof that replication is whole again before anything else is touched. */
import { describeStep, type RolloutStep } from '../../core/rollout/planRollout';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import type { ObservedMember } from '../observe/observeCluster';
import { progress } from '../progress';
import { answersOn } from './observeRollout';
import { pausing } from './pause';
import type { RolloutContext, RolloutInputs } from './types';

/** A standby counts as caught up when it lacks less than one WAL segment. */
const LAG_BYTES = 16 * 1024 * 1024;

export async function runRestart(
  context: RolloutContext,
  inputs: RolloutInputs,
  observed: readonly ObservedMember[],
  step: RolloutStep,
): Promise<void> {
  const run = (name: string, steps: readonly string[]): Promise<void> => runOn(context, inputs, observed, name, steps);
  switch (step.kind) {
    case 'restartWitness':
      progress(hostOf(observed, step.node), describeStep(step));
      return run(step.node, ['restart']);
    case 'restartStandby':
      progress(hostOf(observed, step.node), describeStep(step));
      await run(step.node, ['restart']);
      return run(primaryName(observed), ['streaming']);
    case 'restartPrimary':
      progress(hostOf(observed, step.node), describeStep(step));
      return pausing(context, observed, () => run(step.node, ['restart', 'streaming']));
    case 'switchover':
      progress(hostOf(observed, step.to), describeStep(step));
      // From then on `to` is primary: the former one is among the standbys that must stream.
      return run(step.to, ['switchover', 'streaming']);
  }
}

async function runOn(
  context: RolloutContext,
  inputs: RolloutInputs,
  observed: readonly ObservedMember[],
  name: string,
  steps: readonly string[],
): Promise<void> {
  const { node } = find(observed, name);
  const standbys = observed.filter((other) => other.target.role === 'database' && other.target.name !== name);
  const env = {
    KB_STANDBYS: standbys.map((standby) => `'${standby.target.name}'`).join(','),
    KB_STANDBY_COUNT: String(standbys.length),
    KB_STREAMING_SECONDS: String(inputs.streamingTimeoutSeconds),
    KB_LAG_BYTES: String(LAG_BYTES),
  };
  const timeoutMs = (inputs.streamingTimeoutSeconds + 420) * 1000;
  await onHost(context.open, node.connection, (remote) =>
    runSteps(remote, node.target, 'rollout.sh', steps, { env, timeoutMs }),
  );
}

function primaryName(observed: readonly ObservedMember[]): string {
  const primary = observed.find((node) => node.target.role === 'database' && answersOn(node)?.inRecovery === false);
  if (primary === undefined) {
    throw new Error('no primary was seen before this restart');
  }
  return primary.target.name;
}

function hostOf(observed: readonly ObservedMember[], name: string): string {
  return find(observed, name).node.connection.host;
}

function find(observed: readonly ObservedMember[], name: string): ObservedMember {
  const node = observed.find(({ target }) => target.name === name);
  if (node === undefined) {
    throw new Error(`"${name}" is no node of this rollout`);
  }
  return node;
}
