// Free-form settings together with what they must fit.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('parameters', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'commits that do not wait',
      cluster({ database: { parameters: { synchronous_commit: 'local' } } }),
      [
        'database.parameters.synchronous_commit: local lets no commit wait for a standby, while replication.synchronous is quorum',
      ],
    ],
    [
      'nothing when replication does not wait either',
      cluster({ replication: { synchronous: 'async' }, database: { parameters: { synchronous_commit: false } } }),
      [],
    ],
    [
      'too few slots',
      cluster({ database: { parameters: { max_replication_slots: 2 } } }),
      ['database.parameters.max_replication_slots: 2 is below the 3 slots that 3 database nodes need'],
    ],
    [
      'too few senders',
      cluster({ database: { parameters: { max_wal_senders: 4 } } }),
      [
        'database.parameters.max_wal_senders: 4 is below the 5 that 3 database nodes need (one for each standby, two for a clone, one for a backup)',
      ],
    ],
    [
      'all connections kept back',
      cluster({ database: { parameters: { max_connections: 10, superuser_reserved_connections: 10 } } }),
      ['database.parameters.superuser_reserved_connections: 10 is not below max_connections (10)'],
    ],
    [
      'WAL sizes the wrong way round',
      cluster({ database: { parameters: { min_wal_size: '2GB' } } }),
      ['database.parameters.min_wal_size: 2048 MB is above max_wal_size (1024 MB)'],
    ],
    [
      'a rejoin that outlasts the wait for it',
      cluster({ repmgrParameters: { node_rejoin_timeout: 120 } }),
      ['repmgrParameters.node_rejoin_timeout: 120 s is above standby_reconnect_timeout (60 s)'],
    ],
    [
      'a bad number only once',
      cluster({ database: { parameters: { max_wal_senders: 'many' } } }),
      ['database.parameters.max_wal_senders: max_wal_senders: "many" is not a whole number'],
    ],
    [
      'a list as a value',
      cluster({ database: { parameters: { work_mem: ['1MB'] } } }),
      ['database.parameters.work_mem: expected text or a number or true or false, found a list'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
