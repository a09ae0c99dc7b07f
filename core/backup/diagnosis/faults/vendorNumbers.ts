/** A number of sys_backup.conf is none. */
import type { FaultRule } from '../types';

export const vendorNumbers: FaultRule = {
  id: 'backup/vendor-numbers',
  title: 'sys_backup.conf has an invalid retention or schedule',
  severity: 'fault',
  reference: 'backup guide, sys_backup.conf: _repo_retention_full_count, _crond_*_days, _crond_*_hour',
  texts: [/Configured (repo-retention-full|crond-(full|diff|incr)-(days|hour)) invalid/],
  cure: () => [
    {
      text: 'Give whole numbers: _repo_retention_full_count above 0, _crond_*_days from 0 (never), _crond_*_hour from 0 to 23. `pulumi up --refresh` writes the file from what is declared.',
    },
  ],
};
