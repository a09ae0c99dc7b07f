/** A standby's control file is out of date. */
import { backUpAgain, checkAgain } from '../looking';
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
    {
      text: 'An incremental backup leaves out what has size and time of the backup before: where the time of <data>/global/sys_control does not move with a CHECKPOINT (`stat`), put the clock or the mount of that volume right first.',
    },
    checkAgain(context),
    backUpAgain(context),
  ],
};
