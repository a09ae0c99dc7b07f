/** From a plan to what preflight asks of a node, and the variables of its script. */
import type { ClusterSpec } from '../spec/types';
import { effectiveSettings } from '../render/settings';
import type { NodePlan } from '../topology/types';
import { PROGRAMS, REQUIRED_COMMANDS, SYSCTLS } from './requirements';
import type { PreflightRequest } from './types';

export function toPreflightRequest(plan: NodePlan, spec: ClusterSpec): PreflightRequest {
  const { paths } = plan;
  const settings = effectiveSettings(spec, paths);
  return {
    cluster: plan.cluster,
    version: spec.version,
    name: plan.name,
    role: plan.role,
    host: plan.host,
    netDevice: plan.node.netDevice,
    osUser: spec.os.user,
    osGroup: spec.os.group,
    home: paths.home,
    prefix: paths.prefix,
    bin: paths.bin,
    repmgrConf: paths.repmgrConf,
    data: paths.data,
    ...(paths.wal === undefined ? {} : { wal: paths.wal }),
    archive: paths.archive,
    archivesToDirectory: spec.archive.to === 'directory',
    rmanOptions: rmanOptions(spec),
    state: paths.state,
    databasePort: spec.database.port,
    channel: spec.remoteChannel,
    peers: plan.peers.map(({ name, host, sshPort, role }) => ({ name, host, sshPort, role })),
    trustedServers: spec.failover.trustedServers,
    ...(spec.virtualIp === undefined ? {} : { virtualIp: spec.virtualIp.address.split('/')[0] as string }),
    setuidCopies: spec.virtualIp?.privilege === 'setuidCopy',
    firewall: spec.os.firewall,
    applySysctl: spec.os.applySysctl,
    install: {
      source: spec.install.source,
      isZip: spec.install.zip?.endsWith('.zip') ?? false,
      ...(spec.install.license === undefined ? {} : { license: spec.install.license }),
      licenseMinDays: spec.install.licenseMinDays,
      licenseRequired: spec.version === 'V8R6',
    },
    cronForm: spec.version === 'V8R6' ? 'cron.d' : 'crontab',
    locale: spec.database.locale,
    timezone: spec.os.timezone,
    sharedBuffersMiB: toMiB(settings['shared_buffers'] as string),
    hugePages: settings['huge_pages'] ?? 'try',
    minFreeDiskMiB: spec.preflight.minFreeDiskMiB,
    minFreeMemoryMiB: spec.preflight.minFreeMemoryMiB,
    maxClockSkewSeconds: spec.preflight.maxClockSkewSeconds,
    accept: spec.preflight.accept,
  };
}

/** Of what is declared for backups that which only upstream's manual has. */
function rmanOptions({ backup }: ClusterSpec): string[] {
  if (backup === undefined) return [];
  const { archiveAsync, compress } = backup.resources;
  return [...(archiveAsync ? ['archive-async'] : []), ...(compress === 'lz4' || compress === 'zst' ? [compress] : [])];
}

const MIB_PER_UNIT: Readonly<Record<string, number>> = { kB: 1 / 1024, MB: 1, GB: 1024, TB: 1024 * 1024, '': 8 / 1024 };

/** `512MB`; without a unit the server counts blocks of 8 kB. */
export function toMiB(value: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB|)$/.exec(value.trim());
  return match === null ? 0 : Number(match[1]) * (MIB_PER_UNIT[match[2] ?? ''] as number);
}

/** Shell variables of preflight.sh. */
export function preflightVariables(request: PreflightRequest): Record<string, string> {
  const { channel } = request;
  return {
    HOST: request.host,
    OS_USER: request.osUser,
    OS_GROUP: request.osGroup,
    PREFIX: request.prefix,
    BIN: request.bin,
    DATA: request.data,
    WAL: request.wal ?? '',
    ARCHIVE: request.archive,
    STATE: request.state,
    REPMGR_CONF: request.repmgrConf,
    RMAN_OPTIONS: request.rmanOptions.join(' '),
    DB_PORT: String(request.databasePort),
    CHANNEL_PORT: channel.kind === 'securecmdd' ? String(channel.port) : '',
    PEERS: request.peers.map((peer) => `${peer.name}|${peer.host}|${peer.sshPort}`).join(' '),
    TRUSTED: request.trustedServers.join(' '),
    VIP: request.virtualIp ?? '',
    NET_DEVICE: request.netDevice,
    LOCALE: request.locale,
    TIMEZONE: request.timezone,
    PROGRAMS: [...PROGRAMS, ...(channel.kind === 'securecmdd' ? ['sys_securecmd', 'sys_securecmdd'] : [])].join(' '),
    COMMANDS: REQUIRED_COMMANDS.join(' '),
    SYSCTLS: [...Object.keys(SYSCTLS), 'kernel.shmmax', 'kernel.shmall', 'vm.overcommit_memory'].join(' '),
  };
}
