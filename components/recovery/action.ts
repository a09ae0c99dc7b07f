/**
 * kingbase:recovery:<Kind>: a one-shot record of any kind in core/action/kinds. Where it is new, `up` runs the installed program once under its
 * request id; the record stays in state with what was done. It depends on no member of the cluster: it must work while the cluster does not.
 */
import type { Command } from '@pulumi/command/remote/command';
import * as pulumi from '@pulumi/pulumi';
import { actionWords } from '../../core/action/command';
import { findActionKind } from '../../core/action/kinds/index';
import { actionType, isDestructive, type ActionKind } from '../../core/action/kinds/types';
import { checkRecord, type Action as ActionSpec } from '../../core/action/parseActions';
import type { ActionRecord } from '../../core/action/record';
import type { ClusterSpec, NodeSpec } from '../../core/spec/types';
import type { ClusterArgs } from '../cluster';
import { parseClusterInput, refusal } from '../clusterInput';
import { connectionArgs } from '../host/connectionArgs';
import { runOnce } from './oneShot';

export interface ActionArgs extends ActionSpec {
  /** The object under `kingbase:cluster`. */
  readonly cluster: Omit<ClusterArgs, 'passwords' | 'privateKey' | 'backupSecrets'>;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
  /** Records that must have succeeded before this one begins: each action holds the whole cluster, and two at once would refuse each other. */
  readonly after?: readonly Action[];
}

/** Named `<cluster>-<kind>-<requestId>` by the project's own program. */
export class Action extends pulumi.ComponentResource {
  /** What was done. An action that failed fails the update; its record stays on the node. */
  declare readonly result: pulumi.Output<ActionRecord | undefined>;
  declare private readonly run: Command;

  constructor(name: string, args: ActionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, privateKey, after = [], ...record } = args;
    const { requestId, inputs, confirm } = record;
    const spec = parseClusterInput(name, cluster);
    const kind = requireKind(record, name);
    const node = requireNode(kind, spec, record);
    const does = kind.describe(node.name, inputs);
    const destructive = isDestructive(kind, inputs);
    const shown = { cluster: spec.name, requestId, kind: kind.kind, node: node.name, inputs, does, destructive };
    const confirmed = confirm === undefined ? {} : { confirm };
    super(actionType(kind), name, { ...shown, ...confirmed }, opts);
    const { run, result } = runOnce(this, name, {
      ...{ requestId, kind: kind.kind, does, after: after.map((earlier) => earlier.run) },
      inputs: { node: node.name, ...inputs },
      connection: connectionArgs(spec, node, privateKey === undefined ? undefined : pulumi.secret(privateKey)),
      words: actionWords(kind, record),
    });
    Object.assign(this, { result, run });
    this.registerOutputs({ result });
  }
}

function requireKind(record: ActionSpec, name: string): ActionKind {
  const findings = checkRecord(record, name);
  const kind = findActionKind(record.kind);
  if (findings.length > 0 || kind === undefined) throw refusal(findings);
  return kind;
}

function requireNode(kind: ActionKind, spec: ClusterSpec, { inputs }: ActionSpec): NodeSpec {
  const found = kind.node(spec, inputs);
  if ('host' in found) return found;
  throw refusal([found]);
}
