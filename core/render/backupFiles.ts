/** Files of the backups on one node: sys_rman.conf on each, sys_backup.conf and the scripts of the jobs where backups run. */
import { BACKUP_JOB, BACKUP_USER, RMAN_TYPES } from '../backup/commands';
import { repositoriesOf } from '../backup/repositoriesOf';
import type { BackupKind, BackupSpec, NodeBackupPlan, RepositorySpec } from '../backup/types';
import { canonicalValue } from '../parameters/checkParameters';
import type { ClusterPlan, NodePlan } from '../topology/types';
import { osOwner, type Draft } from './draft';
import { drillFiles, restoreFiles } from './drillFiles';
import { escapes, Literal } from './escape';
import type { View } from './template';

export interface BackupDrafts {
  readonly files: readonly Draft[];
  /** With `@@secret:NAME@@` placeholders. */
  readonly secretFiles: readonly Draft[];
}

interface Part {
  readonly plan: ClusterPlan;
  readonly node: NodePlan;
  readonly backup: BackupSpec;
  readonly own: NodeBackupPlan;
}

export function backupFiles(plan: ClusterPlan, node: NodePlan): BackupDrafts {
  const { backup } = plan.spec;
  const own = node.backup;
  if (backup === undefined || own === undefined) return { files: [], secretFiles: [] };
  const part: Part = { plan, node, backup, own };
  const conf = sysRmanConf(part);
  if (!own.holdsRepository) {
    const restore = plan.backup === undefined ? [] : restoreFiles(plan, node, plan.backup);
    return { files: [conf, ...restore], secretFiles: [] };
  }
  const vendor = sysBackupConf(part);
  const scripts = [...jobScripts(part), ...(plan.backup === undefined ? [] : drillFiles(plan, node, plan.backup))];
  const isS3 = backup.repositories.some(({ kind }) => kind === 's3');
  return {
    files: [...(hasSecrets(backup) ? [] : [conf]), ...(isS3 ? [] : [vendor]), ...scripts],
    secretFiles: [...(hasSecrets(backup) ? [conf] : []), ...(isS3 ? [vendor] : [])],
  };
}

function hasSecrets({ encryption, repositories }: BackupSpec): boolean {
  return encryption !== 'none' || repositories.some(({ kind }) => kind === 's3');
}

/** What cron calls around a backup. */
function jobScripts({ node, backup }: Part): Draft[] {
  return [
    {
      path: BACKUP_JOB,
      template: 'os/backup-job.sh',
      format: 'word',
      view: { state: node.paths.state, repositories: ownRepositories(node, backup).length },
      mode: '0755',
    },
  ];
}

function sysRmanConf(part: Part): Draft {
  const { plan, own, backup } = part;
  const base = { path: own.conf, format: 'word', owner: osOwner(plan) } as const;
  if (!own.holdsRepository) return { ...base, template: 'v8r6/sys_rman.node.conf', view: nodeConfView(part) };
  return {
    ...base,
    template: 'v8r6/sys_rman.repository.conf',
    view: repositoryConfView(part),
    ...(hasSecrets(backup) ? { mode: '0600' } : {}),
  };
}

/** Keys and their order as the vendor's script writes them (facts 8.4); those of newer builds only where the spec says so. */
export function repositoryConfView(part: Part): View {
  const { plan, node, backup } = part;
  const { resources } = backup;
  return {
    stanza: backup.stanza,
    nodes: databaseGroups(plan, node, backup),
    repositories: ownRepositories(node, backup),
    log: node.paths.log,
    processMax: resources.processMax,
    compressType: resources.compress,
    compressLevel: resources.compressLevel,
    newerKeys: backup.newerKeys,
    bandWidth: resources.bandwidthMBs,
    nonArchivedSpace: resources.nonArchivedSpaceMiB,
    archiveTimeout: resources.archiveTimeoutSeconds,
    diskWarn: resources.diskWarnMiB,
    diskError: resources.diskErrorMiB,
    startFast: yesNo(resources.startFast),
    backupFrom: backup.placement === 'perNode' ? 'single-pro' : 'cluster',
    databaseTimeout: resources.databaseTimeoutSeconds,
    protocolTimeout: resources.protocolTimeoutSeconds,
    ioTimeout: resources.ioTimeoutSeconds,
    keepAliveCount: resources.tcpKeepAlive.count,
    keepAliveIdle: resources.tcpKeepAlive.idleSeconds,
    keepAliveInterval: resources.tcpKeepAlive.intervalSeconds,
    ...commandView(plan, node),
    ...archiveView(part),
  };
}

export function nodeConfView(part: Part): View {
  const { plan, node, backup } = part;
  const host = (name: string | undefined): string => plan.nodes.find((other) => other.name === name)?.host ?? '';
  return {
    stanza: backup.stanza,
    data: node.paths.data,
    repositories: backup.repositories.map((repository, index) => ({
      number: index + 1,
      host: host(repository.node),
      user: plan.spec.os.user,
      conf: node.backup?.conf ?? '',
      path: repository.path,
    })),
    log: node.paths.log,
    compressType: backup.resources.compress,
    compressLevel: backup.resources.compressLevel,
    ...commandView(plan, node),
    ...archiveView(part),
  };
}

/** Last in the file, for archive-push alone: archive-get and backups go on as they are. */
function archiveView({ node, backup }: Part): View {
  return {
    archiveAsync: backup.resources.archiveAsync && node.role === 'database',
    spool: node.paths.spool,
    archiveProcessMax: backup.resources.archiveProcessMax,
  };
}

/** A repository host reaches databases over the remote channel; ssh is sys_rman's own default and finds our key by ~/.ssh/config. */
function commandView(plan: ClusterPlan, node: NodePlan): View {
  const given = Object.entries(plan.spec.backup?.parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    parameters: given.map(([name, value]) => ({ name, value: canonicalValue(name, value, 'sysRman') })),
    useScmd: plan.spec.remoteChannel.kind === 'securecmdd',
    cmdSsh: `${node.paths.bin}/sys_securecmd`,
  };
}

/** The node itself comes first and has no host; with perNode there is no other. */
function databaseGroups(plan: ClusterPlan, node: NodePlan, backup: BackupSpec): View[] {
  const databases = plan.nodes.filter(({ role }) => role === 'database');
  const others = backup.placement === 'perNode' ? [] : databases.filter((other) => other !== node);
  const ordered = [...databases.filter((other) => other === node), ...others];
  return ordered.map((database, index) => ({
    number: index + 1,
    path: database.paths.data,
    port: database.ports.database,
    user: BACKUP_USER,
    isRemote: database !== node,
    host: database.host,
    hostUser: plan.spec.os.user,
  }));
}

function ownRepositories(node: NodePlan, backup: BackupSpec): View[] {
  return repositoriesOf(backup, node.name).map((repository, index) => ({
    number: index + 1,
    path: repository.path,
    retentionFull: backup.retention.fullBackups,
    isEncrypted: backup.encryption !== 'none',
    cipher: backup.encryption,
    ...objectStoreView(repository),
  }));
}

function objectStoreView(repository: RepositorySpec): View {
  const isS3 = repository.kind === 's3';
  return {
    isS3,
    bucket: isS3 ? repository.bucket : '',
    endpoint: isS3 ? repository.endpoint : '',
    region: isS3 ? repository.region : '',
    verifyTls: isS3 ? yesNo(repository.verifyTls) : '',
  };
}

function sysBackupConf(part: Part): Draft {
  const { plan, node, backup } = part;
  const isS3 = backup.repositories.some(({ kind }) => kind === 's3');
  return {
    path: `${node.paths.bin}/sys_backup.conf`,
    template: 'v8r6/sys_backup.conf',
    format: 'word',
    view: sysBackupView(part),
    owner: osOwner(plan),
    ...(isS3 ? { mode: '0600' } : {}),
  };
}

/** The input of the vendor's set-up script, so that its tools find what they know (facts 8.2). Its schedule knows days and an hour only. */
export function sysBackupView(part: Part): View {
  const { plan, node, backup } = part;
  const { spec } = plan;
  const { resources } = backup;
  const first = backup.repositories[0] as RepositorySpec;
  const { verifyTls: _notTheirs, ...s3 } = objectStoreView(first);
  const oneDatabase = plan.nodes.find(({ role, name }) => role === 'database' && name !== node.name) ?? node;
  return {
    style: backup.placement === 'perNode' ? 'single-pro' : 'cluster',
    oneDbIp: oneDatabase.host,
    repoIps: new Literal(
      repositoryHosts(part)
        .map((host) => escapes.word(host))
        .join(' '),
    ),
    stanza: backup.stanza,
    user: spec.os.user,
    path: first.path,
    retentionFull: backup.retention.fullBackups,
    ...cronDays(backup),
    bandWidth: resources.bandwidthMBs,
    data: node.paths.data,
    bin: node.paths.bin,
    superuser: spec.database.superuser,
    port: spec.database.port,
    useScmd: spec.remoteChannel.kind === 'securecmdd' ? 'on' : 'off',
    startFast: resources.startFast ? 'y' : 'n',
    // It knows two words.
    compressType: resources.compress === 'none' ? 'none' : 'gz',
    nonArchivedSpace: resources.nonArchivedSpaceMiB,
    newerKeys: backup.newerKeys,
    diskWarn: resources.diskWarnMiB,
    diskError: resources.diskErrorMiB,
    ...s3,
  };
}

/** The local host first, as the script demands. */
function repositoryHosts({ plan, node, backup }: Part): string[] {
  if (backup.placement === 'perNode') return [node.host];
  const hosts = backup.repositories.map(({ node: name }) => plan.nodes.find((one) => one.name === name)?.host ?? '');
  return [...new Set([node.host, ...hosts])].filter((host) => host !== '');
}

function cronDays(backup: BackupSpec): View {
  const kinds: readonly BackupKind[] = ['full', 'differential', 'incremental'];
  const entries = kinds.flatMap((kind) => {
    const job = backup.jobs.find((one) => one.kind === kind);
    const days = job === undefined ? 0 : Math.max(1, Math.round(job.longestGapSeconds / 86_400));
    const hour = job === undefined ? DEFAULT_HOURS[kind] : firstHour(job.cron);
    const name = RMAN_TYPES[kind];
    return [
      [`${name}Days`, days],
      [`${name}Hour`, hour],
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** The vendor's, written beside `never`. */
const DEFAULT_HOURS: Readonly<Record<BackupKind, number>> = { full: 2, differential: 3, incremental: 4 };

function firstHour(cron: string): number {
  const hour = Number((cron.split(' ')[1] ?? '0').split(',')[0]);
  return Number.isNaN(hour) ? 0 : hour;
}

function yesNo(value: boolean): string {
  return value ? 'y' : 'n';
}
