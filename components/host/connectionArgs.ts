/** How one node is reached: the cluster's connection with the node's own overrides. */
import type * as pulumi from '@pulumi/pulumi';
import type { HostSpec } from '../../core/spec/rules/rule';
import type { ClusterSpec } from '../../core/spec/types';
import type { ConnectionArgs } from '../hostArgs';

export function connectionArgs(
  { connection }: Pick<ClusterSpec, 'connection'>,
  node: Pick<HostSpec, 'host' | 'hostKey' | 'connection'>,
  privateKey: pulumi.Input<string> | undefined,
): ConnectionArgs {
  const { user, port, privateKeyFile, agent, bastion, connectTimeoutSeconds } = connection;
  return {
    host: node.host,
    port: node.connection?.port ?? port,
    user: node.connection?.user ?? user,
    hostKey: node.hostKey,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
    ...(agent ? { agent } : {}),
    ...(bastion === undefined ? {} : { bastion }),
    connectTimeoutSeconds,
  };
}
