/** The load balancer: every database node is a target, and only the one whose check answers gets clients. */
import { Listener } from '@pulumi/aws/lb/listener';
import { LoadBalancer } from '@pulumi/aws/lb/loadBalancer';
import { TargetGroup } from '@pulumi/aws/lb/targetGroup';
import { TargetGroupAttachment } from '@pulumi/aws/lb/targetGroupAttachment';
import type * as pulumi from '@pulumi/pulumi';
import { CHECK_THRESHOLD, CHECK_TIMEOUT_SECONDS } from '../../../core/budget/cloudEndpoint';
import type { AwsEndpointPlan } from '../../../core/aws/types';
import { tagsOf, type Ground } from './ground';
import type { Host } from './instances';
import type { Network } from './network';

export interface Balancer {
  readonly loadBalancer: LoadBalancer;
  readonly targets: TargetGroup;
  readonly resources: readonly pulumi.Resource[];
}

/** The other kinds are moved by the nodes themselves: nothing of them stands in the state. */
export function declareBalancer(ground: Ground, network: Network, hosts: readonly Host[]): Balancer | undefined {
  const { name, plan, parent } = ground;
  const { endpoint } = plan;
  if (endpoint?.kind !== 'loadBalancer') return undefined;
  const opts = { parent };
  const port = plan.clusterSpec.database.port;
  const loadBalancer = new LoadBalancer(
    `${name}-lb`,
    {
      loadBalancerType: 'network',
      internal: true,
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: plan.spec.production,
      subnetMappings: plan.subnets.map(({ cidr }, index) => ({
        subnetId: network.subnetIds[cidr] as pulumi.Input<string>,
        privateIpv4Address: endpoint.addresses[index],
      })),
      tags: tagsOf(ground, `${name}-lb`),
    },
    { ...opts, dependsOn: [...network.resources] },
  );
  const targets = declareTargets(ground, network, endpoint);
  const listener = new Listener(
    `${name}-lb`,
    {
      loadBalancerArn: loadBalancer.arn,
      port,
      protocol: 'TCP',
      defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
      tags: tagsOf(ground, `${name}-lb`),
    },
    opts,
  );
  const attached = hosts
    .filter((host) => host.plan.role === 'database')
    .map((host) => {
      const args = { targetGroupArn: targets.arn, targetId: host.instance.id, port };
      return new TargetGroupAttachment(`${name}-${host.plan.name}`, args, { parent, deleteBeforeReplace: true });
    });
  return { loadBalancer, targets, resources: [listener, ...attached] };
}

/** Connections to a node that is no primary any more are cut: a client that holds one would wait for ever. */
function declareTargets(ground: Ground, network: Network, endpoint: AwsEndpointPlan): TargetGroup {
  const { name, plan, parent } = ground;
  return new TargetGroup(
    `${name}-lb`,
    {
      vpcId: network.vpcId,
      port: plan.clusterSpec.database.port,
      protocol: 'TCP',
      targetType: 'instance',
      preserveClientIp: 'true',
      connectionTermination: true,
      deregistrationDelay: 0,
      targetHealthStates: [{ enableUnhealthyConnectionTermination: true }],
      healthCheck: {
        enabled: true,
        protocol: 'HTTP',
        port: String(endpoint.checkPort),
        path: '/',
        matcher: '200',
        interval: endpoint.checkIntervalSeconds,
        timeout: CHECK_TIMEOUT_SECONDS,
        healthyThreshold: CHECK_THRESHOLD,
        unhealthyThreshold: CHECK_THRESHOLD,
      },
      tags: tagsOf(ground, `${name}-lb`),
    },
    { parent },
  );
}
