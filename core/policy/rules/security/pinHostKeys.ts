// No connection to a host whose key is not known.
import { defineRule } from '../../types';

export const pinHostKeys = defineRule({
  subject: 'connection',
  id: 'kingbase-host-pin-host-keys',
  title: 'Every ssh connection has a pinned host key',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom: 'Without hostKey the provider trusts whoever answers: commands and secrets go to a stranger.',
  evidence: 'U @pulumi/command 1.1.0 and later: without connection.hostKey any key is accepted',
  hint: 'Give connection.hostKey, read on the host’s own console: cat /etc/ssh/ssh_host_ed25519_key.pub.',
  judge: ({ host, hostKey }) =>
    hostKey === undefined || hostKey.trim() === ''
      ? [{ path: 'connection.hostKey', message: `is missing for ${host}` }]
      : [],
});
