/** Asks every node of a cluster what a diagnosis of its backups needs, all at once and read-only. What gives no answer is evidence too, never an exception. */
import { parseMachine } from '../../core/backup/diagnosis/parseMachine';
import type {
  BackupEvidence,
  MachineEvidence,
  NodeEvidence,
  ToolText,
  Unread,
} from '../../core/backup/diagnosis/types';
import type { BackupTarget } from '../../core/backup/types';
import { KingbaseError } from '../../core/finding';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { backupEnv } from '../backup/backupEnv';
import { backupNodes, observeBackupNode } from '../backup/observeBackup';
import { nodeEnv } from '../../core/topology/nodeEnv';
import { nodeScript } from '../nodeScripts';
import { observeNode, type ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';

export interface GatherOptions {
  /** sys_rman check: it makes the primary begin a new WAL segment. */
  readonly check: boolean;
  /** Texts that somebody brought along. */
  readonly texts: readonly ToolText[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const TIMEOUT_MS = 150_000;

export async function gatherBackupEvidence(
  nodes: readonly ClusterNode[],
  backup: BackupTarget,
  open: OpenRemote,
  options: GatherOptions,
): Promise<BackupEvidence> {
  const concerned = backupNodes(nodes, backup);
  const all = await Promise.all(concerned.map((node) => gatherNode(node, concerned, backup, open, options)));
  return { backup, nodes: all, texts: options.texts };
}

async function gatherNode(
  node: ClusterNode,
  all: readonly ClusterNode[],
  backup: BackupTarget,
  open: OpenRemote,
  options: GatherOptions,
): Promise<NodeEvidence> {
  const { target } = node;
  const base = { name: target.name, target, runsBackups: backup.hosts.includes(target.name) };
  const clock = await attempt('the node', () => readClock(node, open, options));
  if (clock.value === undefined) {
    // Nothing else would be answered, and each question would wait for its own time-out.
    return { ...base, ...NOTHING, unread: clock.unread };
  }
  const machine = await attempt('its host', () => readMachine(node, all, backup, open, options));
  const [seen, member] = await Promise.all([
    observeBackupNode(node, backup, open),
    target.role === 'database' ? observeNode(node, open, 'brief') : undefined,
  ]);
  const server = member?.reachable === true ? member.server : undefined;
  return {
    ...base,
    clockOffsetSeconds: clock.value,
    systemIdentifier: member?.reachable === true ? member.control?.systemIdentifier : undefined,
    server: server?.answers,
    backup: seen.reachable ? seen : undefined,
    machine: machine.value,
    unread: [
      ...machine.unread,
      ...(seen.reachable ? [] : [{ what: 'what it knows of the backups', reason: seen.reason }]),
      ...(seen.reachable && base.runsBackups && seen.catalogue === undefined
        ? [{ what: 'the catalogue', reason: seen.catalogueReason ?? 'sys_rman.conf is not there' }]
        : []),
      ...(member === undefined || server?.answers !== undefined
        ? []
        : [
            { what: 'its server', reason: server?.reason ?? (member.reachable ? 'it does not answer' : member.reason) },
          ]),
    ],
  };
}

const NOTHING = {
  clockOffsetSeconds: undefined,
  systemIdentifier: undefined,
  server: undefined,
  backup: undefined,
  machine: undefined,
} as const;

async function attempt<T>(
  what: string,
  read: () => Promise<T>,
): Promise<{ readonly value: T | undefined; readonly unread: Unread[] }> {
  try {
    return { value: await read(), unread: [] };
  } catch (error) {
    const message = error instanceof KingbaseError ? error.findings[0]?.message : (error as Error).message;
    return { value: undefined, unread: [{ what, reason: (message ?? '').split('\n')[0] ?? '' }] };
  }
}

/** The node's clock minus ours, as it was half way. */
async function readClock({ connection }: ClusterNode, open: OpenRemote, { now }: GatherOptions): Promise<number> {
  const remote = open(connection);
  try {
    // The first call also logs in: it is not measured.
    await remote.exec(['true'], { as: connection.user, timeoutMs: 20_000 });
    const before = now();
    const { stdout } = await remote.exec(['date', '+%s.%N'], { as: connection.user, timeoutMs: 20_000 });
    return Number(stdout.trim()) - (before + now()) / 2000;
  } finally {
    remote.close();
  }
}

async function readMachine(
  { connection, target }: ClusterNode,
  all: readonly ClusterNode[],
  backup: BackupTarget,
  open: OpenRemote,
  { check }: GatherOptions,
): Promise<MachineEvidence> {
  const remote = open(connection);
  try {
    const text = nodeScript('layout.sh', 'node.sh', 'json.sh', 'diagnoseBackup.sh');
    const env = {
      ...nodeEnv(target),
      ...backupEnv(target, backup),
      KB_CHECK: check && backup.hosts.includes(target.name) ? 'yes' : 'no',
      KB_SSH: 'ssh -o BatchMode=yes -o ConnectTimeout=5',
      KB_SSH_TO: peersOf(target, all, backup).join('\n'),
    };
    const label = `diagnose the backups on ${target.name}`;
    const { stdout } = await remote.script(text, env, { timeoutMs: TIMEOUT_MS, label });
    return parseMachine(stdout);
  } finally {
    remote.close();
  }
}

/** Both ways between the databases and whoever backs them up. With a repository on each node, nobody asks anybody. */
function peersOf(target: NodeTarget, all: readonly ClusterNode[], backup: BackupTarget): string[] {
  if (backup.placement === 'perNode') return [];
  const isHost = backup.hosts.includes(target.name);
  return all
    .filter(({ target: other }) => other.name !== target.name)
    .filter(({ target: other }) => (isHost ? other.role === 'database' : backup.hosts.includes(other.name)))
    .map(({ target: other }) => other.host);
}
