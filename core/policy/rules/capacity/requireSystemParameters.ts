// The second of the five faults: the kernel gives less than the server asks for.
import { SYSCTLS } from '../../../preflight/requirements';
import { parseSysctl } from '../../../render/parse/sysctl';
import { defineRule } from '../../types';

export const requireSystemParameters = defineRule({
  subject: 'host',
  id: 'kingbase-node-require-system-parameters',
  title: 'Kernel settings are at least the vendor’s',
  group: 'capacity',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'Backups and starts fail with “parameters not varilable”: semaphores and shared memory run out under load.',
  evidence: 'S cluster_install.sh checks them; C field reports of backup faults',
  hint: 'Leave the drop-in to this module.',
  judge: ({ files }) => {
    const found = Object.entries(files).find(([path]) => path.startsWith('/etc/sysctl.d/'));
    if (found === undefined) return [];
    const [path, { text }] = found;
    const values = parseSysctl(text);
    return Object.entries(SYSCTLS).flatMap(([name, least]) => {
      const figures = (values[name] ?? '').split(' ').map(Number);
      return least.every((value, index) => (figures[index] ?? 0) >= value)
        ? []
        : [{ path, message: `${name} is ${values[name] ?? 'missing'}; at least ${least.join(' ')} is wanted` }];
    });
  },
});
