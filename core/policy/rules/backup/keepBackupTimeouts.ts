// The fifth of the five faults, on the side of sys_rman.
import { defineRule } from '../../types';

export const keepBackupTimeouts = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-keep-backup-timeouts',
  title: 'Time-outs of a backup are long enough, and in the right order',
  group: 'backup',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom:
    'A busy archiver needs minutes for the last segment (“[082] WAL segment was not archived before the 60000ms timeout”); a protocol that gives up before the database hides why.',
  evidence:
    'D9 BK9: archive-timeout=600, db-timeout 1800, protocol-timeout 1830; U pgBackRest: protocol-timeout must be greater',
  hint: 'Leave backup.resources.archiveTimeoutSeconds at 600 or more, and protocolTimeoutSeconds above databaseTimeoutSeconds.',
  config: {
    archiveSeconds: { type: 'integer', default: 600, minimum: 1, description: 'Least archive-timeout.' },
  },
  judge: (spec, { archiveSeconds }) => {
    const resources = spec.backup?.resources;
    if (resources === undefined) return [];
    const {
      archiveTimeoutSeconds: archive,
      databaseTimeoutSeconds: database,
      protocolTimeoutSeconds: protocol,
    } = resources;
    const path = 'backup.resources';
    return [
      ...(archive >= archiveSeconds
        ? []
        : [
            {
              path: `${path}.archiveTimeoutSeconds`,
              message: `is ${archive}; at least ${archiveSeconds} are wanted`,
            },
          ]),
      ...(protocol > database
        ? []
        : [
            {
              path: `${path}.protocolTimeoutSeconds`,
              message: `is ${protocol}, not more than databaseTimeoutSeconds ${database}`,
            },
          ]),
    ];
  },
});
