/**
 * kingbase:recovery:Drill: a one-shot record. Where it is new, `up` runs the installed drill.sh once under its request id; the record stays in
 * state with what was found. It depends on no member of the cluster: a drill must work while the cluster does not.
 */
import { Command } from '@pulumi/command/remote/command';
import * as pulumi from '@pulumi/pulumi';
import type { DrillRecord } from '../../core/backup/observation';
import { parseDrillRecord } from '../../core/drill/record';
import {
  checkDrillRequest,
  checkRequestId,
  describeDrill,
  drillWords,
  type DrillRequest,
} from '../../core/drill/request';
import { repositoryNode } from '../../core/drill/repositoryNode';
import type { Finding } from '../../core/finding';
import { DRILL } from '../../core/render/drillFiles';
import type { ClusterSpec, NodeSpec } from '../../core/spec/types';
import type { ClusterArgs } from '../cluster';
import { parseClusterInput, refusal } from '../clusterInput';
import { ActionGate } from '../dynamic';
import { connectionArgs } from '../host/connectionArgs';
import { commandConnection } from './commandConnection';

export interface DrillArgs extends DrillRequest {
  /** The object under `kingbase:cluster`. */
  readonly cluster: Omit<ClusterArgs, 'passwords' | 'privateKey' | 'backupSecrets'>;
  /** Executed once for each id; a change under an old id is refused. */
  readonly requestId: string;
  /** Where it runs; needed only where several nodes hold a repository. */
  readonly node?: string;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
}

/** Named `<cluster>-drill-<requestId>` by the project's own program. */
export class Drill extends pulumi.ComponentResource {
  /** What the drill found. A drill that failed fails the update; its record stays on the node. */
  declare readonly result: pulumi.Output<DrillRecord | undefined>;

  constructor(name: string, args: DrillArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, privateKey, requestId, node: nodeName, ...request } = args;
    const spec = parseClusterInput(name, cluster);
    refuse([...checkRequestId(requestId, `${name}.requestId`), ...checkDrillRequest(request, name)]);
    const node = requireNode(spec, nodeName);
    const login = connectionArgs(spec, node, privateKey === undefined ? undefined : pulumi.secret(privateKey));
    const connection = commandConnection(login);
    super('kingbase:recovery:Drill', name, { cluster: spec.name, requestId, node: node.name, ...request }, opts);
    const does = describeDrill(node.name, request);
    if (pulumi.runtime.isDryRun()) {
      void pulumi.log.info(`drill ${requestId}, unless it ran already: ${does}`, this);
    }
    const inputs = { node: node.name, ...request };
    const gate = new ActionGate(`${name}-gate`, { requestId, kind: 'drill', inputs, does }, { parent: this });
    const run = new Command(
      `${name}-run`,
      {
        connection,
        create: oneLiner(login.user, requestId, request),
        logging: 'stderr',
        addPreviousOutputInEnv: false,
      },
      // A reworded command runs nothing; neither does a key or an address that changed since.
      { parent: this, dependsOn: [gate], ignoreChanges: ['connection', 'create', 'logging', 'addPreviousOutputInEnv'] },
    );
    const result = run.stdout.apply((text) => parseDrillRecord(text ?? ''));
    Object.assign(this, { result });
    this.registerOutputs({ result });
  }
}

/** Each word quoted: they were checked, and hold no quote. */
function oneLiner(user: string, requestId: string, request: DrillRequest): string {
  const words = drillWords(requestId, request).map((word) => `'${word}'`);
  return `${user === 'root' ? '' : 'sudo -n '}${DRILL} --follow ${words.join(' ')}`;
}

function requireNode(spec: ClusterSpec, wanted: string | undefined): NodeSpec {
  const found = repositoryNode(spec, wanted);
  if ('host' in found) return found;
  throw refusal([found]);
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length > 0) throw refusal(findings);
}
