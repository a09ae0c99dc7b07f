// The third of the five faults: a backup that asks for more than its host has.
import { estimateMemory } from '../../../backup/memory';
import { defineRule } from '../../types';

export const fitBackupProcesses = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-fit-backup-processes',
  title: 'Processes of a backup fit the host that runs it',
  group: 'capacity',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'The kernel ends sys_rman in the middle of a backup; or sys_rman runs fewer processes than planned, and the backup is not over in the morning.',
  evidence: 'C field reports: sys_rman ended by the oom-killer; D9 BK9: process-max is capped by the number of CPUs',
  hint: 'Lower backup.resources.processMax, or give the host that runs the backups more CPUs and memory.',
  config: {
    cpus: {
      type: 'integer',
      default: 0,
      minimum: 0,
      description: 'CPUs of the host that runs the backups; 0: not declared, not judged.',
    },
    memoryMiB: {
      type: 'integer',
      default: 0,
      minimum: 0,
      description: 'Its memory in MiB; 0: not declared, not judged.',
    },
    share: { type: 'number', default: 0.5, minimum: 0, description: 'Share of the memory that a backup may use.' },
  },
  judge: ({ backup }, { cpus, memoryMiB, share }) => {
    if (backup === undefined) return [];
    const { processMax } = backup.resources;
    const { mib, words } = estimateMemory(backup.resources);
    const limit = Math.floor(memoryMiB * share);
    const path = 'backup.resources.processMax';
    return [
      ...(cpus === 0 || processMax <= cpus
        ? []
        : [{ path, message: `is ${processMax} on a host with ${cpus} CPUs: sys_rman runs ${cpus}` }]),
      ...(memoryMiB === 0 || mib <= limit
        ? []
        : [{ path, message: `may need ${words}; ${limit} MiB of ${memoryMiB} MiB may be used` }]),
    ];
  },
});
