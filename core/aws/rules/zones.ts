// A zone is what fails as a whole: production spreads its database nodes, and a node stands where there is a subnet.
import { placeNodes, planSubnets } from '../network';
import { finding, type AwsRule } from './rule';

export const zones: AwsRule = (spec) => {
  const subnets = planSubnets(spec);
  if (subnets.length === 0) return [];
  const known = [...new Set(subnets.map(({ zone }) => zone))];
  const elsewhere = spec.nodes.flatMap(({ zone }, index) =>
    zone === undefined || known.includes(zone)
      ? []
      : [
          finding(
            'no-such-zone',
            `nodes[${index}].zone`,
            `there is no subnet in ${JSON.stringify(zone)}`,
            `Subnets are in ${known.join(', ')}.`,
          ),
        ],
  );
  const foreign = known.flatMap((zone) =>
    zone.startsWith(spec.region) && zone !== spec.region
      ? []
      : [
          finding(
            'zone-elsewhere',
            'network',
            `${zone} is no zone of ${spec.region}`,
            'Zones are called after their region: cn-north-1a.',
          ),
        ],
  );
  return [...elsewhere, ...foreign, ...oneZone(spec)];
};

const oneZone: AwsRule = (spec) => {
  const databases = placeNodes(spec, planSubnets(spec)).filter(({ role }) => role === 'database');
  const used = [...new Set(databases.map(({ zone }) => zone))];
  if (!spec.production || used.length !== 1) return [];
  const hint =
    'Give network.zones (or subnets) in at least two zones; production: false accepts that the cluster goes with its zone.';
  return [finding('one-zone', 'network', `all database nodes of a production cluster stand in ${used[0]}`, hint)];
};
