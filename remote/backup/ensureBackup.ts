/** Brings the backups of a cluster into being: observe, decide, act, verify. Killed anywhere and run again, it goes on with what is left. */
import { BACKUP_USER } from '../../core/backup/commands';
import { decideBackup, type BackupStep, type BackupWish } from '../../core/backup/decideBackup';
import type { BackupTarget } from '../../core/backup/types';
import { ownSets } from '../../core/backup/report';
import { cutByOneMore } from '../../core/backup/retention';
import { KingbaseError } from '../../core/finding';
import { utc } from '../../core/text/utc';
import type { BackupNodeObservation } from '../../core/observe/backup/types';
import { writablePrimaries } from '../../core/observe/clusterReport';
import type { Clock } from '../clock';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import { holdCluster } from '../operation/holdCluster';
import { progress } from '../progress';
import type { OpenRemote } from '../remote';
import { archivingFindings, systemsOf } from './archiving';
import { runBackupStep } from './backupSteps';
import { makeFullBackup } from './fullBackup';
import { backupNodes, observeBackupNode } from './observeBackup';

export interface BackupContext {
  readonly open: OpenRemote;
  readonly clock: Clock;
}

export interface BackupWork {
  readonly nodes: readonly ClusterNode[];
  readonly backup: BackupTarget;
}

export async function ensureBackup(context: BackupContext, work: BackupWork, wish: BackupWish): Promise<void> {
  await holdCluster(context.open, work.nodes, 'backup', async () => {
    const concerned = backupNodes(work.nodes, work.backup);
    await Promise.all(concerned.map((node) => runBackupStep(context.open, node, work.backup, 'prepare')));
    const members = await observeMembers(context.open, work);
    requireArchiving(work.backup, members);
    const systemIdentifier = systemOf(members);
    for (const node of hostsOf(work)) {
      await ensureOn(context, work, node, systemIdentifier, wish, members);
    }
  });
}

export function hostsOf({ nodes, backup }: BackupWork): ClusterNode[] {
  return nodes.filter(({ target }) => backup.hosts.includes(target.name));
}

export async function observeMembers(open: OpenRemote, { nodes }: BackupWork): Promise<ObservedMember[]> {
  return observeNodes(
    nodes.filter(({ target }) => target.role === 'database'),
    open,
    'brief',
  );
}

function requireArchiving(backup: BackupTarget, members: readonly ObservedMember[]): void {
  const findings = archivingFindings(backup, members);
  if (findings.length > 0) {
    throw new KingbaseError(findings);
  }
}

/** The one that all of them share. */
export function systemOf(members: readonly ObservedMember[]): string {
  const found = systemsOf(members);
  const [only] = found;
  if (found.length === 1 && only !== undefined) {
    return only;
  }
  throw new KingbaseError({
    code: 'backup/no-single-system',
    message:
      found.length === 0
        ? 'no database node shows a system identifier'
        : `the database nodes show ${found.length} system identifiers: ${found.join(', ')}`,
    hint: 'All nodes of one cluster are copies of one database: find out which is not, then run again. Nothing was changed.',
  });
}

async function ensureOn(
  context: BackupContext,
  work: BackupWork,
  node: ClusterNode,
  systemIdentifier: string,
  wish: BackupWish,
  members: readonly ObservedMember[],
): Promise<void> {
  const seen = await readHost(context, work, node);
  const decision = decideBackup(work.backup, seen, systemIdentifier, wish);
  if (decision.kind === 'refuse') {
    throw new KingbaseError(decision.finding);
  }
  const primary = primaryNode(work, members);
  // V8R6's role of the backups is a superuser.
  if (primary.target.version === 'V9') await runBackupStep(context.open, primary, work.backup, 'grantRights');
  await keepSessions(context, work, primary);
  for (const step of decision.steps) {
    if (step === 'full') sayWhatItCuts(work, node, seen, systemIdentifier);
    await runStep(context, work, node, step);
  }
  await verify(context, work, node, systemIdentifier);
}

/** It is made all the same: a changed place needs it. Who reads this still has the time to raise retention.fullBackups. */
function sayWhatItCuts(
  { backup }: BackupWork,
  node: ClusterNode,
  { catalogue, epochSeconds }: BackupNodeObservation,
  systemIdentifier: string,
): void {
  const sets = catalogue === undefined ? [] : ownSets(catalogue, systemIdentifier);
  for (const number of new Set(sets.map(({ repository }) => repository))) {
    const own = sets.filter(({ repository }) => repository === number);
    const since = cutByOneMore(backup.retention, own, epochSeconds);
    if (since === undefined) continue;
    progress(
      node.connection.host,
      `WARNING: this full backup is one more than the ${backup.retention.fullBackups} that are kept: the oldest goes, and restores reach back to ${utc(since)} only, not ${backup.retention.windowDays} days. Raise backup.retention.fullBackups before the next change of hosts or paths`,
    );
  }
}

async function runStep(
  context: BackupContext,
  { backup }: BackupWork,
  node: ClusterNode,
  step: BackupStep,
): Promise<void> {
  if (step === 'full') {
    return makeFullBackup(context, node, backup);
  }
  progress(
    node.connection.host,
    step === 'check' ? `sys_rman check of stanza ${backup.stanza}` : `creating stanza ${backup.stanza}`,
  );
  await runBackupStep(context.open, node, backup, step);
}

async function readHost(
  { open }: BackupContext,
  { backup }: BackupWork,
  node: ClusterNode,
): Promise<BackupNodeObservation> {
  const seen = await observeBackupNode(node, backup, open);
  if (seen.reachable) {
    return seen;
  }
  throw new KingbaseError({
    code: 'backup/host-unreadable',
    path: node.target.name,
    message: `the host that runs the backups could not be read: ${seen.reason}`,
    hint: 'Bring it back, then run again. Nothing was changed.',
  });
}

/** Nothing may be due any more: what was asked for is there, and not only said to be. */
async function verify(
  context: BackupContext,
  work: BackupWork,
  node: ClusterNode,
  systemIdentifier: string,
): Promise<void> {
  const again = decideBackup(work.backup, await readHost(context, work, node), systemIdentifier, {
    identityChanged: false,
    check: false,
  });
  if (again.kind === 'refuse') {
    throw new KingbaseError(again.finding);
  }
  if (again.steps.length > 0) {
    throw new KingbaseError({
      code: 'backup/not-there',
      path: node.target.name,
      message: `sys_rman reported success, and its catalogue still lacks: ${again.steps.join(', ')}`,
      hint: `Look at it: sys_rman --config=${work.backup.conf} --stanza=${work.backup.stanza} info on ${node.target.name}.`,
    });
  }
}

function primaryNode(work: BackupWork, members: readonly ObservedMember[]): ClusterNode {
  const [primary] = writablePrimaries(members);
  const node = work.nodes.find(({ target }) => target.name === primary?.target.name);
  if (node === undefined) {
    throw new KingbaseError({
      code: 'backup/no-primary',
      message: 'no database node accepts writes: nothing can be backed up',
      hint: 'Bring a primary back, then run again. Nothing was changed.',
    });
  }
  return node;
}

/** The sessions of a backup are idle for as long as files are copied: a global limit on idle sessions would cut them. */
async function keepSessions(context: BackupContext, work: BackupWork, node: ClusterNode): Promise<void> {
  const seen = await observeBackupNode(node, work.backup, context.open);
  const sessions = seen.reachable ? seen.sessions : undefined;
  if (sessions?.setting === undefined || sessions.seconds === undefined || sessions.seconds === 0) {
    return;
  }
  if (sessions.roles[BACKUP_USER] === '0') {
    return;
  }
  progress(
    node.connection.host,
    `${sessions.setting} is ${sessions.seconds} s for everybody and would cut backups: set to 0 for ${BACKUP_USER}`,
  );
  await runBackupStep(context.open, node, work.backup, 'keepSessions', { KB_IDLE_SETTING: sessions.setting });
}
