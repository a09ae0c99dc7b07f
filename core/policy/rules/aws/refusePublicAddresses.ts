// A database is reached through the network of those who use it.
import { defineRule } from '../../types';

export const refusePublicAddresses = defineRule({
  subject: 'awsResource',
  id: 'kingbase-aws-refuse-public-addresses',
  title: 'No host on AWS has a public address',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom: 'One mistake in a security group is enough, and the whole world tries passwords.',
  evidence: 'AWS: an address of the Internet gateway or an elastic one makes an instance reachable',
  hint: 'Reach the hosts through a VPN, a peering or a bastion (connection.bastion); where a public address is wanted, waive this with an owner and an end.',
  judge: ({ kind, name, props }) => {
    const open: Readonly<Record<string, boolean>> = {
      Eip: true,
      Instance: props['associatePublicIpAddress'] === true,
      Subnet: props['mapPublicIpOnLaunch'] === true,
      LoadBalancer: props['internal'] !== true,
    };
    return open[kind] === true ? [{ path: name, message: `${kind} gives a public address` }] : [];
  },
});
