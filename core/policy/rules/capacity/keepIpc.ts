// RemoveIPC takes the server’s memory away at a logout.
import { defineRule } from '../../types';

export const keepIpc = defineRule({
  subject: 'host',
  id: 'kingbase-node-keep-ipc',
  title: 'A logout leaves the server’s semaphores alone',
  group: 'capacity',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'At the last logout of the OS user systemd removes the semaphores of the running server: it fails at the next connection.',
  evidence: 'S cluster_install.sh checks RemoveIPC; U PostgreSQL 12: systemd RemoveIPC',
  hint: 'Leave the drop-in to this module.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text }]) =>
      path.startsWith('/etc/systemd/logind.conf.d/') && !/^\s*RemoveIPC\s*=\s*no\s*$/m.test(text)
        ? [{ path, message: 'does not say RemoveIPC=no' }]
        : [],
    ),
});
