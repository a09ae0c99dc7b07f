// A second line stands behind sys_hba.conf.
import { defineRule } from '../../types';

export const keepFirewall = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-firewall',
  title: 'A firewall guards the cluster’s ports',
  group: 'security',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'The ports answer to everybody; a fault of the server before the password check is then open to all.',
  evidence: 'S the vendor’s installer only warns',
  hint: 'Set os.firewall to auto, firewalld or nftables.',
  judge: (spec) => (spec.os.firewall === 'none' ? [{ path: 'os.firewall', message: 'is none' }] : []),
});
