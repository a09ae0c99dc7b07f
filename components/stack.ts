/** From a stack's configuration to its outputs. */
import * as pulumi from '@pulumi/pulumi';
import { parseActions, type Action } from '../core/action/parseActions';
import { KingbaseError } from '../core/finding';
import { Cluster, type BackupSecrets, type ClusterArgs, type Passwords } from './cluster';
import type * as records from './recovery/declareActions';

export function declareStack(): Record<string, unknown> {
  const config = new pulumi.Config('kingbase');
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

function readActions(config: pulumi.Config): readonly Action[] {
  try {
    return parseActions(config.getObject('actions'));
  } catch (error) {
    throw error instanceof KingbaseError ? new pulumi.RunError(error.message) : error;
  }
}
