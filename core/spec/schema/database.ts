// Schema of the database server: how it is made (initdb), its parameters, replication, archive and who may connect.

/** Free-form, by name; each value is checked against its table. */
export const settings = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
  default: {},
} as const;

export const databaseSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'The server. Passwords are not here: they are the secrets kingbase:passwords.system and kingbase:passwords.esrep.',
  properties: {
    port: {
      type: 'integer',
      minimum: 1024,
      maximum: 65535,
      default: 54321,
      description: 'Port of the server on every node.',
      'x-change': 'restart',
      'x-source': 'install.conf db_port',
    },
    superuser: {
      type: 'string',
      minLength: 1,
      default: 'system',
      description: 'Superuser that initdb creates.',
      'x-change': 'replace',
      'x-source': 'install.conf db_user',
    },
    mode: {
      enum: ['oracle', 'pg', 'mysql'],
      default: 'oracle',
      description: 'Compatibility mode, fixed at creation.',
      'x-change': 'replace',
      'x-source': 'install.conf db_mode',
    },
    encoding: {
      enum: ['UTF8', 'GBK', 'GB2312', 'GB18030'],
      default: 'UTF8',
      description: 'Encoding of the databases, fixed at creation.',
      'x-change': 'replace',
      'x-source': 'install.conf encoding',
    },
    locale: {
      type: 'string',
      minLength: 1,
      default: 'C',
      description:
        'Locale given to initdb, fixed at creation. C sorts by bytes and is the same on every node and after every OS upgrade; ' +
        'another one must exist on all nodes, and an upgrade of the C library can then silently corrupt indexes on text.',
      'x-change': 'replace',
      'x-source': 'install.conf locale',
    },
    caseSensitive: {
      type: 'boolean',
      default: true,
      description:
        'Identifiers keep their case; false is initdb --enable-ci, fixed at creation. mysql mode forces false, pg mode true.',
      'x-default': 'true; false in mysql mode',
      'x-change': 'replace',
      'x-source': 'install.conf db_case_sensitive',
    },
    checksums: {
      type: 'boolean',
      default: true,
      description: 'Data page checksums, fixed at creation. They find damaged pages and let sys_rewind work.',
      'x-change': 'replace',
      'x-source': 'install.conf db_checksums',
    },
    auth: {
      enum: ['scram-sha-256', 'md5'],
      default: 'scram-sha-256',
      description: 'Method of the host lines in sys_hba.conf and of stored passwords.',
      'x-change': 'reload',
      'x-source': 'install.conf db_auth',
    },
    parameters: {
      ...settings,
      description:
        'Server parameters beyond ours, by name. Checked against the table in parameters-kingbase.md: unknown, misspelt, out-of-range, owned and forbidden ones are refused.',
      'x-change': 'reload',
      'x-change-note': 'reload or restart, per parameter',
      'x-source': 'es_rep.conf',
    },
    preloadLibraries: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description:
        'Libraries added to shared_preload_libraries after repmgr and after those that initdb wrote. repmgr itself is always first and not listed.',
      'x-change': 'restart',
      'x-source': 'kingbase.conf shared_preload_libraries',
    },
  },
} as const;

const nodeNames = { type: 'array', items: { type: 'string', minLength: 1 }, default: [] } as const;

export const replicationSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Which standbys must confirm a commit.',
  properties: {
    synchronous: {
      enum: ['quorum', 'sync', 'all', 'async', 'custom'],
      default: 'quorum',
      description:
        'quorum: any one standby; sync: the first connected one; all: every connected one; async: none; custom: by the three lists. ' +
        'repmgrd drives synchronous_standby_names from it and empties it about 2 s after the last standby left.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf synchronous',
    },
    syncNodes: {
      ...nodeNames,
      description: 'Names of database nodes that confirm; only with custom.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf sync_nodes',
    },
    potentialNodes: {
      ...nodeNames,
      description: 'Names of database nodes that step in for a lost sync node; only with custom.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf potential_nodes',
    },
    asyncNodes: {
      ...nodeNames,
      description: 'Names of database nodes that never confirm; only with custom.',
      'x-change': 'reload',
      'x-source': 'repmgr.conf async_nodes',
    },
  },
} as const;

export const archiveSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'WAL archiving until a backup repository takes over. directory copies each segment to <prefix>/archive and nothing there is ever removed: watch the disk. ' +
    'discard (`exit 0`) throws it away: no point-in-time recovery, and a rewind that needs recycled WAL fails.',
  properties: {
    mode: {
      enum: ['on', 'always'],
      description: 'always also archives on standbys.',
      'x-default': 'on for V8R6, always for V9',
      'x-change': 'restart',
      'x-source': 'install.conf archive_mode',
    },
    to: {
      enum: ['directory', 'discard'],
      description: 'directory: /bin/cp -f %p <prefix>/archive/%f; discard: exit 0. Not together with command.',
      'x-default': 'directory for V8R6, discard for V9, as the vendor’s installers',
      'x-change': 'reload',
      'x-source': 'facts: archive_command forms',
    },
    command: {
      type: 'string',
      minLength: 1,
      description: 'An archive_command of your own; %p is the path of the segment, %f its name.',
      'x-default': 'made from archive.to',
      'x-change': 'reload',
      'x-source': 'es_rep.conf archive_command',
    },
  },
} as const;

export const clientsSchema = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  default: [],
  description:
    'Networks allowed to connect (sys_hba.conf and firewall) besides the nodes themselves: CIDR or a single address, never 0.0.0.0/0 or ::/0.',
  'x-change': 'reload',
  'x-source': 'sys_hba.conf',
} as const;

export const repmgrParametersSchema = {
  ...settings,
  description: 'repmgr.conf settings beyond ours, by name; checked against the table in parameters-repmgr.md.',
  'x-change': 'reload',
  'x-source': 'repmgr.conf',
} as const;
