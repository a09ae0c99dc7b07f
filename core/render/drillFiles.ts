/** The programs of the restore drill and of verify, for the node that holds a repository: drill.sh, verify.sh and what they share. */
import { backupCommand, DRILL, VERIFY } from '../backup/commands';
import { repositoriesOf } from '../backup/repositoriesOf';
import type { BackupTarget, DrillCheck } from '../backup/types';
import { maintenanceDatabase } from '../topology/planCluster';
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import type { ClusterPlan, NodePlan } from '../topology/types';
import type { Draft } from './draft';
import { Literal } from './escape';
import type { View } from './template';
import { scmdOptions } from './views';

export { DRILL, VERIFY };
export const REPOSITORY = `${LIBRARY_DIRECTORY}/repository.sh`;
/** What drill.sh shares with whatever else restores: which backup covers a target, and what makes a copy harmless. */
export const RESTORING = `${LIBRARY_DIRECTORY}/restoring.sh`;

export function drillFiles(plan: ClusterPlan, node: NodePlan, target: BackupTarget): readonly Draft[] {
  const format = 'shell';
  return [
    ...restoreFiles(plan, node, target),
    { path: VERIFY, template: 'os/verify.sh', format, view: {}, mode: '0755' },
    { path: DRILL, template: 'os/drill.sh', format, view: drillView(plan, node, target), mode: '0755' },
  ];
}

/** What a restore on a member reads the repository with. */
export function restoreFiles(plan: ClusterPlan, node: NodePlan, target: BackupTarget): readonly Draft[] {
  const format = 'shell';
  return [
    { path: REPOSITORY, template: 'os/repository.sh', format, view: repositoryView(plan, node, target) },
    { path: RESTORING, template: 'os/restoring.sh', format, view: {} },
  ];
}

export function repositoryView(plan: ClusterPlan, node: NodePlan, target: BackupTarget): View {
  const { spec } = plan;
  return {
    cluster: spec.name,
    osUser: spec.os.user,
    bin: node.paths.bin,
    conf: target.conf,
    stanza: target.stanza,
    state: node.paths.state,
    // As in its sys_rman.conf: a repository's host has its own, another host's are that host's to verify; a member reaches all.
    repositories:
      node.backup?.holdsRepository === false ? target.repositories.length : repositoriesOf(target, node.name).length,
    superuser: spec.database.superuser,
    maintenanceDb: maintenanceDatabase(spec),
    databasePort: spec.database.port,
    archiveTimeoutSeconds: target.archiveTimeoutSeconds,
    ...fullBackupView(plan, node, target),
    members: plan.nodes.filter(({ role }) => role === 'database').map(({ host }) => ({ host })),
    channel: new Literal(channelOf(plan, node)),
  };
}

/** By the node itself where it backs up, else by the first that does. */
function fullBackupView({ nodes }: ClusterPlan, node: NodePlan, target: BackupTarget): View {
  const name = target.hosts.includes(node.name) ? node.name : target.hosts[0];
  return {
    backupHost: nodes.find((one) => one.name === name)?.host ?? '',
    backupCommand: backupCommand({ bin: node.paths.bin, conf: target.conf, stanza: target.stanza }, 'full'),
  };
}

/** The same way by which sys_rman reaches the nodes: its words go to a shell as they are, and hold no blank of their own. */
function channelOf({ spec }: ClusterPlan, node: NodePlan): string {
  return spec.remoteChannel.kind === 'ssh'
    ? `ssh -o ConnectTimeout=${spec.failover.connectTimeoutSeconds} -o BatchMode=yes`
    : `"$bin/sys_securecmd" ${scmdOptions(node, spec.failover.connectTimeoutSeconds)}`;
}

export function drillView({ spec }: ClusterPlan, { role, name, paths }: NodePlan, target: BackupTarget): View {
  const { drill } = target;
  const database = role === 'database' ? [paths.data, ...(paths.wal === undefined ? [] : [paths.wal])] : [];
  const repositories = target.repositories.filter((one) => one.kind === 'posix' && (one.node ?? name) === name);
  return {
    directory: drill.directory,
    port: drill.port,
    timeoutSeconds: drill.timeoutSeconds,
    keepFreeMiB: spec.backup?.resources.diskErrorMiB ?? 0,
    sharedDirectories: [...database, ...repositories.map(({ path }) => path)].map((path) => ({ path })),
    tables: drill.tables.map((name) => ({ name })),
    checks: drill.checks.map(checkView),
  };
}

function checkView({ name, database, query, expected }: DrillCheck): View {
  return { name, database, query, mode: expected === undefined ? 'any' : 'expect', expected: expected ?? '' };
}
