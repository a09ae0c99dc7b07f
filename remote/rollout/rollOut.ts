/** Reload everywhere, then restarts in the planned order, each proved before the next. Stops at the first failure; run again, it goes on from what is live. */
import { KingbaseError } from '../../core/finding';
import { buildClusterReport, effectsOf } from '../../core/observe/clusterReport';
import { describeConflict, isConflict } from '../../core/observe/readBack';
import { describeStep, pendingSettings, planRollout, type RolloutNode } from '../../core/rollout/planRollout';
import type { Clock } from '../clock';
import type { RolloutInputs } from '../handlers/rollout';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { OpenRemote } from '../remote';
import {
  answersOn,
  describeRollout,
  memberOf,
  pendingOn,
  rolloutMembers,
  type RolloutObserved,
} from './observeRollout';
import { runRestart } from './restarts';
import { undoOwnPause } from './pause';

export interface RolloutContext {
  readonly open: OpenRemote;
  readonly clock: Clock;
}

const SETTLE_MS = 30_000;
const RELOAD_MS = 20_000;
const POLL_MS = 1_000;

export async function rollOut(
  context: RolloutContext,
  inputs: RolloutInputs,
  { reloadAlways }: { readonly reloadAlways: boolean },
): Promise<RolloutObserved> {
  // Brief: notes and settings are asked for here; what repmgr says counts where something is due (waitUntilHealthy).
  const before = await observeNodes(rolloutMembers(inputs), context.open, 'brief');
  const undone = await undoOwnPause(context, before);
  const state = describeRollout(inputs, before);
  const isDue = reloadAlways || undone || Object.keys(state.pending).length > 0;
  if (!isDue && state.unreadable.length === 0) {
    return state;
  }
  await waitUntilHealthy(context, inputs, SETTLE_MS, 'rollout/unhealthy', 'nothing was reloaded or restarted');
  await reloadAll(context, inputs);
  await restartAll(context, inputs);
  await waitUntilHealthy(
    context,
    inputs,
    inputs.streamingTimeoutSeconds * 1000,
    'rollout/unhealthy-after',
    'the settings are in effect, but the cluster has not settled',
  );
  return describeRollout(inputs, await observeNodes(rolloutMembers(inputs), context.open, 'brief'));
}

/** Plans anew after each restart: roles may have moved, and what is done is no longer pending. No step is ever done twice. */
async function restartAll(context: RolloutContext, inputs: RolloutInputs): Promise<void> {
  const done = new Set<string>();
  for (;;) {
    const observed = await observeNodes(rolloutMembers(inputs), context.open, 'brief');
    const plan = planRollout(
      observed.map((node) => toRolloutNode(node, observed)),
      inputs.primaryMode,
    );
    if (plan.kind === 'refuse') {
      throw new KingbaseError(plan.finding);
    }
    const [step] = plan.steps;
    if (step === undefined) {
      return;
    }
    if (done.has(describeStep(step))) {
      throw new KingbaseError({
        code: 'rollout/no-effect',
        message: `${describeStep(step)}: was done, and the server still waits for a restart`,
        hint: 'Look at sys_settings and sys_file_settings on that node: the line may be refused, or another place may win. Nothing more was restarted.',
      });
    }
    done.add(describeStep(step));
    await runRestart(context, inputs, observed, step);
  }
}

async function reloadAll(context: RolloutContext, inputs: RolloutInputs): Promise<void> {
  const members = rolloutMembers(inputs);
  await Promise.all(
    members.map((node) =>
      onHost(context.open, node.connection, (remote) => runSteps(remote, node.target, 'rollout.sh', ['reload'])),
    ),
  );
  const deadline = context.clock.now() + RELOAD_MS;
  for (;;) {
    const observed = await observeNodes(members, context.open, 'brief');
    const late = observed.flatMap((node) => notReloaded(inputs, node));
    if (late.length === 0) {
      return;
    }
    if (context.clock.now() >= deadline) {
      throw new KingbaseError({
        code: 'rollout/not-in-effect',
        message: `settings are not in effect after a reload:\n  ${late.join('\n  ')}`,
        hint: 'Another place wins, or the server refuses the line. Take the setting out there (ALTER SYSTEM RESET for kingbase.auto.conf), then run again.',
      });
    }
    await context.clock.sleep(POLL_MS);
  }
}

/** Reload-class settings that still differ, and lines that another place overrides, with both places. */
function notReloaded(inputs: RolloutInputs, node: ObservedMember): string[] {
  const name = node.target.name;
  const member = memberOf(inputs, name);
  if (answersOn(node) === undefined) {
    return [`${name}: its database does not answer`];
  }
  const pending = new Set(pendingOn(member, node));
  const effects = new Map(effectsOf(node).map((effect) => [effect.name, effect]));
  return Object.keys({ ...member.reload, ...member.restart })
    .filter((setting) => pending.has(setting))
    .flatMap((setting) => {
      const effect = effects.get(setting.toLowerCase());
      const isLate = setting in member.reload || (effect !== undefined && isConflict(effect));
      if (!isLate) {
        return [];
      }
      return [`${name}: ${effect === undefined ? `${setting} is not in es_rep.conf there` : describeConflict(effect)}`];
    });
}

async function waitUntilHealthy(
  context: RolloutContext,
  inputs: RolloutInputs,
  waitMs: number,
  code: string,
  consequence: string,
): Promise<void> {
  const deadline = context.clock.now() + waitMs;
  for (;;) {
    const report = buildClusterReport('', await observeNodes(rolloutMembers(inputs), context.open));
    if (report.healthy) {
      return;
    }
    if (context.clock.now() >= deadline) {
      throw new KingbaseError({
        code,
        message: `the cluster is not healthy; ${consequence}:\n  ${report.reasons.join('\n  ')}`,
        hint: 'Repair what is named (a failed node: rejoin or reclone it), then run again.',
      });
    }
    await context.clock.sleep(POLL_MS);
  }
}

function toRolloutNode(node: ObservedMember, observed: readonly ObservedMember[]): RolloutNode {
  const answers = answersOn(node);
  if (answers === undefined) {
    throw new KingbaseError({
      code: 'rollout/node-unreadable',
      path: node.target.name,
      message: node.observation.reachable ? (node.observation.server.reason ?? 'no answer') : node.observation.reason,
      hint: 'The rollout stopped there. Bring the node back and run again: it goes on with what still waits for a restart.',
    });
  }
  const isWitness = node.target.role === 'witness';
  const records = node.observation.reachable ? node.observation.repmgr.records : undefined;
  return {
    name: node.target.name,
    role: isWitness ? 'witness' : answers.inRecovery ? 'standby' : 'primary',
    pending: pendingSettings(answers),
    priority: records?.find((record) => record.id === node.target.id)?.priority ?? 100,
    streams: observed.some((other) =>
      answersOn(other)?.replicas.some((row) => row.name === node.target.name && row.state === 'streaming'),
    ),
  };
}
