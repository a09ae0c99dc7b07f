// The third of the five faults: the kernel kills what asks for more than there is.
import { effectiveNumber } from '../../settings';
import { defineRule } from '../../types';

export const fitMemory = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-fit-memory',
  title: 'Declared memory fits the host',
  group: 'capacity',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'The kernel kills the server or the backup when every session sorts at once.',
  evidence: 'C field reports: sys_rman ended by the oom-killer; U PostgreSQL 12: work_mem',
  hint: 'Lower shared_buffers, work_mem or max_connections, or declare hosts with more memory.',
  config: {
    memoryMiB: {
      type: 'integer',
      default: 0,
      minimum: 0,
      description: 'Memory of a database host in MiB; 0: not declared, nothing is judged.',
    },
    share: { type: 'number', default: 0.8, minimum: 0, description: 'Share of it that the server may use.' },
  },
  judge: (spec, { memoryMiB, share }) => {
    if (memoryMiB === 0) return [];
    const [buffers, work, connections, maintenance, workers] = [
      effectiveNumber(spec, 'shared_buffers') / 128,
      effectiveNumber(spec, 'work_mem') / 1024,
      effectiveNumber(spec, 'max_connections'),
      effectiveNumber(spec, 'maintenance_work_mem') / 1024,
      effectiveNumber(spec, 'autovacuum_max_workers'),
    ] as const;
    const wanted = Math.ceil(buffers + work * connections + maintenance * workers);
    const limit = Math.floor(memoryMiB * share);
    return wanted <= limit
      ? []
      : [
          {
            path: 'database.parameters',
            message: `shared_buffers ${buffers} MiB, ${connections} × work_mem ${work} MiB and ${workers} × maintenance_work_mem ${maintenance} MiB make ${wanted} MiB; ${limit} MiB of ${memoryMiB} MiB may be used`,
          },
        ];
  },
});
