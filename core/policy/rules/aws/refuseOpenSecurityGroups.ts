// The security group lets in whom somebody named.
import { isEverybody } from '../../addresses';
import { defineRule } from '../../types';

export const refuseOpenSecurityGroups = defineRule({
  subject: 'awsResource',
  id: 'kingbase-aws-refuse-open-security-groups',
  title: 'No security group of a cluster lets everybody in or out',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom: 'The database port, and ssh as an administrator, answer to anybody who can route to them.',
  evidence: 'AWS: 0.0.0.0/0 and ::/0 are every address there is',
  hint: 'Name the networks in clients, administrators and network.apiNetworks.',
  judge: ({ kind, name, props }) => {
    if (!/^SecurityGroup(In|E)gressRule$/.test(kind)) return [];
    return ['cidrIpv4', 'cidrIpv6'].flatMap((key) => {
      const cidr = props[key];
      return typeof cidr === 'string' && isEverybody(cidr) ? [{ path: name, message: `${cidr} is everybody` }] : [];
    });
  },
});
