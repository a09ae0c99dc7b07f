/** How one node is reached: the cluster's connection with the node's own overrides. */
import type * as pulumi from '@pulumi/pulumi';
import type { ClusterSpec, NodeSpec } from '../../core/spec/types';
import type { ConnectionArgs } from '../hostArgs';

export function connectionArgs(
  { connection }: ClusterSpec,
  node: NodeSpec,
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
