/** From a stack's configuration to its outputs. */
import * as pulumi from '@pulumi/pulumi';
import { parseActions, type Action } from '../core/action/parseActions';
import type { RecordKind } from '../core/action/kinds/types';
import { KingbaseError } from '../core/finding';
import { V8R3_ACTION_KINDS } from '../core/v8r3/action/kinds';
import { Cluster, type BackupSecrets, type ClusterArgs, type Passwords } from './cluster';
import { declareKwdb } from './kwdbStack';
import type * as records from './recovery/declareActions';
import type * as v8r3Components from './v8r3';
import type { V8r3ClusterArgs, V8r3Passwords } from './v8r3';
import type * as v8r3Records from './v8r3/action';

export function declareStack(): Record<string, unknown> {
  const config = new pulumi.Config('kingbase');
  const v8r3 = config.getObject<Omit<V8r3ClusterArgs, 'passwords' | 'privateKey'>>('v8r3');
  if (v8r3 !== undefined) return declareV8r3(config, v8r3);
  const kwdb = declareKwdb(config);
  if (kwdb !== undefined) return kwdb;
  const cluster = config.requireObject<Omit<ClusterArgs, 'passwords' | 'privateKey' | 'backupSecrets'>>('cluster');
  const actions = readActions(config);
  const name = typeof cluster.name === 'string' ? cluster.name : pulumi.getStack();
  const created = new Cluster(name, {
    ...cluster,
    passwords: config.requireSecretObject<Passwords>('passwords'),
    privateKey: config.getSecret('privateKey'),
    backupSecrets: config.getSecretObject<BackupSecrets>('backupSecrets'),
  });
  const { readWriteEndpoint, readOnlyEndpoint, multiHostUri, jdbcUrl, budget, topology, primary, roles, timeline } =
    created;
  const { backup, armed } = created;
  return {
    readWriteEndpoint,
    readOnlyEndpoint,
    multiHostUri,
    jdbcUrl,
    primary,
    roles,
    timeline,
    topology,
    budget,
    backup,
    armed,
    ...(actions.length === 0 ? {} : { actions: declareRecords(name, cluster, config, actions) }),
  };
}

/** A stack is of one system: `kingbase:v8r3` in place of `kingbase:cluster`. */
function declareV8r3(
  config: pulumi.Config,
  input: Omit<V8r3ClusterArgs, 'passwords' | 'privateKey'>,
): Record<string, unknown> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded where such a cluster is declared
  const { Cluster: V8r3Cluster } = require('./v8r3') as typeof v8r3Components;
  const created = new V8r3Cluster(typeof input.name === 'string' ? input.name : pulumi.getStack(), {
    ...input,
    passwords: config.requireSecretObject<V8r3Passwords>('passwords'),
    privateKey: config.getSecret('privateKey'),
  });
  const { poolEndpoint, databaseEndpoint, detection, detectionTable } = created;
  const outputs = { poolEndpoint, databaseEndpoint, detection, detectionTable };
  const actions = readActions(config, V8R3_ACTION_KINDS);
  if (actions.length === 0) return outputs;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- no other preview waits for the command package
  const { declareV8r3Actions } = require('./v8r3/action') as typeof v8r3Records;
  return { ...outputs, actions: declareV8r3Actions(created.spec, actions, config.getSecret('privateKey')) };
}

function declareRecords(
  name: string,
  cluster: Parameters<typeof records.declareActions>[1],
  config: pulumi.Config,
  actions: readonly Action[],
): Readonly<Record<string, unknown>> {
  // Loaded where there are records: no other preview waits for the command package.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const { declareActions } = require('./recovery/declareActions') as typeof records;
  return declareActions(name, cluster, config.getSecret('privateKey'), actions);
}

function readActions(config: pulumi.Config, kinds?: readonly RecordKind[]): readonly Action[] {
  try {
    return parseActions(config.getObject('actions'), kinds);
  } catch (error) {
    throw error instanceof KingbaseError ? new pulumi.RunError(error.message) : error;
  }
}
