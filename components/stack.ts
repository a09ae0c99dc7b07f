/** From a stack's configuration to its outputs. */
import * as pulumi from '@pulumi/pulumi';
import { Cluster, type ClusterArgs, type Passwords } from './cluster';

export function declareStack(): Record<string, unknown> {
  const config = new pulumi.Config('kingbase');
  const cluster = config.requireObject<Omit<ClusterArgs, 'passwords' | 'privateKey'>>('cluster');
  const name = typeof cluster.name === 'string' ? cluster.name : pulumi.getStack();
  const created = new Cluster(name, {
    ...cluster,
    passwords: config.requireSecretObject<Passwords>('passwords'),
    privateKey: config.getSecret('privateKey'),
  });
  const { readWriteEndpoint, readOnlyEndpoint, multiHostUri, jdbcUrl, budget, topology, primary, roles, timeline } =
    created;
  return { readWriteEndpoint, readOnlyEndpoint, multiHostUri, jdbcUrl, primary, roles, timeline, topology, budget };
}
