import { resource, type PolicyCase, type Sample } from '../sample';

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
// The clock of the cases stands at 2026-11-21 10:00.
const WAIVER = { owner: 'Li Wei', reason: 'bulk load', until: '2026-12-31' };

const settings = (more: Record<string, unknown> = {}): Sample => [
  resource(
    'kwdb:dr:WalSettings',
    { cluster: 'plant', secureMode: 'tls', level: 'sync', checkpointSeconds: 60, ...more },
    'plant',
  ),
];
const DAILY = { intent: 'daily 02:30', calendar: ['*-*-* 02:30:00'], longestGapSeconds: 86_400 };
const OFF = { host: '192.0.2.50', directory: '/backups/plant' };
const backup = (more: Record<string, unknown> = {}): Sample => [
  resource(
    'kwdb:dr:Backup',
    { cluster: 'plant', hosts: ['192.0.2.41', '192.0.2.42'], schedule: DAILY, offMachine: OFF, ...more },
    'plant-backup',
  ),
];
const STORE = { endpoint: 'https://store.example:9000', region: 'us-east-1', bucket: 'backups' };
const command = (props: Record<string, unknown>): Sample => [resource('command:remote:Command', props, 'tune')];
const texts = (text: string): Sample => [
  resource(
    `${DYNAMIC}KwdbFiles`,
    { target: { cluster: 'plant', name: 'kw1' }, files: JSON.stringify({ '/etc/tune.sql': { text } }) },
    'plant-kw1-files',
  ),
];

const levels = (observed: Record<string, unknown> | undefined): Sample => [
  resource(`${DYNAMIC}KwdbWal`, { cluster: 'plant', ...(observed === undefined ? {} : { observed }) }, 'plant-wal'),
];
const RUNS_SYNC = { reachable: true, persisted: 1, engine: 1, checkpointSeconds: 60 };
const seen = (more: Record<string, unknown>): Sample =>
  levels({ nodes: { kw1: RUNS_SYNC }, drift: [], findings: [], ...more });

export const kwdbCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-kwdb-waive-lower-level',
    passes: [
      settings(),
      settings({ level: 'flush' }),
      settings({ level: 'off', waiver: WAIVER }),
      settings({ level: 'byrl', waiver: { ...WAIVER, until: '2026-11-21' } }),
      // A waiver that nothing needs may be as old as it likes.
      settings({ level: 'flush', waiver: { ...WAIVER, until: '2020-01-01' } }),
    ],
    fails: [
      [settings({ level: 'off' }), ['wal.level: is off, and there is no waiver']],
      [settings({ level: 'byrl' }), ['wal.level: is byrl, and there is no waiver']],
      [
        settings({ level: 'off', waiver: { ...WAIVER, until: '2026-11-20' } }),
        ['wal.waiver: level off: its waiver by Li Wei ended on 2026-11-20'],
      ],
      [
        settings({ level: 'byrl', waiver: { ...WAIVER, until: '2036-01-01' } }),
        ['wal.waiver: level byrl: its waiver by Li Wei ends later than in 366 days, which is no end'],
      ],
      [
        settings({ level: 'off', waiver: { ...WAIVER, owner: '' } }),
        ['wal.waiver: level off: its waiver names no owner or no reason'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-bound-checkpoint-interval',
    passes: [
      settings(),
      settings({ checkpointSeconds: 10 }),
      settings({ checkpointSeconds: 1800 }),
      settings({ level: 'off', checkpointSeconds: 60 }),
      [settings({ checkpointSeconds: 3600 }), { maximumSeconds: 3600 }],
    ],
    fails: [
      [settings({ checkpointSeconds: 9 }), ['wal.checkpointInterval: is 9s; at least 10s is wanted']],
      [settings({ checkpointSeconds: 1801 }), ['wal.checkpointInterval: is 30m1s; at most 30m is wanted']],
      [
        settings({ level: 'off', checkpointSeconds: 61 }),
        ['wal.checkpointInterval: is 1m1s; at most 1m is wanted at level off'],
      ],
      [
        settings({ level: 'off', checkpointSeconds: 50 }),
        ['wal.checkpointInterval: is 50s; at most 40s is wanted at level off'],
        { maximumSeconds: 40 },
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-refuse-insecure',
    passes: [settings(), settings({ secureMode: 'tlcp' })],
    fails: [
      [settings({ secureMode: 'insecure' }), ['secureMode: is insecure: everybody who reaches the port is root']],
      [
        settings({ secureMode: 'insecure', level: 'flush' }),
        ['secureMode: is insecure: everybody who reaches the port is root'],
      ],
    ],
  },
  {
    rule: 'kingbase-stack-require-kwdb-backup',
    passes: [[...settings(), ...backup()], [resource('kingbase:ha:Cluster', { name: 'lab' }, 'lab')]],
    fails: [
      [settings(), ['plant: has no kwdb:dr:Backup: nothing of it is exported']],
      [[...settings(), ...backup({ cluster: 'other' })], ['plant: has no kwdb:dr:Backup: nothing of it is exported']],
    ],
  },
  {
    rule: 'kingbase-kwdb-schedule-daily-backup',
    passes: [
      backup(),
      [backup({ schedule: { ...DAILY, intent: 'weekly', longestGapSeconds: 604_800 } }), { maximumHours: 168 }],
    ],
    fails: [
      [
        backup({ schedule: { ...DAILY, intent: 'weekly on Sunday 02:00', longestGapSeconds: 604_800 } }),
        ['backup.schedule: up to 168 hours pass between two runs ("weekly on Sunday 02:00"); at most 24 are wanted'],
      ],
      [
        backup(),
        ['backup.schedule: up to 24 hours pass between two runs ("daily 02:30"); at most 6 are wanted'],
        { maximumHours: 6 },
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-copy-off-machine',
    passes: [
      backup(),
      backup({ offMachine: undefined, objectStore: STORE }),
      backup({ objectStore: { ...STORE, endpoint: 'https://[fd00::9]' } }),
    ],
    fails: [
      [
        backup({ offMachine: undefined, objectStore: { ...STORE, endpoint: 'https://192.0.2.41:9000' } }),
        ['backup.objectStore.endpoint: 192.0.2.41 is a node of the cluster itself'],
      ],
      [
        backup({ offMachine: undefined }),
        ['backup.offMachine: is not declared: every run lies on the node that it protects'],
      ],
      [
        backup({ offMachine: { ...OFF, host: '192.0.2.42' } }),
        ['backup.offMachine.host: 192.0.2.42 is a node of the cluster itself'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-refuse-stale-recipes',
    passes: [
      texts('SET CLUSTER SETTING ts.wal.wal_level = 2;\n'),
      command({ create: 'kwbase sql -e "SET CLUSTER SETTING ts.wal.checkpoint_interval = \'5m\'"' }),
      command({ create: 'RESET CLUSTER SETTING ts.dedup.rule' }),
    ],
    fails: [
      [
        command({ create: 'kwbase sql -e "SET CLUSTER SETTING ts.wal.flush_interval = -1s"' }),
        [
          'tune.create: "ts.wal.flush_interval" is a setting of KWDB 2.x: 3.x refuses it, and the level stays what it was',
        ],
      ],
      [
        command({ delete: 'RESET  CLUSTER SETTING ts.wal.wal_level' }),
        [
          'tune.delete: "RESET CLUSTER SETTING ts.wal.wal_level" changes what SHOW prints and leaves the engine as it is',
        ],
      ],
      [
        texts('set cluster setting ts.wal.wal_level = default;\n'),
        ['/etc/tune.sql: "ts.wal.wal_level = default" changes what SHOW prints and leaves the engine as it is'],
      ],
      [
        texts('SET CLUSTER SETTING ts.wal.file_size = 1;\n'),
        ['/etc/tune.sql: "ts.wal.file_size" is a setting of KWDB 2.x: 3.x refuses it, and the level stays what it was'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-require-level-in-effect',
    passes: [seen({})],
    fails: [
      [levels(undefined), ['plant: the engines have not been asked yet']],
      [
        seen({ drift: ['kw1: its engine runs level 2 (flush), declared is 1 (sync)'] }),
        ['plant: kw1: its engine runs level 2 (flush), declared is 1 (sync)'],
      ],
      [
        seen({ findings: ['kw1: vg_001/kwdb_wal.chk: is 700 s old'] }),
        ['plant: kw1: vg_001/kwdb_wal.chk: is 700 s old'],
      ],
      [
        seen({ nodes: { kw1: RUNS_SYNC, kw2: { reachable: false, reason: 'no route to host' } } }),
        ['plant.kw2: its engine could not be asked: no route to host'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-require-usable-certificates',
    passes: [
      seen({ certificates: [] }),
      seen({ certificates: [], findings: ['kw1: vg_001/kwdb_wal.chk: is 700 s old'] }),
    ],
    fails: [
      [levels(undefined), ['plant: the certificates have not been looked at yet']],
      [seen({}), ['plant: the certificates have not been looked at yet']],
      [seen({ certificates: ['kw1: node.crt: ends in 29 days'] }), ['plant: kw1: node.crt: ends in 29 days']],
    ],
  },
  {
    rule: 'kingbase-kwdb-encrypt-copies',
    passes: [backup(), backup({ objectStore: STORE })],
    fails: [
      [
        backup({ objectStore: { ...STORE, endpoint: 'http://store.example' } }),
        ['backup.objectStore.endpoint: http://store.example is plain HTTP'],
      ],
      [
        backup({ offMachine: undefined, objectStore: { ...STORE, endpoint: 'http://192.0.2.60:9000' } }),
        ['backup.objectStore.endpoint: http://192.0.2.60:9000 is plain HTTP'],
      ],
    ],
  },
];
