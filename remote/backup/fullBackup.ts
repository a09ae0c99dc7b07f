/** The first full backup: long work that lives on the node as a unit of its own. A run of ours starts it or attaches to it, and follows it to its end. */
import type { JobRecord } from '../../core/backup/observation';
import type { BackupTarget } from '../../core/backup/types';
import { KingbaseError } from '../../core/finding';
import type { Clock } from '../clock';
import type { ClusterNode } from '../observe/observeNode';
import { progress } from '../progress';
import type { OpenRemote } from '../remote';
import { isGone } from '../remoteError';
import { explain } from './explain';
import { FOLLOW_SECONDS, unitOf } from './backupEnv';
import { runBackupStep } from './backupSteps';
import { observeBackupNode } from './observeBackup';

export interface FullBackupContext {
  readonly open: OpenRemote;
  readonly clock: Clock;
}

const RETRIES = 8;

/** A day: longer than the longest backup anybody waits for in one run; the unit itself has no such limit. */
const LIMIT_MS = 86_400_000;

export async function makeFullBackup(
  context: FullBackupContext,
  node: ClusterNode,
  backup: BackupTarget,
): Promise<void> {
  const host = node.connection.host;
  const before = await recordOf(context, node, backup);
  const attached = before?.exitCode === null;
  progress(
    host,
    attached
      ? `a full backup of stanza ${backup.stanza} is at work there already; this run follows it`
      : `full backup of stanza ${backup.stanza} begins (unit ${unitOf(backup)}); it goes on there if this run ends`,
  );
  if (!attached) {
    await runBackupStep(context.open, node, backup, 'startFull');
  }
  await follow(context, node, backup);
  const after = await recordOf(context, node, backup);
  // An older record is none of this run: its unit ended before the job began.
  const own = attached || !isSame(before, after) ? after : undefined;
  if (own?.exitCode !== 0) {
    throw failed(node, backup, own);
  }
  progress(host, `full backup of stanza ${backup.stanza} done after ${(own.stopSeconds ?? 0) - own.startSeconds} s`);
}

function isSame(before: JobRecord | undefined, after: JobRecord | undefined): boolean {
  return before?.startSeconds === after?.startSeconds && before?.stopSeconds === after?.stopSeconds;
}

async function recordOf(
  { open }: FullBackupContext,
  node: ClusterNode,
  backup: BackupTarget,
): Promise<JobRecord | undefined> {
  const seen = await observeBackupNode(node, backup, open);
  return seen.reachable ? seen.jobs.find(({ job }) => job === 'full') : undefined;
}

/** A connection that breaks meanwhile ends nothing there: it is looked for again. */
async function follow({ open, clock }: FullBackupContext, node: ClusterNode, backup: BackupTarget): Promise<void> {
  const until = clock.now() + LIMIT_MS;
  let said = '';
  let lost = 0;
  while (clock.now() < until) {
    try {
      const [state, mebibytes = '', line = ''] = (await runBackupStep(open, node, backup, 'followFull')).split('\n');
      lost = 0;
      if (state !== 'running') return;
      const now = `${mebibytes === '' ? '' : `${mebibytes} MiB in the repository; `}${line}`;
      if (now !== said) progress(node.connection.host, `full backup at work: ${now}`);
      said = now;
    } catch (error) {
      lost += 1;
      if (!isGone(error) || lost > RETRIES) throw error;
      await clock.sleep(FOLLOW_SECONDS * 1000);
    }
  }
}

function failed(node: ClusterNode, backup: BackupTarget, record: JobRecord | undefined): KingbaseError {
  const said = record === undefined ? 'it left no record' : `exit code ${record.exitCode}\n${indent(record.tail)}`;
  const { message, cure } = explain(record?.tail ?? '', backup, node.target);
  return new KingbaseError({
    code: 'backup/full-failed',
    path: node.target.name,
    message: `the full backup of stanza ${backup.stanza} failed: ${said}${message}`,
    hint: `${cure === undefined ? '' : `${cure}. `}Its whole output: ${node.target.log}/sys_rman_backup_full.log on ${node.target.name}. Correct the cause, then run again.`,
  });
}

function indent(text: string): string {
  const lines = text.split('\n').filter((line) => !line.includes(' command begin '));
  return lines
    .slice(-12)
    .map((line) => `  ${line}`)
    .join('\n');
}
