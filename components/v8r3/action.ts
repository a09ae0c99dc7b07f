/** A one-shot record of V8R3 (core/v8r3/action/kinds.ts): where it is new, `up` runs it once under its request id; it stays in state with what was done. */
import * as pulumi from '@pulumi/pulumi';
import { actionType, isDestructive } from '../../core/action/kinds/types';
import { checkRecord, type Action as ActionSpec } from '../../core/action/parseActions';
import type { ActionRecord } from '../../core/action/record';
import {
  unknownNodes,
  V8R3_ACTION_KINDS,
  v8r3ActionNode,
  v8r3ActionWords,
  v8r3Kind,
} from '../../core/v8r3/action/kinds';
import type { V8r3NodeSpec, V8r3Spec } from '../../core/v8r3/spec/types';
import { refusal } from '../clusterInput';
import { connectionArgs } from '../host/connectionArgs';
import { runOnce, type OneShotRun } from '../recovery/oneShot';

export interface V8r3ActionArgs extends ActionSpec {
  /** `spec` of the Cluster. The record depends on none of its resources: it has to work while the cluster does not. */
  readonly spec: V8r3Spec;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
  /** Records that must have succeeded before this one begins: each holds the whole cluster. */
  readonly after?: readonly Action[];
}

export class Action extends pulumi.ComponentResource {
  /** What was done. An action that failed fails the update; its record stays on the node. */
  declare readonly result: pulumi.Output<ActionRecord | undefined>;
  declare private readonly run: OneShotRun['run'];

  constructor(name: string, args: V8r3ActionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec, privateKey, after = [], ...record } = args;
    const node = requireNode(name, spec, record);
    const { requestId, inputs, confirm } = record;
    const kind = v8r3Kind(record.kind);
    const does = kind.describe(node.name, inputs);
    const shown = { cluster: spec.name, requestId, kind: kind.kind, node: node.name, inputs, does };
    const confirmed = confirm === undefined ? {} : { confirm };
    super(actionType(kind), name, { ...shown, destructive: isDestructive(kind, inputs), ...confirmed }, opts);
    const { run, result } = runOnce(this, name, {
      ...{ requestId, kind: kind.kind, does, after: after.map((earlier) => earlier.run) },
      inputs: { node: node.name, ...inputs },
      connection: connectionArgs(spec, node, privateKey === undefined ? undefined : pulumi.secret(privateKey)),
      words: v8r3ActionWords(record),
    });
    Object.assign(this, { result, run });
    this.registerOutputs({ result });
  }
}

function requireNode(name: string, spec: V8r3Spec, record: ActionSpec): V8r3NodeSpec {
  const findings = checkRecord(record, name, V8R3_ACTION_KINDS);
  if (findings.length > 0) throw refusal(findings);
  const found = v8r3ActionNode(spec, record);
  const unknown = [...('host' in found ? [] : [found]), ...unknownNodes(spec, record)];
  if (unknown.length > 0 || !('host' in found)) throw refusal(unknown);
  return found;
}

/** Beside the cluster, never behind it; in the order of the list, because each holds the whole cluster. Results by request id. */
export function declareV8r3Actions(
  spec: V8r3Spec,
  actions: readonly ActionSpec[],
  privateKey: pulumi.Output<string> | undefined,
): Readonly<Record<string, pulumi.Output<unknown>>> {
  let after: readonly Action[] = [];
  return Object.fromEntries(
    actions.map((action) => {
      const name = `${spec.name}-${action.kind}-${action.requestId}`;
      const login = privateKey === undefined ? {} : { privateKey };
      const declared = new Action(name, { spec, ...action, ...login, after });
      after = [declared];
      return [action.requestId, declared.result];
    }),
  );
}
