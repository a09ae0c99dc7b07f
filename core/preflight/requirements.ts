/** What a host must have: lists that the collector and the checks share. Sources: vendor installer (facts 5.4) and its manuals. */

/** Commands that the vendor's tools, our scripts or both call. */
export const REQUIRED_COMMANDS = [
  ...[
    'awk',
    'base64',
    'bash',
    'cp',
    'crontab',
    'find',
    'findmnt',
    'flock',
    'getent',
    'grep',
    'head',
    'install',
    'ip',
    'ping',
  ],
  ...[
    'ps',
    'readlink',
    'runuser',
    'sed',
    'sha256sum',
    'sort',
    'ss',
    'ssh',
    'ssh-keygen',
    'stat',
    'systemctl',
    'tar',
    'timeout',
  ],
] as const;

/** Programs below <prefix>/bin without which no cluster runs. */
export const PROGRAMS = [
  ...['kingbase', 'initdb', 'sys_ctl', 'ksql', 'sys_basebackup', 'sys_rewind', 'sys_controldata', 'sys_isready'],
  ...['repmgr', 'repmgrd', 'kbha'],
] as const;

/** Least values; several figures are compared one by one. */
export const SYSCTLS: Readonly<Record<string, readonly number[]>> = {
  'kernel.sem': [5010, 641280, 5010, 256],
  'fs.aio-max-nr': [1048576],
  'fs.file-max': [7672460],
  'net.core.rmem_max': [4194304],
  'net.core.wmem_max': [4194304],
  'net.core.somaxconn': [4096],
  'net.ipv4.tcp_max_syn_backlog': [4096],
};

/** ID of /etc/os-release: systems that KingbaseES is offered for, or that are built from them. */
export const KNOWN_SYSTEMS = [
  ...[
    'kylin',
    'neokylin',
    'uos',
    'deepin',
    'openeuler',
    'openEuler',
    'anolis',
    'alinux',
    'tencentos',
    'ctyunos',
    'bclinux',
    'nfs',
  ],
  ...['centos', 'rhel', 'rocky', 'almalinux', 'ol', 'fedora', 'debian', 'ubuntu', 'sles', 'opensuse-leap'],
] as const;

export const KNOWN_ARCHITECTURES = ['x86_64', 'aarch64', 'loongarch64', 'mips64', 'mips64el', 'sw_64'] as const;

export const MIN_OPEN_FILES = 65535;
export const MIN_PROCESSES = 65535;
/** Programs and logs below the prefix. */
export const MIN_FREE_PREFIX_MIB = { existing: 200, media: 2048 } as const;
/** First firewalld with policies, which our rules are. */
export const MIN_FIREWALLD = [0, 9] as const;
