// What a user may write under `kingbase:v8r3`: a KingbaseES V8R3 read-write-splitting cluster (kingbasecluster) that is installed already.
import type { FromSchema } from 'json-schema-to-ts';
import { connectionSchema, nodeSchema } from '../../spec/schema/nodes';
import { poolSchema } from './poolSchema';
import { recoverySchema } from './recoverySchema';

const { name, host, hostKey, user, port } = nodeSchema.properties;

export const v8r3NodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'host', 'hostKey'],
  properties: {
    name: {
      ...name,
      description:
        'NODE_NAME and application_name of its walreceiver; its slot is called slot_<name>. A lower-case letter, then lower-case letters, digits or _, at most 40.',
      'x-source': 'HAmodule.conf NODE_NAME (installer: node1, node2 …)',
    },
    host: { ...host, 'x-source': 'install.conf all_node_ip, kingbasecluster.conf backend_hostnameN' },
    hostKey,
    user,
    port,
    netDevice: {
      type: 'string',
      minLength: 1,
      pattern: '^[A-Za-z0-9._@-]{1,13}$',
      description:
        'Network device that carries its address, the database virtual IP (label :2) and, on a pool node, the cluster virtual IP (label :0). An empty DEV is why a site had "cannot load db VIP". At most 13 characters, because a label is the device and two more.',
      'x-default': 'eth0',
      'x-change': 'restart',
      'x-source': 'HAmodule.conf DEV, install.conf net_device',
    },
    weight: {
      type: 'number',
      minimum: 0,
      maximum: 1000,
      default: 1,
      description: 'Share of the reads that the pool sends here; 0: none.',
      'x-change': 'reload',
      'x-source': 'kingbasecluster.conf backend_weightN',
    },
  },
} as const;

const osSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The operating system of the nodes.',
  properties: {
    user: {
      type: 'string',
      minLength: 1,
      default: 'kingbase',
      description: 'Owner of the databases and of the files; never root.',
      'x-change': 'replace',
      'x-source': 'install.conf cluster_user, HAmodule.conf KB_EXECUTE_SYS_USER',
    },
    group: {
      type: 'string',
      minLength: 1,
      description: 'Group of that user.',
      'x-default': 'os.user',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    home: {
      type: 'string',
      minLength: 1,
      pattern: '^/[A-Za-z0-9._/-]*$',
      description: 'Home directory of that user; holds ~/.ssh.',
      'x-default': '/home/<os.user>',
      'x-change': 'replace',
      'x-source': 'vendor installs under /home/kingbase',
    },
    firewall: {
      enum: ['auto', 'firewalld', 'nftables', 'none'],
      default: 'auto',
      description:
        'Which firewall gets our rules for the database, pool, pcp, watchdog and heartbeat ports. auto: firewalld where it runs, else nftables where it is loaded. none: it is not touched. A closed watchdog port is the usual cause of two MASTERs.',
      'x-change': 'reload',
      'x-source': 'field report: split brain by firewall',
    },
  },
} as const;

const directory = { type: 'string', minLength: 1, pattern: '^/[A-Za-z0-9._/-]*$', 'x-change': 'replace' } as const;

const directoriesSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Directories on the nodes, the same on each: letters, digits and . _ - / only, because the vendor’s scripts hand them to eval.',
  properties: {
    cluster: {
      ...directory,
      description: 'Holds db/{bin,etc,lib,data}, kingbasecluster/{bin,etc,lib}, log and run.',
      'x-default': '<os.home>/cluster/<name>',
      'x-source': 'install.conf cluster_path',
    },
    data: {
      ...directory,
      description: 'Data directory; it must hold a database already.',
      'x-default': '<directories.cluster>/db/data',
      'x-source': 'install.conf kb_data, backend_data_directoryN',
    },
    archive: {
      ...directory,
      description: 'Directory of archived WAL.',
      'x-default': '<directories.cluster>/archive',
      'x-source': 'kingbase.conf archive_dest',
    },
  },
} as const;

const databaseSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The databases behind the pool.',
  properties: {
    port: {
      type: 'integer',
      minimum: 1024,
      maximum: 65535,
      default: 54321,
      description: 'Port of every database.',
      'x-change': 'restart',
      'x-source': 'kingbase.conf port, backend_portN',
    },
    superuser: {
      type: 'string',
      pattern: '^[A-Z_][A-Z0-9_]{0,62}$',
      default: 'SYSTEM',
      description:
        'Superuser, by whom standbys replicate. In capitals, as the server folds names and the pool looks them up.',
      'x-change': 'restart',
      'x-source': 'install.conf db_user, recovery.done',
    },
    maintenanceUser: {
      type: 'string',
      pattern: '^[A-Z_][A-Z0-9_]{0,62}$',
      default: 'SUPERMANAGER_V8ADMIN',
      description:
        'Built-in account of health check, replication check and recovery script. Its factory password is known to everybody.',
      'x-change': 'restart',
      'x-source': 'HAmodule.conf KB_USER, kingbasecluster.conf health_check_user',
    },
    name: {
      type: 'string',
      pattern: '^[A-Z_][A-Z0-9_]{0,62}$',
      default: 'TEST',
      description: 'Database that the scripts connect to.',
      'x-change': 'reload',
      'x-source': 'HAmodule.conf KB_DATANAME',
    },
    healthDatabase: {
      type: 'string',
      pattern: '^[A-Z_][A-Z0-9_]{0,62}$',
      default: 'TEMPLATE2',
      description: 'Database that the health check connects to.',
      'x-change': 'reload',
      'x-source': 'kingbasecluster.conf health_check_database',
    },
    parameters: {
      type: 'object',
      default: {},
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description:
        'Settings of kingbase.conf beside ours, by name; they stand in our block at the end of the file, so they win over lines above. There is no table of V8R3’s parameters: names are not checked, and most changes need a restart. synchronous_standby_names is refused: failover and recovery scripts rewrite it.',
      'x-change': 'restart',
      'x-source': 'kingbase.conf',
    },
  },
} as const;

export const v8r3Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'kingbase:v8r3',
  type: 'object',
  additionalProperties: false,
  required: ['nodes', 'virtualIps', 'trustedServers'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description: 'Name of the cluster, at most 32 characters: directory and resources are called after it.',
      'x-default': 'name of the Pulumi resource',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    nodes: {
      type: 'array',
      minItems: 2,
      maxItems: 16,
      items: v8r3NodeSchema,
      description:
        'The database hosts. The position is the node_id of every log and of pcp_attach_node, from 0: add at the end, never in the middle.',
    },
    pools: {
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { type: 'string', minLength: 1 },
      description: 'Names of the two nodes that run kingbasecluster: exactly two, however many databases there are.',
      'x-default': 'the first two nodes',
      'x-change': 'restart',
      'x-source': 'HAmodule.conf KB_POOL_IP1, KB_POOL_IP2',
    },
    connection: connectionSchema,
    os: osSchema,
    directories: directoriesSchema,
    database: databaseSchema,
    replication: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'How standbys follow.',
      properties: {
        synchronous: {
          type: 'boolean',
          default: true,
          description:
            'true: SYNC_FLAG=1, recovery makes a caught-up standby synchronous again, and no acknowledged commit is lost in a failover. false: SYNC_FLAG=0, asynchronous for good. Says what the scripts aim at; it does not change a running server.',
          'x-change': 'reload',
          'x-source': 'HAmodule.conf SYNC_FLAG',
        },
      },
    },
    pool: poolSchema,
    recovery: recoverySchema,
    trustedServers: {
      type: 'array',
      minItems: 1,
      maxItems: 8,
      items: { type: 'string', minLength: 1 },
      description:
        'Gateways that answer ping. While all are silent, each node counts as cut off: network_rewind.sh stops its database and restartcluster.sh kills the pool; the pool comes back with the gateway, the databases stay down until somebody starts them.',
      'x-change': 'restart',
      'x-source': 'install.conf trust_ip, KB_GATEWAY_IP, trusted_servers',
    },
    virtualIps: {
      type: 'object',
      additionalProperties: false,
      required: ['database', 'cluster'],
      description: 'Both with the length of their subnet, a.b.c.d/len.',
      properties: {
        database: {
          type: 'string',
          minLength: 1,
          description: 'Follows the primary database: failover_stream.sh and network_rewind.sh move it.',
          'x-change': 'restart',
          'x-source': 'HAmodule.conf KB_VIP',
        },
        cluster: {
          type: 'string',
          minLength: 1,
          description: 'Follows the watchdog’s MASTER, not the primary: the address of the pool.',
          'x-change': 'restart',
          'x-source': 'kingbasecluster.conf delegate_IP, HAmodule.conf KB_POOL_VIP',
        },
      },
    },
    clients: {
      type: 'array',
      default: [],
      maxItems: 256,
      items: { type: 'string', minLength: 1 },
      description:
        'Networks allowed in sys_hba.conf, cluster_hba.conf and the firewall besides the nodes; CIDR, never everybody.',
      'x-change': 'reload',
      'x-source': 'sys_hba.conf, cluster_hba.conf',
    },
  },
} as const;

/** The shape before defaults, as a user writes it. */
export type V8r3Input = FromSchema<typeof v8r3Schema, { keepDefaultedPropertiesOptional: true }>;
