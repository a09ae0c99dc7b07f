/** Reload everywhere, then restarts in the planned order, each proved before the next. Stops at the first failure; run again, it goes on from what is live. */
import { KingbaseError } from '../../core/finding';
import { buildClusterReport } from '../../core/observe/clusterReport';
import { describeConflict } from '../../core/observe/readBack';
import { describeStep, pendingSettings, planRollout, type RolloutNode } from '../../core/rollout/planRollout';
import { askedFor } from '../../core/rollout/standing';
import { onHost } from '../handlers/support';
import { runSteps } from '../nodeSteps';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import { holdCluster } from '../operation/holdCluster';
import {
  answersOn,
  describeRollout,
  memberOf,
  rolloutMembers,
  standingOn,
  warnOfOverrides,
  type RolloutObserved,
} from './observeRollout';
import { runRestart } from './restarts';
import type { RolloutContext, RolloutInputs } from './types';
import { hasOwnPause, undoOwnPause } from './pause';

const SETTLE_MS = 30_000;
const RELOAD_MS = 20_000;
/** Who wins a setting is known as soon as the files lie there; this is for a server that is busy. */
const OVERRIDE_MS = 3_000;
const POLL_MS = 1_000;

export interface RolloutOptions {
  readonly reloadAlways: boolean;
  /** What was asked for before; undefined at first. Only what differs from it must come into effect against another place. */
  readonly olds?: RolloutInputs;
}

export async function rollOut(
  context: RolloutContext,
  inputs: RolloutInputs,
  { reloadAlways, olds }: RolloutOptions,
): Promise<RolloutObserved> {
  // Brief: notes and settings are asked for here; what repmgr says counts where something is due (waitUntilHealthy).
  const before = await observeNodes(rolloutMembers(inputs), context.open, 'brief');
  const state = describeRollout(inputs, before);
  const isDue = reloadAlways || hasOwnPause(before) || Object.keys(state.pending).length > 0;
  if (!isDue && state.unreadable.length === 0 && state.overridden === undefined) {
    return state;
  }
  await holdCluster(context.open, rolloutMembers(inputs), 'rollout', async () => {
    // Only as the holder: a note of a pause may be that of a rollout which is at work.
    await undoOwnPause(context, before);
    await bringIntoEffect(context, inputs, olds);
  });
  const after = describeRollout(inputs, await observeNodes(rolloutMembers(inputs), context.open, 'brief'));
  warnOfOverrides(inputs, after);
  return after;
}

async function bringIntoEffect(
  context: RolloutContext,
  inputs: RolloutInputs,
  olds: RolloutInputs | undefined,
): Promise<void> {
  await waitUntilHealthy(context, inputs, SETTLE_MS, 'rollout/unhealthy', 'nothing was reloaded or restarted');
  await reloadAll(context, inputs, olds);
  await restartAll(context, inputs);
  await waitUntilHealthy(
    context,
    inputs,
    inputs.streamingTimeoutSeconds * 1000,
    'rollout/unhealthy-after',
    'the settings are in effect, but the cluster has not settled',
  );
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

async function reloadAll(
  context: RolloutContext,
  inputs: RolloutInputs,
  olds: RolloutInputs | undefined,
): Promise<void> {
  const members = rolloutMembers(inputs);
  await Promise.all(
    members.map((node) =>
      onHost(context.open, node.connection, (remote) => runSteps(remote, node.target, 'rollout.sh', ['reload'])),
    ),
  );
  const started = context.clock.now();
  for (;;) {
    const observed = await observeNodes(members, context.open, 'brief');
    const late = observed.flatMap((node) => notReloaded(inputs, node));
    const overridden = observed.flatMap((node) => overriddenAsked(inputs, olds, node));
    if (late.length === 0 && overridden.length === 0) {
      return;
    }
    if (context.clock.now() >= started + (late.length === 0 ? OVERRIDE_MS : RELOAD_MS)) {
      throw new KingbaseError({
        code: 'rollout/not-in-effect',
        message: `settings are not in effect after a reload:\n  ${[...late, ...overridden].join('\n  ')}`,
        hint: 'Another place wins, or the server refuses the line. Take the setting out there (ALTER SYSTEM RESET for kingbase.auto.conf), then run again.',
      });
    }
    await context.clock.sleep(POLL_MS);
  }
}

/** Reload-class settings that a reload should have brought by now. */
function notReloaded(inputs: RolloutInputs, node: ObservedMember): string[] {
  const name = node.target.name;
  const member = memberOf(inputs, name);
  if (answersOn(node) === undefined) {
    return [`${name}: its database does not answer`];
  }
  return standingOn(member, node)
    .pending.filter((setting) => setting in member.reload)
    .map(
      (setting) =>
        `${name}: ${setting} is declared as ${member.reload[setting]}, and the server runs with another value`,
    );
}

/** What this run was asked to change and cannot, with both places. What stood there before is somebody's decision: a warning. */
function overriddenAsked(inputs: RolloutInputs, olds: RolloutInputs | undefined, node: ObservedMember): string[] {
  const { name } = node.target;
  const member = memberOf(inputs, name);
  const before = olds?.nodes.find(({ target }) => target.name === name);
  const asked = askedFor(before === undefined ? undefined : declaredFor(before), declaredFor(member));
  return standingOn(member, node)
    .overridden.filter((effect) => asked.has(effect.name.toLowerCase()))
    .map((effect) => `${name}: ${describeConflict(effect)}`);
}

function declaredFor({ reload, restart }: RolloutInputs['nodes'][number]): Readonly<Record<string, string>> {
  return { ...reload, ...restart };
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
