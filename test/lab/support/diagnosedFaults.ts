// Which fault of a lab is which fault of the diagnosis, and who cures it.
import { sql } from '../../../lab/cluster';
import type { Lab } from '../../../lab/lab';
import { HOST, runJob, targetOf } from './backups';
import type { DiagnosedFaultCase } from './diagnosed';
import { withValue } from './stackConfig';

/** The five of the guide; the second is three, the fourth is three. */
export const FIVE: readonly DiagnosedFaultCase[] = [
  { fault: 'change-repo-ip', node: HOST, id: 'backup/repo-ip', cure: 'commands' },
  { fault: 'remove-ipc', node: 'node1', id: 'backup/remove-ipc', cure: 'commands' },
  { fault: 'lower-semaphores', node: 'node1', id: 'backup/semaphores', cure: 'commands' },
  { fault: 'lower-shared-memory', node: 'node1', id: 'backup/shared-memory', cure: 'commands' },
  { fault: 'limit-backup-memory', node: HOST, id: 'backup/out-of-memory', then: backUpOverSsh, cure: 'hand' },
  { fault: 'stop-archiving', node: 'node1', id: 'backup/archiving-off', cure: 'commands' },
  { fault: 'override-archive-command', node: 'node1', id: 'backup/archive-overridden', cure: 'commands' },
  {
    fault: 'cut-idle-sessions',
    node: 'node1',
    id: 'backup/idle-timeout',
    cure: 'commands',
    tidy: (lab) => sql(lab, lab.node('node1'), 'alter role esrep reset idle_session_timeout'),
  },
];

export const QUICK: readonly DiagnosedFaultCase[] = [
  { fault: 'close-repository', node: HOST, id: 'backup/repository-access', cure: 'commands' },
  { fault: 'lock-repository', node: HOST, id: 'backup/locked', cure: 'commands' },
  { fault: 'remove-manifest', node: HOST, id: 'backup/manifest-missing', cure: 'commands' },
];

export const OTHERS: readonly DiagnosedFaultCase[] = [
  { fault: 'break-archive-command', node: 'node1', id: 'backup/archive-command', cure: 'commands' },
  { fault: 'change-host-key', node: 'node1', id: 'backup/host-key', cure: 'commands' },
  { fault: 'change-data-path', node: HOST, id: 'backup/data-path', cure: 'commands' },
  { fault: 'remove-stanza', node: HOST, id: 'backup/stanza-missing', cure: 'hand' },
  {
    fault: 'pile-up-wal',
    node: 'node1',
    declare: (cluster) =>
      withValue(withValue(cluster, ['backup', 'newerKeys'], true), ['backup', 'resources', 'nonArchivedSpaceMiB'], 128),
    printed: initialiseAnother,
    id: 'backup/archive-overridden',
    also: ['backup/wal-piled-up', 'backup/archive-lag'],
    cure: 'commands',
    tidy: takeAnotherAway,
  },
  { fault: 'freeze-control-time', node: 'node1', id: 'backup/stale-control', then: backUpTwice, cure: 'hand' },
  { fault: 'stop-databases', id: 'backup/no-primary', cure: 'hand' },
  { fault: 'add-vendor-cron', node: HOST, id: 'backup/schedule-trap', cure: 'commands' },
  { fault: 'fill-disk', node: HOST, id: 'backup/repository-full', cure: 'hand' },
  { fault: 'skew-clock', node: HOST, options: { seconds: '-120' }, id: 'backup/clock', cure: 'hand' },
  { fault: 'power-off', node: HOST, id: 'backup/repository-host-off', cure: 'hand' },
  { fault: 'corrupt-backup', node: HOST, id: 'backup/damaged', then: verify, cure: 'commands' },
  { fault: 'remove-wal-segment', node: HOST, id: 'backup/damaged', then: verify, cure: 'hand' },
];

/** In the node's own group of processes, where its memory is counted. */
async function backUpOverSsh(lab: Lab): Promise<void> {
  const target = await targetOf(lab);
  const remote = lab.node(HOST).remote();
  const { prefix } = lab.manifest();
  const rman = `${prefix}/bin/sys_rman --config=${target.conf} --stanza=${target.stanza} --type=incr backup`;
  try {
    await remote.exec(['sh', '-c', `cd / && /usr/local/lib/pulumi-kingbase/backup-job.sh incremental ${rman}; true`], {
      as: 'kingbase',
      timeoutMs: 120_000,
    });
  } finally {
    remote.close();
  }
}

/** As cron does at night; it ends with 1 where it finds something. */
async function verify(lab: Lab): Promise<void> {
  await runJob(lab, 'verify').catch(() => undefined);
}

/** The first may still find the control file changed since the backup before; it notes the time that stands still. */
async function backUpTwice(lab: Lab): Promise<void> {
  for (const _ of [1, 2]) await runJob(lab, 'incremental').catch(() => undefined);
}

const ANOTHER = '/home/kingbase/another_repository';

/** Somebody sets up a repository of his own with the vendor's script, which counts the segments that wait: what it printed. */
async function initialiseAnother(lab: Lab): Promise<string> {
  const bin = `${lab.manifest().prefix}/bin`;
  const { stdout } = await lab.node(HOST).script(
    `set -e
     cp -p ${bin}/sys_backup.conf /run/sys_backup.conf.declared
     sed -i 's|^_repo_path=.*|_repo_path="${ANOTHER}"|' ${bin}/sys_backup.conf
     runuser -u kingbase -- env HOME=/home/kingbase bash ${bin}/sys_backup.sh -m auto init 2>&1 || echo "exit code $?"
     cp -p /run/sys_backup.conf.declared ${bin}/sys_backup.conf`,
    { label: 'sys_backup.sh init', timeoutMs: 120_000 },
  );
  if (!/^ERROR: RMAN-00500: Non archived WAL files more than 128 M$/m.test(stdout)) throw new Error(stdout);
  return stdout;
}

async function takeAnotherAway(lab: Lab): Promise<void> {
  for (const node of lab.nodes()) await node.script(`rm -rf ${ANOTHER}`, { label: 'remove what init left' });
}
