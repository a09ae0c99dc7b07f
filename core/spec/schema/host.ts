// Schema of what is put on a host: product, OS settings, directories, and the preflight that looks first.

export const installSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Where the product comes from.',
  properties: {
    source: {
      enum: ['existing', 'media'],
      default: 'existing',
      description: 'existing: <directories.prefix>/bin is already on every node. media: db.zip is unpacked there.',
      'x-change': 'replace',
      'x-source': 'install.conf zip_package',
    },
    zip: {
      type: 'string',
      minLength: 1,
      description: 'Path of db.zip on the machine that runs Pulumi; only with source media.',
      'x-change': 'replace',
      'x-source': 'install.conf zip_package',
    },
    zipSha256: {
      type: 'string',
      minLength: 1,
      description: 'SHA-256 of db.zip, 64 hexadecimal digits; checked before it is sent.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    license: {
      type: 'string',
      minLength: 1,
      description:
        'Path of license.dat on the machine that runs Pulumi. V8R6 media needs it; V9 brings a trial licence.',
      'x-change': 'reload',
      'x-source': 'install.conf license_file',
    },
    licenseMinDays: {
      type: 'integer',
      minimum: 0,
      maximum: 3650,
      default: 30,
      'x-unit': 'd',
      description:
        'Days that the licence must still be valid: fewer fail the preflight, and the output `armed` names each running database that has fewer left (get_license_validdays(); 0, or no such function, is not judged).',
      'x-change': 'none',
      'x-source': 'vendor alarm: 0 < n < 30',
    },
  },
} as const;

export const osSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The operating system of the nodes.',
  properties: {
    user: {
      type: 'string',
      minLength: 1,
      default: 'kingbase',
      description: 'Owner of the database processes and of the files; never root.',
      'x-change': 'replace',
      'x-source': 'install.conf execute_user',
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
      description: 'Home directory of that user; holds ~/.kbpass and ~/.ssh.',
      'x-default': '/home/<os.user>',
      'x-change': 'replace',
      'x-source': 'vendor installs under /home/kingbase',
    },
    applySysctl: {
      type: 'boolean',
      default: true,
      description:
        'Put the sysctl drop-in into effect now. false: the drop-in is written only and counts from the next boot (containers, shared kernels).',
      'x-change': 'reload',
      'x-source': 'vendor installer applies them',
    },
    firewall: {
      enum: ['auto', 'firewalld', 'nftables', 'none'],
      default: 'auto',
      description:
        'Which firewall gets our service and rules. auto: firewalld where it runs, else nftables where it is loaded. none: the firewall is not touched.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    timezone: {
      type: 'string',
      minLength: 1,
      default: 'Asia/Shanghai',
      description:
        'Parameter timezone of the servers. The same zone as the vendor’s PRC, under the name every tz database has.',
      'x-change': 'reload',
      'x-source': 'es_rep.conf timezone',
    },
  },
} as const;

export const directoriesSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Directories on the nodes, the same on each. Absolute, no trailing slash.',
  properties: {
    prefix: {
      type: 'string',
      minLength: 1,
      description: 'Installation directory; ends in /kingbase. bin, etc, log and archive lie below.',
      'x-default': '<os.home>/cluster/<name>/kingbase',
      'x-change': 'replace',
      'x-source': 'install.conf install_dir',
    },
    data: {
      type: 'string',
      minLength: 1,
      description: 'Data directory.',
      'x-default': '<directories.prefix>/data',
      'x-change': 'replace',
      'x-source': 'install.conf data_directory',
    },
    wal: {
      type: 'string',
      minLength: 1,
      description: 'WAL directory outside the data directory, best on a volume of its own.',
      'x-default': 'inside the data directory',
      'x-change': 'replace',
      'x-source': 'install.conf waldir',
    },
    walVolumeMiB: {
      type: 'integer',
      minimum: 64,
      maximum: 1073741824,
      'x-unit': 'MiB',
      description:
        'Size of the volume that holds the WAL. When given, wal_keep_segments × 16 MiB + max_wal_size must fit into 80 % of it.',
      'x-default': 'not checked',
      'x-change': 'none',
      'x-source': 'ours',
    },
  },
} as const;

export const preflightSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Thresholds of the read-only checks that run before anything is changed.',
  properties: {
    accept: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description: 'Ids of failed checks that are accepted on purpose.',
      'x-change': 'none',
      'x-source': 'ours',
    },
    minFreeDiskMiB: {
      type: 'integer',
      minimum: 0,
      maximum: 1073741824,
      default: 1024,
      'x-unit': 'MiB',
      description: 'Free space that the data and WAL volumes must have.',
      'x-change': 'none',
      'x-source': 'vendor installer: 1 GB',
    },
    minFreeMemoryMiB: {
      type: 'integer',
      minimum: 0,
      maximum: 1073741824,
      default: 1024,
      'x-unit': 'MiB',
      description: 'Available memory that a node must have.',
      'x-change': 'none',
      'x-source': 'vendor installer: 1 GB',
    },
    maxClockSkewSeconds: {
      type: 'number',
      minimum: 0.1,
      maximum: 60,
      default: 2,
      'x-unit': 's',
      description: 'Largest difference between the clocks of two nodes.',
      'x-change': 'none',
      'x-source': 'vendor: within 2 s',
    },
  },
} as const;
