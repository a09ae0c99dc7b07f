// The endpoint as the cluster and the nodes know it.
import type { AwsEndpointPlan, AwsNodesSpec, SubnetPlan } from './types';
import { hostAddress } from './network';

export const CHECK_PORT = 8008;

export function planEndpoint(spec: AwsNodesSpec, subnets: readonly SubnetPlan[]): AwsEndpointPlan | undefined {
  const given = spec.endpoint;
  if (given === undefined) return undefined;
  const { kind, host, ttlSeconds, zoneId, recordName, checkIntervalSeconds } = given;
  const inSubnets = subnets.map(({ cidr }) => hostAddress(cidr, host));
  const addresses = {
    loadBalancer: inSubnets,
    secondaryAddress: inSubnets.slice(0, 1),
    // As Route 53 keeps it: a record is found again by its name.
    dnsRecord: [(recordName ?? '').toLowerCase()],
  }[kind];
  return { kind, addresses, ttlSeconds, zoneId, recordName, checkPort: CHECK_PORT, checkIntervalSeconds };
}

/** `endpoint` of the cluster's own specification. */
export function clusterEndpoint(spec: AwsNodesSpec, plan: AwsEndpointPlan, subnets: readonly SubnetPlan[]): object {
  const { kind, addresses, checkPort, checkIntervalSeconds, ttlSeconds, zoneId } = plan;
  const common = { kind, addresses };
  switch (kind) {
    case 'loadBalancer':
      return { ...common, checkPort, checkIntervalSeconds, checkSources: subnets.map(({ cidr }) => cidr) };
    case 'secondaryAddress':
      return { ...common, region: spec.region };
    default:
      return { ...common, region: spec.region, zoneId, ttlSeconds };
  }
}
