/** A security group per node, from the same plan as the firewall of its host. */
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup';
import { SecurityGroupEgressRule } from '@pulumi/aws/vpc/securityGroupEgressRule';
import { SecurityGroupIngressRule } from '@pulumi/aws/vpc/securityGroupIngressRule';
import type * as pulumi from '@pulumi/pulumi';
import { ruleKey } from '../../../core/aws/securityRules';
import type { AwsNodePlan, SecurityRule } from '../../../core/aws/types';
import { tagsOf, type Ground } from './ground';
import type { Network } from './network';

export interface NodeGroup {
  readonly id: pulumi.Output<string>;
  readonly rules: readonly pulumi.Resource[];
}

export function declareSecurityGroup(ground: Ground, network: Network, node: AwsNodePlan): NodeGroup {
  const { name, parent } = ground;
  const label = `${name}-${node.name}`;
  const group = new SecurityGroup(
    label,
    { vpcId: network.vpcId, description: `KingbaseES ${node.role} ${node.name}`, tags: tagsOf(ground, label) },
    { parent },
  );
  const rules = node.rules.map((rule) => declareRule(ground, `${label}-${ruleKey(rule)}`, group.id, rule));
  const store = node.role === 'database' || node.role === 'repository' ? network.storePrefixList : undefined;
  if (store === undefined) return { id: group.id, rules };
  const toStore = new SecurityGroupEgressRule(
    `${label}-out-s3`,
    {
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      prefixListId: store,
      description: 'S3',
      tags: tagsOf(ground, `${label}-out-s3`),
    },
    { parent },
  );
  return { id: group.id, rules: [...rules, toStore] };
}

function declareRule(
  ground: Ground,
  label: string,
  securityGroupId: pulumi.Output<string>,
  { direction, protocol, port, cidr, why }: SecurityRule,
): pulumi.Resource {
  const family = cidr.includes(':') ? { cidrIpv6: cidr } : { cidrIpv4: cidr };
  const { parent } = ground;
  const ports = { ipProtocol: protocol, fromPort: port, toPort: port };
  const args = { securityGroupId, ...ports, ...family, description: why, tags: tagsOf(ground, label) };
  return direction === 'in'
    ? new SecurityGroupIngressRule(label, args, { parent })
    : new SecurityGroupEgressRule(label, args, { parent });
}
