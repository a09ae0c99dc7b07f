// Standbys, a clone and a backup stream at once.
import { databaseNodes, effectiveNumber } from '../../settings';
import { defineRule } from '../../types';

export const keepReplicationHeadroom = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-replication-headroom',
  title: 'Walsenders and slots are left for clones and backups',
  group: 'capacity',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'A node cannot come back while all walsenders are taken: the cluster stays degraded exactly when it must not.',
  evidence: 'S es_rep.conf of the vendor (32 each); U PostgreSQL 12: max_wal_senders',
  hint: 'Leave max_wal_senders and max_replication_slots out, or raise them.',
  config: {
    spare: {
      type: 'integer',
      default: 3,
      minimum: 0,
      description: 'More than there are database nodes: clones, backups.',
    },
  },
  judge: (spec, { spare }) => {
    const wanted = databaseNodes(spec).length + spare;
    return ['max_wal_senders', 'max_replication_slots'].flatMap((name) => {
      const found = effectiveNumber(spec, name);
      return found >= wanted
        ? []
        : [
            {
              path: `database.parameters.${name}`,
              message: `is ${found}; ${wanted} are wanted for these nodes and ${spare} more`,
            },
          ];
    });
  },
});
