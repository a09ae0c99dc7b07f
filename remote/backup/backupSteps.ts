/** Runs steps of templates/scripts/backup.sh, and says of one that fails which it was, with what it printed and where its log lies. */
import type { BackupTarget } from '../../core/backup/types';
import { KingbaseError } from '../../core/finding';
import { onHost } from '../handlers/support';
import { ChangedMeanwhile, runSteps } from '../nodeSteps';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';
import { lastLines, RemoteError } from '../remoteError';
import { backupEnv } from './backupEnv';
import { explain } from './explain';

export type BackupShellStep =
  'prepare' | 'stanzaCreate' | 'check' | 'startFull' | 'followFull' | 'grantRights' | 'keepSessions' | 'writeCron';

export async function runBackupStep(
  open: OpenRemote,
  node: ClusterNode,
  backup: BackupTarget,
  step: BackupShellStep,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    return await onHost(open, node.connection, (remote) =>
      runSteps(remote, node.target, 'backup.sh', [step], { env: { ...backupEnv(node.target, backup), ...env } }),
    );
  } catch (error) {
    throw error instanceof RemoteError && !(error instanceof ChangedMeanwhile) && error.result !== undefined
      ? stepFailed(node, backup, step, error)
      : error;
  }
}

const WHAT: Readonly<Record<BackupShellStep, string>> = {
  prepare: 'preparing the directories of the backups',
  stanzaCreate: 'sys_rman stanza-create',
  check: 'sys_rman check',
  startFull: 'starting the first full backup',
  followFull: 'following the first full backup',
  grantRights: 'giving the role of the backups the rights it lacks',
  keepSessions: 'keeping the sessions of backups open',
  writeCron: 'writing the entries of the backups to cron',
};

function stepFailed(node: ClusterNode, backup: BackupTarget, step: BackupShellStep, error: RemoteError): KingbaseError {
  const { result } = error;
  const said = result === undefined ? error.message : lastLines(result);
  const { message, cure } = explain(said, backup, node.target);
  return new KingbaseError(
    {
      code: `backup/${step === 'stanzaCreate' ? 'stanza-create' : step}-failed`,
      path: node.target.name,
      message: `${WHAT[step]} failed for stanza ${backup.stanza}\n${said}${message}`,
      hint:
        cure === undefined
          ? 'Correct the cause, then run again: it goes on with what is left. Nothing was removed.'
          : `${cure}; then run again. Nothing was removed.`,
    },
    { cause: error },
  );
}
