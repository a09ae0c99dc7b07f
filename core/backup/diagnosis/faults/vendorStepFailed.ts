/** sys_backup.sh says only that a step failed. */
import type { FaultRule } from '../types';

export const vendorStepFailed: FaultRule = {
  id: 'backup/vendor-step-failed',
  title: 'a step of sys_backup.sh failed; its log says why',
  severity: 'fault',
  reference: 'backup guide: logs of init',
  texts: [/(create stanza|check stanza|full backup) failed/],
  cure: ({ log }) => [
    {
      text: `Read the log that it names (/tmp/sys_rman_{stanza-create,check,backup_full}.log, of newer builds below ${log}) and give it to this command: npm run diagnose -- backup --stack <name> --text <file>.`,
    },
  ],
};
