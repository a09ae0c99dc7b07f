import { resolveMultiPrimary } from '../../../../core/action/kinds/resolveMultiPrimary';
import { startCluster } from '../../../../core/action/kinds/startCluster';
import { isDestructive, type ActionInputs } from '../../../../core/action/kinds/types';
import {
  alone,
  failing,
  node,
  parameters,
  resource,
  restoring,
  three,
  without,
  written,
  type PolicyCase,
  type Sample,
} from '../sample';

const es = '/home/kingbase/cluster/lab/kingbase/data/es_rep.conf';

/** A flag that has to stand in the file, switched on. */
const flag = (rule: string, name: string): PolicyCase => ({
  rule,
  passes: [alone()],
  fails: [
    [written(`${name}=off`), [`${es}: ${name} is off`]],
    [without(alone(), 'es_rep.conf', new RegExp(`^${name}`)), [`${es}: ${name} is not set`]],
  ],
});

/** As its component declares it. */
const two = (changes: Record<string, unknown> = {}): Sample => [
  resource(
    'kingbase:recovery:ResolveMultiPrimary',
    { cluster: 'lab', kind: 'resolveMultiPrimary', destructive: isDestructive(resolveMultiPrimary, {}), ...changes },
    'lab-two',
  ),
];

const started = (inputs: ActionInputs): Sample => [
  resource(
    'kingbase:recovery:StartCluster',
    { cluster: 'lab', kind: 'startCluster', destructive: isDestructive(startCluster, inputs), inputs },
    'lab-started',
  ),
];

const action = (changes: Record<string, unknown>): Sample => [
  resource('kingbase:recovery:Reclone', { cluster: 'lab', kind: 'reclone', ...changes }, 'lab-reclone-r1'),
];

export const recoveryCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-action-confirm-destructive',
    passes: [
      action({ destructive: false }),
      action({ destructive: true, confirm: '0123456789abcdef' }),
      two({ confirm: '0123456789abcdef' }),
      started({ node: 'node1' }),
    ],
    fails: [
      [
        action({ destructive: true }),
        ['lab-reclone-r1: reclone may delete or replace a database, and is not confirmed'],
      ],
      [
        action({ destructive: true, kind: 'rejoin' }),
        ['lab-reclone-r1: rejoin may delete or replace a database, and is not confirmed'],
      ],
      [two(), ['lab-two: resolveMultiPrimary may delete or replace a database, and is not confirmed']],
      [
        started({ node: 'node1', acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'node3 burnt' }),
        ['lab-started: startCluster may delete or replace a database, and is not confirmed'],
      ],
    ],
  },
  flag('kingbase-server-keep-rewind-possible', 'wal_log_hints'),
  flag('kingbase-server-require-full-page-writes', 'full_page_writes'),
  flag('kingbase-server-require-fsync', 'fsync'),
  {
    rule: 'kingbase-cluster-require-checksums',
    passes: [three()],
    fails: [
      [three({ database: { checksums: false } }), ['database.checksums: is false, and cannot be changed later']],
      [
        three({ version: 'V9', database: { checksums: false } }),
        ['database.checksums: is false, and cannot be changed later'],
      ],
    ],
  },
  {
    rule: 'kingbase-server-refuse-damage-settings',
    passes: [alone(), written('zero_damaged_pages=off')],
    fails: [
      [written('zero_damaged_pages=on'), [`${es}: zero_damaged_pages is on for the whole server`]],
      [written("ignore_checksum_failure = 'true'"), [`${es}: ignore_checksum_failure is on for the whole server`]],
      [written('allow_system_table_mods=on'), [`${es}: allow_system_table_mods is on for the whole server`]],
    ],
  },
  {
    rule: 'kingbase-server-require-durable-commits',
    passes: [alone(), written('synchronous_commit=local')],
    fails: [
      [written('synchronous_commit=off'), [`${es}: synchronous_commit is off`]],
      [
        alone({ replication: { synchronous: 'async' }, database: { parameters: { synchronous_commit: 'off' } } }),
        [`${es}: synchronous_commit is off`],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-refuse-rewind-of-async',
    passes: [failing({ recovery: 'automatic' }), three({ replication: { synchronous: 'async' } })],
    fails: [
      [
        three({
          replication: { synchronous: 'async' },
          failover: { trustedServers: ['10.77.0.1'], recovery: 'automatic' },
        }),
        ['failover.recovery: is automatic while replication.synchronous is async'],
      ],
      [
        three({
          version: 'V9',
          nodes: [node(1), node(2)],
          replication: { synchronous: 'async' },
          failover: { trustedServers: ['10.77.0.1'], recovery: 'automatic' },
        }),
        ['failover.recovery: is automatic while replication.synchronous is async'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-confirm-restore',
    passes: [
      restoring({}, 'beef0123'),
      restoring({ mode: 'aside', directory: '/d' }),
      restoring({ mode: 'putBack', of: 'r' }),
    ],
    fails: [
      [restoring({}), ['actions.r1.confirm: is missing for a restore in place']],
      [restoring({ mode: 'inPlace', target: 'xid=5' }), ['actions.r1.confirm: is missing for a restore in place']],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-restored-data',
    passes: [restoring({}), restoring({ oldData: 'aside' }), restoring({ mode: 'finish', of: 'r' })],
    fails: [
      [restoring({ oldData: 'remove' }), ['actions.r1.inputs.oldData: is remove: there would be no way back']],
      [
        restoring({ mode: 'inPlace', oldData: 'remove' }, 'beef0123'),
        ['actions.r1.inputs.oldData: is remove: there would be no way back'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-wal-for-rejoin',
    passes: [three(), [parameters({ wal_keep_segments: 64 }), { factor: 1 }]],
    fails: [
      [
        parameters({ wal_keep_segments: 64 }),
        ['database.parameters.wal_keep_segments: keeps 1024 MiB; 8 × max_wal_size is 8192 MiB'],
      ],
      [
        parameters({ max_wal_size: '4GB' }),
        ['database.parameters.wal_keep_segments: keeps 8192 MiB; 8 × max_wal_size is 32768 MiB'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-automatic-recovery',
    passes: [three(), failing({ recovery: 'automatic' }), alone({ failover: { recovery: 'manual' } })],
    fails: [
      [failing({ recovery: 'manual' }), ['failover.recovery: is manual: no failed node is rejoined']],
      [failing({ recovery: 'manual', preset: 'fast' }), ['failover.recovery: is manual: no failed node is rejoined']],
    ],
  },
];
