// Schema of the hosts: `nodes` and the way we log in to them (`connection`).

const hostKey = {
  type: 'string',
  minLength: 1,
  description:
    'OpenSSH public host key of the address, "ssh-ed25519 AAAA…". Pinned: there is no trust on first use. ' +
    'Read it with `ssh-keyscan -t ed25519 <host>` and compare its fingerprint on the console of the host.',
  'x-change': 'reload',
  'x-source': 'ours: trust is pinned',
} as const;

export const nodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'host', 'hostKey'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description:
        'repmgr node_name and application_name of its walreceiver: a lower-case letter, then letters, digits or _, at most 40. ' +
        'Stands in synchronous_standby_names, in file names and in the names of Pulumi resources.',
      'x-change': 'replace',
      'x-source': 'repmgr node_name',
    },
    host: {
      type: 'string',
      minLength: 1,
      description:
        'IPv4 or IPv6 address that peers, clients and Pulumi use. repmgr identifies a node by it; sys_hba.conf, the firewall and authorized_keys are bound to it, so a host name is refused.',
      'x-change': 'replace',
      'x-source': 'install.conf all_ip',
    },
    role: {
      enum: ['database', 'witness', 'repository'],
      default: 'database',
      description:
        'database: primary or standby, as the cluster decides; witness: votes and holds no data; repository: will hold the backups and takes no part in failover.',
      'x-change': 'replace',
      'x-source': 'install.conf all_ip, witness_ip',
    },
    id: {
      type: 'integer',
      minimum: 1,
      maximum: 32767,
      description:
        'repmgr node_id; the slot is called repmgr_slot_<id>. Give ids before you remove a node from the middle of the list: positions move, ids do not.',
      'x-default': 'position among database and witness nodes, from 1; 0 for a repository',
      'x-change': 'replace',
      'x-source': 'repmgr node_id',
    },
    priority: {
      type: 'integer',
      minimum: 0,
      maximum: 1000,
      default: 100,
      description: 'Promotion priority among standbys that received equally much; 0 = never promoted.',
      'x-change': 'reload',
      'x-source': 'repmgr priority',
    },
    location: {
      type: 'string',
      minLength: 1,
      default: 'default',
      description:
        'repmgr location. A standby never promotes itself when no node of its primary’s location is visible.',
      'x-change': 'reload',
      'x-source': 'repmgr location',
    },
    hostKey,
    user: {
      type: 'string',
      minLength: 1,
      description: 'Login user of this node, where it differs from connection.user.',
      'x-default': 'connection.user',
      'x-change': 'none',
      'x-source': 'ours',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'ssh port of this node, where it differs from connection.port.',
      'x-default': 'connection.port',
      'x-change': 'none',
      'x-source': 'ours',
    },
    netDevice: {
      type: 'string',
      minLength: 1,
      description: 'Network device of this node that carries its address and, on the primary, the virtual IP.',
      'x-default': 'virtualIp.netDevice, else eth0',
      'x-change': 'reload',
      'x-source': 'install.conf net_device',
    },
  },
} as const;

export const bastionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['host', 'hostKey'],
  description: 'Jump host between the machine that runs Pulumi and the nodes.',
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      description: 'Address of the jump host.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 22,
      description: 'ssh port of the jump host.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    user: {
      type: 'string',
      minLength: 1,
      description: 'Login user on the jump host.',
      'x-default': 'connection.user',
      'x-change': 'none',
      'x-source': 'ours',
    },
    hostKey: { ...hostKey, 'x-change': 'none' },
  },
} as const;

export const connectionSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'How this program reaches the hosts. The private key comes from privateKeyFile, else from the secret kingbase:privateKey, else from the agent.',
  properties: {
    user: {
      type: 'string',
      minLength: 1,
      default: 'root',
      description: 'Login user: root, or a user with password-free sudo.',
      'x-change': 'none',
      'x-source': 'install.conf super_user',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 22,
      description: 'ssh port of the nodes.',
      'x-change': 'none',
      'x-source': 'install.conf ssh_port',
    },
    privateKeyFile: {
      type: 'string',
      minLength: 1,
      description:
        'Path of the private key on the machine that runs Pulumi. The key itself belongs into the secret kingbase:privateKey.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    agent: {
      type: 'boolean',
      default: false,
      description: 'Use the ssh agent at SSH_AUTH_SOCK.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    bastion: bastionSchema,
    connectTimeoutSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 600,
      default: 10,
      'x-unit': 's',
      description: 'Time for the TCP connection and the ssh handshake.',
      'x-change': 'none',
      'x-source': 'install.conf connection_timeout',
    },
  },
} as const;
