// Evidence of a cluster whose backups are in order: each test says only what differs.
import type { BackupEvidence, MachineEvidence, NodeEvidence, RepositoryPlace } from '../../core/backup/diagnosis/types';
import type { Catalogue } from '../../core/backup/observation';
import type { BackupTarget } from '../../core/backup/types';
import type { BackupNodeObservation } from '../../core/observe/backup/types';
import type { ServerAnswers, SettingRow } from '../../core/observe/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { backupTarget } from './backupTarget';
import { targetIn } from './nodeTarget';
import { primaryNode, SYSTEM } from './observations';

export const NOW = 1_795_000_000;
export const CONF = '/kbrepo/kbbr_repo/sys_rman.conf';
export const COMMAND = `/kb/bin/sys_rman --config ${CONF} --stanza=kingbase archive-push %p`;
const WEEK = 7 * 86_400;
const FULL_LINE = `0 2 * * 0 /usr/local/lib/pulumi-kingbase/backup-job.sh full /kb/bin/sys_rman --config=${CONF} --stanza=kingbase --archive-copy --type=full backup`;

export function target(changes: Partial<BackupTarget> = {}): BackupTarget {
  return backupTarget({
    archive: { mode: 'on', command: COMMAND },
    jobs: [{ kind: 'full', intent: 'weekly on Sunday 02:00', cron: '0 2 * * 0', longestGapSeconds: WEEK }],
    ...changes,
  });
}

export function setting(name: string, value: string, changes: Partial<SettingRow> = {}): SettingRow {
  return {
    name,
    value,
    unit: '',
    type: 'string',
    context: 'sighup',
    source: 'configuration file',
    file: '/kbdata/data/es_rep.conf',
    line: 7,
    pendingRestart: false,
    ...changes,
  };
}

export function answers(changes: Partial<ServerAnswers> = {}): ServerAnswers {
  const base = primaryNode('node1').server.answers;
  if (base === undefined) throw new Error('the primary answers');
  return { ...base, settings: [setting('archive_mode', 'on'), setting('archive_command', COMMAND)], ...changes };
}

export function catalogue(changes: Partial<Catalogue> = {}): Catalogue {
  return {
    stanza: 'kingbase',
    statusCode: 0,
    statusMessage: 'ok',
    cipher: 'none',
    backups: [
      {
        label: '20261114-020000F',
        kind: 'full',
        repository: 1,
        startSeconds: NOW - 3700,
        stopSeconds: NOW - 3600,
        walStart: '000000010000000000000003',
        walStop: '000000010000000000000003',
        databaseBytes: 1000,
        repositoryBytes: 500,
        references: [],
        error: false,
        databaseId: 1,
      },
    ],
    archives: [
      { id: '12-1', repository: 1, databaseId: 1, min: '000000010000000000000001', max: '000000010000000000000005' },
    ],
    databases: [{ id: 1, systemIdentifier: SYSTEM, version: '12' }],
    locked: false,
    ...changes,
  };
}

export function place(changes: Partial<RepositoryPlace> = {}): RepositoryPlace {
  return {
    path: '/kbrepo/kbbr_repo',
    exists: true,
    owner: 'kingbase:kingbase',
    mode: '750',
    writable: true,
    closed: [],
    freeBytes: 5e9,
    totalBytes: 1e10,
    freeInodes: 100_000,
    mount: '/kbrepo',
    ...changes,
  };
}

export function machine(isHost: boolean, changes: Partial<MachineEvidence> = {}): MachineEvidence {
  const hostConf = `[kingbase]\nkb1-path=/kbdata/data\nkb1-host=10.0.0.11\n[global]\nrepo1-path=/kbrepo/kbbr_repo\nnon-archived-space=128\n`;
  const nodeConf = `[kingbase]\nkb1-path=/kbdata/data\n[global]\nrepo1-host=10.0.0.14\nrepo1-path=/kbrepo/kbbr_repo\n`;
  return {
    addresses: [isHost ? '10.0.0.14/24' : '10.0.0.11/24'],
    rman: true,
    conf: { path: CONF, text: isHost ? hostConf : nodeConf },
    vendorConf: isHost
      ? { path: '/kb/bin/sys_backup.conf', text: '_one_db_ip="10.0.0.11"\n_repo_ip="10.0.0.14"\n' }
      : null,
    logind: { removeIpc: 'no', lines: ['/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf:3:RemoveIPC=no'] },
    kernel: {
      sem: '32000\t1024000000\t500\t32000',
      shmmax: '18446744073692774399',
      shmall: '18446744073692774399',
      pageSize: 4096,
    },
    memory: { totalBytes: 4e9, availableBytes: 3e9 },
    oom: [],
    repositories: isHost ? [place()] : [],
    wal: isHost ? null : { path: '/kbdata/data/sys_wal', freeBytes: 2e9, totalBytes: 3e9 },
    locks: [],
    stopFiles: [],
    logs: [],
    serverLog: isHost ? null : { path: '/kbdata/data/sys_log', text: '' },
    ssh: [{ to: isHost ? '10.0.0.11' : '10.0.0.14', code: 0, text: '' }],
    check: isHost ? { code: 0, text: '', error: '' } : null,
    missingManifests: [],
    ...changes,
  };
}

export function observed(isHost: boolean, changes: Partial<BackupNodeObservation> = {}): BackupNodeObservation {
  return {
    reachable: true,
    name: isHost ? 'repo' : 'node1',
    epochSeconds: NOW,
    conf: true,
    catalogue: isHost ? catalogue() : undefined,
    catalogueReason: undefined,
    archiver: isHost
      ? undefined
      : {
          archivedCount: 5,
          failedCount: 0,
          lastArchivedWal: '000000010000000000000005',
          lastArchivedSeconds: NOW - 60,
          lastFailedWal: null,
          lastFailedSeconds: null,
          readySegments: 0,
          oldestReadySeconds: null,
          lastCoveredSeconds: NOW - 61,
        },
    sessions: isHost ? undefined : { setting: 'client_idle_timeout', seconds: 0, roles: {} },
    repositories: [],
    jobs: [],
    drills: [],
    cronFile: undefined,
    crontab: isHost ? `${FULL_LINE}\n` : undefined,
    unitActive: false,
    stateOwner: 'kingbase',
    ...changes,
  };
}

export interface Change {
  readonly backup?: Partial<BackupTarget>;
  readonly node?: Partial<NodeEvidence>;
  readonly repo?: Partial<NodeEvidence>;
  readonly server?: Partial<ServerAnswers>;
  readonly nodeMachine?: Partial<MachineEvidence>;
  readonly repoMachine?: Partial<MachineEvidence>;
  readonly nodeSeen?: Partial<BackupNodeObservation>;
  readonly repoSeen?: Partial<BackupNodeObservation>;
  readonly text?: string;
}

function targetOf(name: string, host: string, role: NodeTarget['role']): NodeTarget {
  return targetIn('/', { name, host, role, data: '/kbdata/data', bin: '/kb/bin' });
}

export function evidence(change: Change = {}): BackupEvidence {
  return {
    backup: target(change.backup),
    texts: change.text === undefined ? [] : [{ node: 'repo', where: 'brought along', text: change.text }],
    nodes: [
      {
        name: 'node1',
        target: targetOf('node1', '10.0.0.11', 'database'),
        runsBackups: false,
        clockOffsetSeconds: 0.1,
        systemIdentifier: SYSTEM,
        server: answers(change.server),
        backup: observed(false, change.nodeSeen),
        machine: machine(false, change.nodeMachine),
        unread: [],
        ...change.node,
      },
      {
        name: 'repo',
        target: targetOf('repo', '10.0.0.14', 'repository'),
        runsBackups: true,
        clockOffsetSeconds: 0.2,
        systemIdentifier: undefined,
        server: undefined,
        backup: observed(true, change.repoSeen),
        machine: machine(true, change.repoMachine),
        unread: [],
        ...change.repo,
      },
    ],
  };
}
