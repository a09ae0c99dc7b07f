/** What a spec's backups mean for its nodes: who runs them, with which configuration and lines of cron. */
import { CRON_FILE } from '../topology/cronFile';
import type { NodePaths } from '../topology/types';
import type { ClusterSpec, NodeSpec } from '../spec/types';
import { confOf } from './archiveCommand';
import { backupCommand, DRILL_COMMAND, RMAN_TYPES, VERIFY_COMMAND } from './commands';
import type { BackupCronLine, BackupSpec, BackupTarget, NodeBackupPlan } from './types';

/** undefined: no backups are declared. */
export function planBackup(spec: ClusterSpec, paths: NodePaths): BackupTarget | undefined {
  const { backup } = spec;
  if (backup === undefined) return undefined;
  return {
    cluster: spec.name,
    stanza: backup.stanza,
    placement: backup.placement,
    hosts: backupHosts(spec, backup),
    repositories: backup.repositories,
    conf: confOf(backup),
    encryption: backup.encryption,
    archive: { mode: spec.archive.mode, command: spec.archive.command },
    jobs: backup.jobs,
    cron: cronOf(spec, backup, paths),
    retention: backup.retention,
    drill: backup.drill,
    verifyMaxAgeHours: backup.verifyMaxAgeHours,
    vendorCronLines: backup.vendorCronLines,
    archiveTimeoutSeconds: backup.resources.archiveTimeoutSeconds,
    processMax: backup.resources.processMax,
  };
}

/** undefined for a node without part in them: a witness, or a host of no declared repository. */
export function planNodeBackup(spec: ClusterSpec, node: NodeSpec, paths: NodePaths): NodeBackupPlan | undefined {
  const { backup } = spec;
  if (backup === undefined) return undefined;
  const holdsRepository = backupHosts(spec, backup).includes(node.name);
  if (!holdsRepository && node.role !== 'database') return undefined;
  const cron = cronOf(spec, backup, paths);
  return { conf: confOf(backup), holdsRepository, cron: holdsRepository ? cron : { ...cron, lines: [] } };
}

/** Nodes on which sys_rman backs up: every database node with perNode, else the nodes that hold a repository. */
function backupHosts(spec: ClusterSpec, backup: BackupSpec): string[] {
  if (backup.placement === 'perNode') {
    return spec.nodes.filter(({ role }) => role === 'database').map(({ name }) => name);
  }
  const names = backup.repositories.flatMap(({ node }) => (node === undefined ? [] : [node]));
  return [...new Set(names)];
}

/** As for kbha: V8R6 has a file of root's with a user column, V9 the crontab of the OS user. */
function cronOf(spec: ClusterSpec, backup: BackupSpec, paths: NodePaths): NodeBackupPlan['cron'] {
  const { user } = spec.os;
  const isFile = spec.version === 'V8R6';
  const line: MakeLine = (cron, command, log) =>
    `${cron} ${isFile ? `${user} ` : ''}${command} >> ${paths.log}/${log} 2>&1`;
  const place = { bin: paths.bin, conf: confOf(backup), stanza: backup.stanza };
  return {
    form: isFile ? 'cron.d' : 'crontab',
    path: isFile ? CRON_FILE : `crontab:${user}`,
    lines: [
      ...backup.jobs.map(({ kind, cron }): BackupCronLine => ({
        job: kind,
        line: line(cron, backupCommand(place, kind), `sys_rman_backup_${RMAN_TYPES[kind]}.log`),
      })),
      ...verifyLine(backup, line),
      ...drillLine(backup, line),
    ],
  };
}

type MakeLine = (cron: string, command: string, log: string) => string;

function verifyLine({ verifySchedule }: BackupSpec, line: MakeLine): BackupCronLine[] {
  return verifySchedule === undefined
    ? []
    : [{ job: 'verify', line: line(verifySchedule.cron, VERIFY_COMMAND, 'sys_rman_verify.log') }];
}

function drillLine({ drill }: BackupSpec, line: MakeLine): BackupCronLine[] {
  return drill.schedule === undefined
    ? []
    : [{ job: 'drill', line: line(drill.schedule.cron, DRILL_COMMAND, 'drill.log') }];
}
