// What a user may write about a KWDB cluster: the one description that ajv checks, that gives the type and the reference page.
import type { FromSchema } from 'json-schema-to-ts';
import { connectionSchema, nodeSchema } from '../../spec/schema/nodes';
import { LEVELS } from '../levels';
import { kwdbBackupSchema } from './backupSchema';

const { host, hostKey, user, port } = nodeSchema.properties;
const portOf = (what: string, fallback: number) =>
  ({
    type: 'integer',
    minimum: 1,
    maximum: 65535,
    default: fallback,
    description: what,
    'x-change': 'restart',
    'x-source': 'deploy.cfg',
  }) as const;
const pathOf = (what: string, fallback: string) =>
  ({
    type: 'string',
    minLength: 1,
    default: fallback,
    description: what,
    'x-change': 'none',
    'x-source': 'facts: deployment',
  }) as const;

const kwdbNodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'host', 'hostKey'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description:
        'Our name of the node: stands in resource names and messages. A lower-case letter, then letters, digits or _, at most 40.',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    host: {
      ...host,
      description: 'IPv4 or IPv6 address that peers, clients and Pulumi use: the advertised address of the node.',
      'x-source': 'deploy.cfg node_addr',
    },
    id: {
      type: 'integer',
      minimum: 1,
      maximum: 32767,
      description:
        'Id of the node in KWDB (`kwbase node status`), given when it joined: backups go to nodelocal://<id>. Proved by every run: an export that lands on another node fails it.',
      'x-default': 'position in the list, from 1',
      'x-change': 'none',
      'x-source': 'kwbase node status',
    },
    hostKey,
    user,
    port,
  },
} as const;

export const waiverSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['owner', 'reason', 'until'],
  description:
    'Who answers for a level that keeps less than the one before, why, and until when. Without it a lowering is refused at preview.',
  properties: {
    owner: { type: 'string', minLength: 1, description: 'Name of a person.', 'x-change': 'none', 'x-source': 'ours' },
    reason: {
      type: 'string',
      minLength: 1,
      description: 'Why less is enough here.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    until: {
      type: 'string',
      minLength: 1,
      description: 'Last day, YYYY-MM-DD; nothing looks at the calendar for you yet.',
      'x-change': 'none',
      'x-source': 'ours',
    },
  },
} as const;

const walSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The write-ahead log of time-series data. See docs/kwdb.md for what each level keeps.',
  properties: {
    level: {
      enum: [...LEVELS],
      default: 'flush',
      description:
        'sync: each insert is on disk before its answer. flush: in the page cache; lost with the operating system. byrl: by the documentation the raft log keeps the data, by the source the same as flush. off: a crash takes everything since the last checkpoint. Set at once on every node that lives, and after every start of a node again.',
      'x-change': 'reload',
      'x-source': 'ts.wal.wal_level',
    },
    checkpointInterval: {
      type: 'string',
      minLength: 1,
      default: '1m',
      description:
        'Time between two checkpoints, with its unit: 30s, 5m, 1h30m; 1s to 24h. At level off it is what a crash may take. A node goes on with its old interval until that has passed (facts 0.6).',
      'x-change': 'reload',
      'x-source': 'ts.wal.checkpoint_interval',
    },
    waiver: waiverSchema,
    assertTimeoutSeconds: {
      type: 'integer',
      minimum: 5,
      maximum: 3600,
      default: 600,
      'x-unit': 's',
      description: 'How long after a start the node may take to answer, before the unit that asserts the level fails.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
  },
} as const;

const serviceSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'kaiwudb.service: drop-ins of ours beside the unit that the installer wrote.',
  properties: {
    restartOnFailure: {
      type: 'boolean',
      default: true,
      description:
        'Start it again after a crash, with the log copied aside first: a damaged one is thrown away at the start, and the node says "Recover success" (facts 0.7). The installer leaves Restart commented out.',
      'x-change': 'reload',
      'x-source': 'systemd Restart=',
    },
    restartSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 3600,
      default: 15,
      'x-unit': 's',
      description: 'Wait before that: a process needs about 10 s to let go of its directory.',
      'x-change': 'reload',
      'x-source': 'systemd RestartSec=, facts 3',
    },
    stopTimeoutSeconds: {
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 300,
      'x-unit': 's',
      description:
        'How long a clean stop may take before it becomes a kill: at level off only a clean stop writes everything.',
      'x-change': 'reload',
      'x-source': 'systemd TimeoutStopSec=',
    },
    keepWalCopies: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 3,
      description: 'Copies of tsdb/wal that are kept, the newest; each is as large as the log.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    replaceCertificates: {
      type: 'boolean',
      default: false,
      description:
        'Certificates that are given are also written over others that lie there and are not ours, which are kept for root alone below the state directory; and an authority that was given before may be left out of ca. For the one update that needs it.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    certificateReload: {
      enum: ['signal', 'restart', 'none'],
      default: 'signal',
      description:
        'What follows changed certificates, node after node. signal: SIGHUP, on which the server reads them again, and keeps the old ones where the new ones are unusable; sent only where the process catches it. restart: systemctl restart. none: they wait for the next start. After the first two the certificate that the server shows is compared.',
      'x-change': 'none',
      'x-source': 'kwbase certificate_manager.go',
    },
  },
} as const;

export const kwdbSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'kwdb',
  type: 'object',
  additionalProperties: false,
  required: ['nodes'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description: 'Name of the cluster, at most 32 characters.',
      'x-default': 'name of the Pulumi resource',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    nodes: { type: 'array', minItems: 1, maxItems: 64, items: kwdbNodeSchema, description: 'The hosts.' },
    connection: connectionSchema,
    version: {
      type: 'string',
      minLength: 1,
      default: '3.2.1',
      description:
        'Version of KWDB, such as 3.2.1: decides which options and checks its EXPORT has. 3.0 or newer: 2.x has other settings.',
      'x-change': 'none',
      'x-source': 'kwbase version',
    },
    mode: {
      enum: ['single', 'singleReplica', 'multiReplica'],
      default: 'single',
      description: 'How kwbase is started: start-single-node, start-single-replica, start.',
      'x-change': 'none',
      'x-source': 'deploy.sh install',
    },
    secureMode: {
      enum: ['insecure', 'tls', 'tlcp'],
      default: 'tls',
      description: 'tls, tlcp: with certificates below certificates. insecure: everybody who reaches the port is root.',
      'x-change': 'restart',
      'x-source': 'deploy.cfg secure_mode',
    },
    managementUser: {
      ...pathOf('Owner of the server’s processes and data.', 'kaiwudb'),
      'x-source': 'deploy.cfg management_user',
    },
    program: pathOf('The client and server.', '/usr/local/kaiwudb/bin/kwbase'),
    certificates: pathOf('Certificates of the node and of root.', '/etc/kaiwudb/certs'),
    store: pathOf('Data directory; the log lies in <store>/tsdb/wal.', '/var/lib/kaiwudb'),
    ports: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'Ports of the nodes.',
      properties: {
        sql: portOf('SQL, and between nodes (kaiwudb_port).', 26257),
        http: portOf('Console and metrics (rest_port).', 8080),
        brpc: portOf('Between nodes (brpc_port).', 27257),
      },
    },
    clients: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: 'Networks that may reach SQL and the console; the nodes reach one another always.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    firewall: {
      enum: ['auto', 'firewalld', 'nftables', 'none'],
      default: 'auto',
      description: 'Which firewall files are written; auto: both, and the one that runs reads its own.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    wal: walSchema,
    service: serviceSchema,
    backup: kwdbBackupSchema,
  },
} as const;

/** The shape before defaults, as a user writes it. */
export type KwdbInput = FromSchema<typeof kwdbSchema, { keepDefaultedPropertiesOptional: true }>;
