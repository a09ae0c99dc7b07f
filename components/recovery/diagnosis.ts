/**
 * kingbase:recovery:Diagnosis: what is wrong with a cluster, which node is to be primary, and what to do, as seen at the last up or refresh. Observed
 * truth: its difference is always none, nothing may depend on it, and it needs nothing of the cluster but ssh to its hosts.
 */
import * as pulumi from '@pulumi/pulumi';
import type { ClusterDiagnosis as Seen, FailureClass, PrimaryChoice, ProposedStep } from '../../core/recovery/types';
import { toNodeTarget } from '../../core/topology/nodeTarget';
import { planCluster } from '../../core/topology/planCluster';
import type { ClusterArgs } from '../cluster';
import { parseClusterInput } from '../clusterInput';
import { ClusterDiagnosis } from '../dynamic';
import { connectionArgs } from '../host/connectionArgs';

export interface DiagnosisArgs {
  /** The object under `kingbase:cluster`. */
  readonly cluster: Omit<ClusterArgs, 'passwords' | 'privateKey' | 'backupSecrets'>;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
}

export class Diagnosis extends pulumi.ComponentResource {
  declare readonly failureClass: pulumi.Output<FailureClass | undefined>;
  /** Name of the node to preserve or make primary; undefined where that is undecidable. */
  declare readonly proposedPrimary: pulumi.Output<string | undefined>;
  declare readonly choice: pulumi.Output<PrimaryChoice | undefined>;
  declare readonly reasons: pulumi.Output<readonly string[]>;
  /** In order, one at a time; a step with a record can be pasted under kingbase:actions. */
  declare readonly actions: pulumi.Output<readonly ProposedStep[]>;

  constructor(name: string, args: DiagnosisArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = parseClusterInput(name, args.cluster);
    super('kingbase:recovery:Diagnosis', name, { cluster: spec.name }, opts);
    const privateKey = args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey);
    const nodes = planCluster(spec).nodes.map((node) => ({
      connection: connectionArgs(spec, node.node, privateKey),
      target: toNodeTarget(node, spec),
    }));
    const look = new ClusterDiagnosis(`${name}-look`, { cluster: spec.name, nodes }, { parent: this });
    const observed = look.observed as unknown as pulumi.Output<Seen | undefined>;
    const outputs = {
      failureClass: observed.apply((seen) => seen?.class),
      proposedPrimary: observed.apply((seen) => (seen?.primary.kind === 'chosen' ? seen.primary.node : undefined)),
      choice: observed.apply((seen) => seen?.primary),
      reasons: observed.apply((seen) => seen?.because ?? []),
      actions: observed.apply((seen) => seen?.steps ?? []),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}
