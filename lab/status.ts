// What the cluster of a lab is right now, asked from its nodes; the form the command line prints.
import type { Armed, BackupReport } from '../core/backup/observation';
import type { ClusterStatusReport, NodeStatus } from '../core/observe/clusterReport';
import { planCluster } from '../core/topology/planCluster';
import { observeCluster, observeWithBackups } from '../remote/observe/observeCluster';
import type { Lab } from './lab';
import { poll } from './run';
import { readClusterNodes, readClusterSpec } from './stack/clusterSpec';

export async function observeLab(lab: Lab): Promise<ClusterStatusReport> {
  return observeCluster(lab.manifest().name, await readClusterNodes(lab.manifest()));
}

/** With the backups, as the outputs of the program have them: a look at the repository as well, so for commands, not for loops. */
export async function observeWholeLab(lab: Lab): Promise<ClusterStatusReport> {
  const manifest = lab.manifest();
  const { backup, spec } = planCluster(await readClusterSpec(manifest));
  const { licenseMinDays } = spec.install;
  return observeWithBackups(manifest.name, await readClusterNodes(manifest), { backup, licenseMinDays });
}

export interface StatusJson {
  readonly cluster: string;
  readonly primary: string | null;
  readonly nodes: readonly Pick<
    NodeStatus,
    'name' | 'host' | 'role' | 'status' | 'upstream' | 'timeline' | 'lagBytes' | 'repmgrd' | 'kbha'
  >[];
  /** Where the backups were looked at. */
  readonly backup?: BackupReport | null;
  readonly armed?: Armed;
}

export function statusJson(report: ClusterStatusReport): StatusJson {
  return {
    cluster: report.cluster,
    primary: report.primary,
    nodes: report.nodes.map(({ name, host, role, status, upstream, timeline, lagBytes, repmgrd, kbha }) => {
      return { name, host, role, status, upstream, timeline, lagBytes, repmgrd, kbha };
    }),
    ...(report.backup === undefined ? {} : { backup: report.backup }),
    ...(report.armed === undefined ? {} : { armed: report.armed }),
  };
}

export function statusTable(report: ClusterStatusReport): string {
  const head = ['node', 'host', 'role', 'status', 'upstream', 'timeline', 'lag bytes', 'repmgrd', 'kbha'];
  const rows = report.nodes.map((node) => [
    node.name,
    node.host,
    node.role,
    node.status,
    word(node.upstream),
    word(node.timeline),
    word(node.lagBytes),
    running(node.repmgrd),
    running(node.kbha),
  ]);
  const lines = [
    `cluster ${report.cluster}: ${report.healthy ? 'healthy' : 'NOT HEALTHY'}, primary ${report.primary ?? 'none'}`,
    ...table([head, ...rows]),
    ...report.reasons.map((reason) => `  ! ${reason}`),
    ...report.warnings.map((warning) => `  - ${warning}`),
    ...backupLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

function backupLines({ backup, armed }: ClusterStatusReport): readonly string[] {
  const said =
    armed === undefined
      ? []
      : [`armed: ${armed.armed ? 'yes' : 'NO'}`, ...armed.reasons.map((reason) => `  ! ${reason}`)];
  if (backup === undefined || backup === null) return said;
  const dated = (set: { readonly label: string; readonly time: string } | null): string =>
    set === null ? 'none' : `${set.time} (${set.label})`;
  const free = backup.freeBytes.map((bytes) => (bytes === null ? '?' : `${Math.floor(bytes / 1024 / 1024)} MiB`));
  const lag = `${word(backup.archiveLagSeconds)} s, ${word(backup.archiveLagSegments)} segments wait`;
  const rows = [
    ['last full backup', dated(backup.lastFull)],
    ['last backup', dated(backup.lastBackup)],
    ['restorable until', word(backup.latestRestorableTime)],
    ['restorable from', word(backup.earliestRestorableTime)],
    ['archive lag', lag],
    ['free', free.join(', ')],
    ['verified', word(backup.verifiedAt)],
    ['drilled', word(backup.drilledAt)],
  ];
  return ['backups', ...table(rows).map((line) => `  ${line}`), ...said];
}

export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function word(value: string | number | null): string {
  return value === null ? '-' : String(value);
}

function running(value: boolean | null): string {
  return value === null ? '-' : value ? 'running' : 'NOT RUNNING';
}

/** Daemons settle a few seconds after a deployment; a fault shows as the last report. */
export async function waitForHealth(lab: Lab, timeoutMs: number): Promise<ClusterStatusReport> {
  const state: { last?: ClusterStatusReport } = {};
  const healthy = await poll(
    async () => {
      state.last = await observeLab(lab);
      return state.last.healthy ? state.last : undefined;
    },
    timeoutMs,
    1_000,
  );
  return healthy ?? (state.last as ClusterStatusReport);
}
