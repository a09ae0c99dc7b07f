/** A standby's control file is out of date. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const staleControl: FaultRule = {
  id: 'backup/stale-control',
  title: 'sys_control of a copy is missing or stale',
  severity: 'fault',
  reference: 'backup guide, FAQ: [055] sys_control must be present in all online backups',
  texts: [/(sys|pg)_control must be present in all online backups/],
  cure: (context) => [
    {
      text: 'See on each node that the standbys stream and that sys_controldata reads their control file; a copy whose file is damaged is cloned again (`repmgr standby clone`), not repaired. A backup taken from the primary does not need the standby.',
    },
    checkAgain(context),
  ],
};
