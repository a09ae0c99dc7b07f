/** The VPC and a subnet per zone: made here without a way to the world, or those that are given. */
import { VpcAttachment } from '@pulumi/aws/ec2transitgateway/vpcAttachment';
import { RouteTable } from '@pulumi/aws/ec2/routeTable';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation';
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup';
import { Subnet } from '@pulumi/aws/ec2/subnet';
import { Vpc } from '@pulumi/aws/ec2/vpc';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import { SecurityGroupIngressRule } from '@pulumi/aws/vpc/securityGroupIngressRule';
import type * as pulumi from '@pulumi/pulumi';
import { interfaceServices, type InterfaceService } from '../../../core/aws/network';
import { tagsOf, type Ground } from './ground';

export interface Network {
  readonly vpcId: pulumi.Input<string>;
  /** By network of the subnet. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Of a VPC that is made here. */
  readonly routeTableId?: pulumi.Output<string>;
  /** Of S3, where its endpoint is made here. */
  readonly storePrefixList?: pulumi.Output<string>;
  readonly resources: readonly pulumi.Resource[];
}

export function declareNetwork(ground: Ground): Network {
  const { network, nodes: _nodes } = ground.plan.spec;
  if (network.vpcId === undefined) return ownNetwork(ground);
  const subnetIds = Object.fromEntries((network.subnets ?? []).map(({ cidr, id }) => [cidr, id]));
  return { vpcId: network.vpcId, subnetIds, resources: [] };
}

function ownNetwork(ground: Ground): Network {
  const { name, plan, parent } = ground;
  const { network } = plan.spec;
  const opts = { parent };
  const vpc = new Vpc(
    `${name}-vpc`,
    { cidrBlock: network.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tagsOf(ground, name) },
    opts,
  );
  const subnets = plan.subnets.map(({ zone, cidr }) => declareSubnet(ground, vpc, { zone, cidr }));
  const subnetIds = Object.fromEntries(subnets.map(({ cidr, subnet }) => [cidr, subnet.id]));
  const attached = attachGateways(ground, vpc, Object.values(subnetIds));
  const routes = network.routes.map(({ cidr, transitGatewayId }) => ({ cidrBlock: cidr, transitGatewayId }));
  const table = new RouteTable(
    `${name}-routes`,
    { vpcId: vpc.id, routes, tags: tagsOf(ground, name) },
    { parent, dependsOn: [...attached] },
  );
  const associations = subnets.map(
    ({ zone, subnet }) =>
      new RouteTableAssociation(`${name}-${zone}`, { subnetId: subnet.id, routeTableId: table.id }, opts),
  );
  const own: Network = { vpcId: vpc.id, subnetIds, routeTableId: table.id, resources: [...associations, ...attached] };
  return withEndpoints(ground, own, table);
}

function declareSubnet(
  ground: Ground,
  vpc: Vpc,
  { zone, cidr }: { readonly zone: string; readonly cidr: string },
): { readonly zone: string; readonly cidr: string; readonly subnet: Subnet } {
  const label = `${ground.name}-${zone}`;
  const subnet = new Subnet(
    label,
    { vpcId: vpc.id, availabilityZone: zone, cidrBlock: cidr, mapPublicIpOnLaunch: false, tags: tagsOf(ground, label) },
    { parent: ground.parent },
  );
  return { zone, cidr, subnet };
}

/** A transit gateway routes for a VPC only once it is attached to it. One of another account has to accept that: then `up` is run again. */
function attachGateways(
  ground: Ground,
  vpc: Vpc,
  subnetIds: readonly pulumi.Output<string>[],
): readonly VpcAttachment[] {
  const { name, plan, parent } = ground;
  const gateways = [...new Set(plan.spec.network.routes.map(({ transitGatewayId }) => transitGatewayId))];
  return gateways.map((transitGatewayId) => {
    const label = `${name}-${transitGatewayId}`;
    const args = { transitGatewayId, vpcId: vpc.id, subnetIds: [...subnetIds], tags: tagsOf(ground, label) };
    return new VpcAttachment(label, args, { parent });
  });
}

/** Ways to the APIs that nodes call, inside the VPC: S3 by route, EC2 and CloudWatch by an interface in each subnet. */
function withEndpoints(ground: Ground, own: Network, table: RouteTable): Network {
  const { plan } = ground;
  const store = plan.spec.repository === undefined ? undefined : storeEndpoint(ground, own, table);
  const interfaces = interfaceServices(plan.spec).map((service) => interfaceEndpoint(ground, own, service));
  const made = [...(store === undefined ? [] : [store]), ...interfaces];
  return {
    ...own,
    resources: [...own.resources, ...made],
    ...(store === undefined ? {} : { storePrefixList: store.prefixListId }),
  };
}

const serviceOf = (region: string, service: string): string => `com.amazonaws.${region}.${service}`;

function storeEndpoint(ground: Ground, { vpcId }: Network, table: RouteTable): VpcEndpoint {
  const { name, plan, parent } = ground;
  return new VpcEndpoint(
    `${name}-s3`,
    {
      vpcId,
      serviceName: serviceOf(plan.spec.region, 's3'),
      vpcEndpointType: 'Gateway',
      routeTableIds: [table.id],
      tags: tagsOf(ground, `${name}-s3`),
    },
    { parent },
  );
}

/** In China interface endpoints of EC2 carry the prefix cn; that of CloudWatch is not known to, and can be given. */
function serviceNameOf({ plan }: Ground, service: InterfaceService): string {
  const { region, network } = plan.spec;
  const name = serviceOf(region, service);
  if (service === 'monitoring') return network.monitoringService ?? name;
  return plan.partition === 'aws-cn' ? `cn.${name}` : name;
}

const API_NAMES: Readonly<Record<InterfaceService, string>> = { ec2: 'EC2', monitoring: 'CloudWatch' };

function interfaceEndpoint(ground: Ground, { vpcId, subnetIds }: Network, service: InterfaceService): VpcEndpoint {
  const { name, plan, parent } = ground;
  const label = `${name}-${service}`;
  const group = new SecurityGroup(
    label,
    { vpcId, description: `${API_NAMES[service]} API of the nodes`, tags: tagsOf(ground, label) },
    { parent },
  );
  for (const { cidr, zone } of plan.subnets) {
    const args = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: cidr };
    const rule = `${label}-${zone}`;
    new SecurityGroupIngressRule(rule, { ...args, description: 'nodes', tags: tagsOf(ground, rule) }, { parent });
  }
  return new VpcEndpoint(
    label,
    {
      vpcId,
      serviceName: serviceNameOf(ground, service),
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds: Object.values(subnetIds),
      securityGroupIds: [group.id],
      tags: tagsOf(ground, label),
    },
    { parent },
  );
}
