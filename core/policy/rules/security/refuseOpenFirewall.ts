// The firewall lets in whom somebody named.
import { parseFirewalldPolicy, parseNftTable } from '../../../render/parse/firewall';
import { isEverybody } from '../../addresses';
import { defineRule } from '../../types';

export const refuseOpenFirewall = defineRule({
  subject: 'host',
  id: 'kingbase-node-refuse-open-firewall',
  title: 'The firewall opens no port to the whole world',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'The database port, and the remote channel that runs commands as the owner of the data, answer to anybody who can route to them.',
  evidence: 'S the vendor’s checks want the firewall off or the ports open',
  hint: 'Name the networks of the applications in clients.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text }]) => {
      const allowed = path.endsWith('.nft')
        ? parseNftTable(text)
        : path.startsWith('/etc/firewalld/')
          ? parseFirewalldPolicy(text)
          : [];
      return allowed.flatMap(({ source, target }) =>
        isEverybody(source) ? [{ path, message: `${source} may reach ${target}` }] : [],
      );
    }),
});
