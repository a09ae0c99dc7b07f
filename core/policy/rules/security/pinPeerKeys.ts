// A node that asks for any host key obeys whoever answers at the address.
import { defineRule } from '../../types';

const LOOSE = /StrictHostKeyChecking[=\s]+(?!yes\b)\S+|UserKnownHostsFile[=\s]+\/dev\/null/i;

export const pinPeerKeys = defineRule({
  subject: 'host',
  id: 'kingbase-node-pin-peer-keys',
  title: 'Nodes know one another’s host keys beforehand',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'Who takes the address of a dead node, as the virtual IP and every failover invite, receives the commands and data of the others.',
  evidence: 'S the vendor writes StrictHostKeyChecking=no into scmd_options',
  hint: 'Leave scmd_options and ~/.ssh/config to this module.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text }]) => {
      const loose = LOOSE.exec(text);
      return loose === null ? [] : [{ path, message: `says ${loose[0].trim()}` }];
    }),
});
