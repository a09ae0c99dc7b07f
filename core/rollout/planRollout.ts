/**
 * Order of restarts: which node, when, and how. Standbys go first, one at a time; the primary last, in place or by switchover.
 * A setting that a standby must have at least as high as its primary turns the order round when it is lowered.
 */
import { NAME_PAIRS } from '../dialect/dataNames';
import type { Finding } from '../finding';
import type { ServerAnswers } from '../observe/types';
import { toBaseUnit, unquoteSetting } from '../observe/settingValue';

export type RolloutRole = 'primary' | 'standby' | 'witness';

export interface PendingSetting {
  readonly name: string;
  readonly live: string;
  /** As the files on the node say; undefined: its line is gone, the built-in default will come. */
  readonly wanted: string | undefined;
  readonly unit: string;
}

export interface RolloutNode {
  readonly name: string;
  readonly role: RolloutRole;
  /** Settings that only a restart brings into effect. */
  readonly pending: readonly PendingSetting[];
  /** Promotion priority; 0 is never promoted. */
  readonly priority: number;
  /** Streams from the primary now. */
  readonly streams: boolean;
}

export type RolloutStep =
  | { readonly kind: 'restartStandby'; readonly node: string; readonly settings: readonly string[] }
  | { readonly kind: 'restartWitness'; readonly node: string; readonly settings: readonly string[] }
  /** With repmgrd paused, so that nobody promotes meanwhile. */
  | { readonly kind: 'restartPrimary'; readonly node: string; readonly settings: readonly string[] }
  | { readonly kind: 'switchover'; readonly from: string; readonly to: string; readonly settings: readonly string[] };

export type RolloutPlan =
  | { readonly kind: 'steps'; readonly steps: readonly RolloutStep[] }
  | { readonly kind: 'refuse'; readonly finding: Finding };

/** A standby refuses to run with less of these than its primary (hot standby). */
export const STANDBY_AT_LEAST: ReadonlySet<string> = new Set([
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
]);

export function planRollout(nodes: readonly RolloutNode[], primaryMode: 'inPlace' | 'switchover'): RolloutPlan {
  const due = nodes.filter((node) => node.pending.length > 0);
  const raised = namesByDirection(due, 1);
  const lowered = namesByDirection(due, -1);
  if (raised.length > 0 && lowered.length > 0) {
    return { kind: 'refuse', finding: bothWays(raised, lowered) };
  }
  const witnesses = due.filter((node) => node.role === 'witness').map((node) => restart('restartWitness', node));
  const standbys = due.filter((node) => node.role === 'standby').map((node) => restart('restartStandby', node));
  const primary = due.find((node) => node.role === 'primary');
  const last =
    primary === undefined ? [] : [restartPrimary(nodes, primary, lowered.length > 0 ? 'inPlace' : primaryMode)];
  const steps = lowered.length > 0 ? [...last, ...standbys] : [...standbys, ...last];
  return { kind: 'steps', steps: [...witnesses, ...steps] };
}

/**
 * Settings flagged by the server itself after a reload, with what the files want. What somebody set with ALTER SYSTEM waits for a restart of
 * his own: nothing that was declared asks for one.
 */
export function pendingSettings(answers: ServerAnswers): PendingSetting[] {
  return answers.settings
    .filter((row) => row.pendingRestart)
    .map((row) => ({ row, winner: answers.fileSettings.filter((line) => line.name === row.name).at(-1) }))
    .filter(({ winner }) => !NAME_PAIRS.autoConf.some((name) => winner?.file.endsWith(`/${name}`)))
    .map(({ row, winner }) => ({ name: row.name, live: row.value, wanted: winner?.value, unit: row.unit }));
}

export function describeStep(step: RolloutStep): string {
  const settings = step.settings.join(', ');
  switch (step.kind) {
    case 'restartStandby':
      return `${step.node}: restart of the standby for ${settings}`;
    case 'restartWitness':
      return `${step.node}: restart of the witness for ${settings}`;
    case 'restartPrimary':
      return `${step.node}: restart of the primary in place for ${settings}`;
    case 'switchover':
      return `${step.from}: switchover to ${step.to} for ${settings}`;
  }
}

function restart(kind: 'restartStandby' | 'restartWitness', node: RolloutNode): RolloutStep {
  return { kind, node: node.name, settings: node.pending.map((setting) => setting.name) };
}

function restartPrimary(
  nodes: readonly RolloutNode[],
  primary: RolloutNode,
  mode: 'inPlace' | 'switchover',
): RolloutStep {
  const settings = primary.pending.map((setting) => setting.name);
  const candidate = mode === 'switchover' ? switchoverCandidate(nodes) : undefined;
  return candidate === undefined
    ? { kind: 'restartPrimary', node: primary.name, settings }
    : { kind: 'switchover', from: primary.name, to: candidate.name, settings };
}

/** The standby that repmgrd would choose too: highest priority, then first by name; never one that must not be promoted. */
function switchoverCandidate(nodes: readonly RolloutNode[]): RolloutNode | undefined {
  return nodes
    .filter((node) => node.role === 'standby' && node.streams && node.priority > 0)
    .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1))[0];
}

function namesByDirection(nodes: readonly RolloutNode[], sign: 1 | -1): string[] {
  const names = nodes
    .filter((node) => node.role !== 'witness')
    .flatMap((node) => node.pending)
    .filter((setting) => STANDBY_AT_LEAST.has(setting.name) && direction(setting) === sign)
    .map((setting) => setting.name);
  return [...new Set(names)].sort();
}

/** A line that is gone means the default, which is lower than what anybody writes: treated as lowered, the careful order. */
function direction(setting: PendingSetting): number {
  const wanted = setting.wanted === undefined ? undefined : toBaseUnit(unquoteSetting(setting.wanted), setting.unit);
  return wanted === undefined ? -1 : Math.sign(wanted - Number(setting.live));
}

function bothWays(raised: readonly string[], lowered: readonly string[]): Finding {
  return {
    code: 'rollout/both-ways',
    message: `${raised.join(', ')} is raised while ${lowered.join(', ')} is lowered; a standby must never have less of either than its primary, so no order of restarts is safe`,
    hint: 'Apply the raised settings first, then, in a second update, the lowered ones. Nothing was restarted.',
  };
}
