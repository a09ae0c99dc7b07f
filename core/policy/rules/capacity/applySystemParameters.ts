// A drop-in that is only written counts from the next boot.
import { defineRule } from '../../types';

export const applySystemParameters = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-apply-system-parameters',
  title: 'Kernel settings take effect now',
  group: 'capacity',
  level: 'advisory',
  severity: 'low',
  restsOn: 'declared',
  protectsFrom: 'Until the next boot the server runs with the kernel’s small defaults.',
  evidence: 'S cluster_install.sh applies them',
  hint: 'Leave os.applySysctl true; in containers set the values on the host.',
  judge: (spec) =>
    spec.os.applySysctl ? [] : [{ path: 'os.applySysctl', message: 'is false: the drop-in is written only' }],
});
