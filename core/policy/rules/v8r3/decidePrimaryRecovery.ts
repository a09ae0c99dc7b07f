// What becomes of a former primary is somebody's decision, not the default of a script.
import { defineRule } from '../../types';

export const decidePrimaryRecovery = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-decide-primary-recovery',
  title: 'It is decided what becomes of a former primary',
  group: 'recovery',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom:
    'With AUTO_PRIMARY_RECOVERY left at 0 a failed primary stays out until somebody notices, and the cluster runs on one copy: 63 minutes in the run that the vendor describes, 44 s of it for the recovery itself.',
  evidence: 'S network_rewind.sh, V8R3_cluster_install.sh; F described run of a failover',
  hint: 'Set recovery.automaticPrimary: true rewinds it by itself and discards what only it had; false leaves it to a person, who must then be told (docs/v8r3.md).',
  judge: ({ recovery }) =>
    recovery.automaticPrimary === undefined
      ? [{ path: 'recovery.automaticPrimary', message: 'is not decided; the scripts take 0' }]
      : [],
});
