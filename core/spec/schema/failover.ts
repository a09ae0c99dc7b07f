// Schema of what happens when something fails: failover and its numbers, virtual IP, remote channel, rollout of changes.

const seconds = { type: 'integer', 'x-unit': 's', 'x-default': 'from the preset' } as const;
const milliseconds = { type: 'integer', 'x-unit': 'ms', 'x-default': 'from the preset' } as const;

export const failoverSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Detection, promotion and what becomes of a failed node. A preset fills the numbers; a number given here wins.',
  properties: {
    preset: {
      enum: ['fast', 'normal', 'safe', 'wide'],
      default: 'normal',
      description: 'RTO preset, see presets.md. normal holds the numbers of the vendor’s installer.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    failover: {
      enum: ['automatic', 'manual'],
      default: 'automatic',
      description: 'automatic: a standby promotes itself; manual: repmgrd only watches.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf failover',
    },
    recovery: {
      enum: ['automatic', 'standby', 'manual'],
      default: 'standby',
      description:
        'What the primary’s repmgrd does with a failed node. automatic: rejoins any, a former primary by rewind, which discards what only it had; ' +
        'standby: only nodes proved to be standbys; manual: nothing.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf recovery',
    },
    monitorIntervalSeconds: {
      ...seconds,
      minimum: 1,
      maximum: 60,
      description: 'How often repmgrd looks at the primary.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf monitor_interval_secs',
    },
    reconnectAttempts: {
      type: 'integer',
      'x-default': 'from the preset',
      minimum: 1,
      maximum: 100,
      description: 'Failed looks in a row before the primary counts as lost.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf reconnect_attempts',
    },
    reconnectIntervalSeconds: {
      ...seconds,
      minimum: 1,
      maximum: 300,
      description: 'Pause between two of these looks.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf reconnect_interval',
    },
    connectTimeoutSeconds: {
      ...seconds,
      minimum: 2,
      maximum: 60,
      description: 'connect_timeout in conninfo: what one look at a silent host costs. libpq takes 1 for 2.',
      'x-change': 'reload',
      'x-source': 'install.conf connection_timeout',
    },
    tcpUserTimeoutMs: {
      ...milliseconds,
      minimum: 1000,
      maximum: 600000,
      description: 'tcp_user_timeout: how long sent data may stay unacknowledged before the connection is dropped.',
      'x-change': 'reload',
      'x-source': 'install.conf tcp_user_timeout',
    },
    walSenderTimeoutMs: {
      ...milliseconds,
      minimum: 1000,
      maximum: 3600000,
      description:
        'wal_sender_timeout: when the primary gives up a silent standby. Part of the exposure of an isolated primary.',
      'x-change': 'reload',
      'x-source': 'install.conf wal_sender_timeout',
    },
    walReceiverTimeoutMs: {
      ...milliseconds,
      minimum: 1000,
      maximum: 3600000,
      description: 'wal_receiver_timeout: when a standby gives up a silent primary.',
      'x-change': 'reload',
      'x-source': 'install.conf wal_receiver_timeout',
    },
    vipTimeoutSeconds: {
      ...seconds,
      minimum: 1,
      maximum: 600,
      description: 'How long loading or unloading the virtual IP may take.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf vip_timeout',
    },
    trustedServers: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description:
        'Addresses outside the cluster that answer ping, normally gateways. A node that reaches none of them knows that it is the isolated one.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf trusted_servers',
    },
    runningUnderFailureTrustedServers: {
      type: 'boolean',
      default: true,
      description:
        'All trusted servers silent: true keeps the database running while repmgrd stops acting (high availability is lost without a visible fault); false stops the local database.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf running_under_failure_trusted_servers',
    },
    autoClusterRecoveryLevel: {
      enum: [0, 1, 2],
      default: 1,
      description:
        'After ALL nodes were down: 0 nothing; 1 kbha starts the old primary when the network is fine and there is exactly one; 2 maximum availability, for exactly two nodes.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf auto_cluster_recovery_level',
    },
    useCheckDisk: {
      type: 'boolean',
      default: false,
      description: 'The disk test of kbha failed: true stops the database, false only logs.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf use_check_disk',
    },
    mountCheckMaxRetries: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 6,
      description:
        'Failed disk tests in a row before kbha acts; a test runs every 60 s and is retried after 10 s. The vendor suggests 20 for slow disks.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf mount_check_max_retries',
    },
  },
} as const;

export const virtualIpSchema = {
  description: 'The read-write address, bound on the primary only: "a.b.c.d/len", or an object.',
  'x-default': 'none: clients use the multi-host URI',
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      additionalProperties: false,
      required: ['address'],
      properties: {
        address: {
          type: 'string',
          minLength: 1,
          description: 'IPv4 address with prefix length, in the subnet of the database nodes and not in use.',
          'x-change': 'reload',
          'x-source': 'install.conf virtual_ip',
        },
        netDevice: {
          type: 'string',
          minLength: 1,
          description: 'Network device on every node whose own netDevice is not given.',
          'x-default': 'eth0',
          'x-change': 'reload',
          'x-source': 'install.conf net_device',
        },
        privilege: {
          enum: ['setuidCopy', 'existing'],
          default: 'setuidCopy',
          description:
            'How the OS user may move the address. setuidCopy: copies of ip and arping with the mode the vendor asks for (-rwsr-xr-x root root) in a directory that only its group may enter; the system’s own files stay as they are. ' +
            'existing: you have prepared /sbin/ip and arping yourself.',
          'x-change': 'reload',
          'x-source': 'vendor: ip and arping must be setuid root',
        },
      },
    },
  ],
} as const;

export const remoteChannelSchema = {
  description: 'How hosts run commands on one another: "ssh", "securecmdd", or an object with the port.',
  'x-default': 'ssh',
  anyOf: [
    { type: 'string', enum: ['ssh', 'securecmdd'] },
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: {
          enum: ['ssh', 'securecmdd'],
          description: 'ssh with pinned keys, or the vendor’s sys_securecmdd.',
          'x-change': 'reload',
          'x-source': 'install.conf use_scmd',
        },
        port: {
          type: 'integer',
          minimum: 1,
          maximum: 65535,
          description: 'Port of that channel on the nodes.',
          'x-default': 'connection.port for ssh, 8890 for securecmdd',
          'x-change': 'reload',
          'x-source': 'install.conf ssh_port, scmd_port',
        },
      },
    },
  ],
} as const;

export const rolloutSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'How changed parameters reach running servers: standbys first, the primary last.',
  properties: {
    primary: {
      enum: ['inPlace', 'switchover'],
      default: 'inPlace',
      description: 'A parameter that needs a restart: restart the primary in place, or hand its role over first.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    streamingTimeoutSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 86400,
      default: 120,
      'x-unit': 's',
      description: 'How long a restarted standby may take until it streams again; then the rollout stops.',
      'x-change': 'none',
      'x-source': 'ours',
    },
  },
} as const;
