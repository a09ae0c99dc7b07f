/** kingbase:BackupSchedule: the entries of the backups in cron, one per job, on one host. An entry that an operator commented out stays so. */
import { createHash } from 'node:crypto';
import {
  planCron,
  readCron,
  removeCron,
  type CronPlace,
  type CronState,
  type CronTables,
} from '../../core/backup/cronTable';
import type { BackupTarget } from '../../core/backup/types';
import { KingbaseError } from '../../core/finding';
import { CRON_FILE } from '../../core/topology/cronFile';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { runBackupStep } from '../backup/backupSteps';
import { observeBackupNode, observeBackupThrough } from '../backup/observeBackup';
import type { ClusterNode } from '../observe/observeNode';
import type { Connection, OpenRemote } from '../remote';
import { warn } from '../warn';
import { cleanHost, inputsDiffer, type Observed } from './support';
import type { Handler } from './types';

export interface BackupScheduleInputs {
  readonly connection: Connection;
  readonly target: NodeTarget;
  readonly backup: BackupTarget;
}

export interface BackupScheduleOutputs extends BackupScheduleInputs {
  readonly observed?: Observed<CronState>;
}

export function backupScheduleHandler(open: OpenRemote): Handler<BackupScheduleInputs, BackupScheduleOutputs> {
  const done = async (inputs: BackupScheduleInputs): Promise<BackupScheduleOutputs> => {
    await place(open, inputs);
    return { ...inputs, observed: await observe(open, inputs) };
  };
  return {
    diff: async (_id, olds, news) => {
      if (olds.connection.host !== news.connection.host) {
        return { changes: true, replaces: ['connection'] };
      }
      return {
        changes: inputsDiffer<BackupScheduleInputs>(olds, news, ['connection', 'target', 'backup']) || hasDrift(olds),
      };
    },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await done(inputs) }),
    read: async (id, props) => ({ id, props: { ...props, observed: await observe(open, props) } }),
    update: async (_id, _olds, news) => ({ outs: await done(news) }),
    delete: async (_id, props) =>
      cleanHost(open, props.connection, 'our entries in cron', async (remote) => {
        // Not readTables: a host that is gone shall be told from one that cannot be read.
        const { cronFile, crontab } = await observeBackupThrough(remote, props.target, props.backup);
        const tables = { file: cronFile, crontab };
        await write(open, props, tables, removeCron(tables), []);
      }),
  };
}

function hasDrift({ observed }: BackupScheduleOutputs): boolean {
  return (
    observed?.reachable === true &&
    (observed.vendor.length > 0 ||
      observed.copies.length > 0 ||
      Object.values(observed.entries).some((state) => state === 'missing' || state === 'changed'))
  );
}

async function place(open: OpenRemote, inputs: BackupScheduleInputs): Promise<void> {
  const tables = await readTables(open, inputs);
  const plan = planCron(tables, requestOf(inputs));
  if (plan.kind === 'refuse') {
    throw new KingbaseError(plan.finding);
  }
  for (const line of plan.taken) {
    warn(inputs.connection.host, `taken out of cron, kept in ${inputs.target.state}/backup/cron-taken: ${line}`);
  }
  if (plan.paused.length > 0) {
    warn(
      inputs.connection.host,
      `paused by an operator, and left so: ${plan.paused.join(', ')} (commented out in cron)`,
    );
  }
  await write(open, inputs, tables, plan.tables, plan.taken);
}

async function write(
  open: OpenRemote,
  inputs: BackupScheduleInputs,
  old: CronTables,
  tables: Readonly<Partial<Record<CronPlace, string>>>,
  taken: readonly string[],
): Promise<void> {
  for (const [where, text] of Object.entries(tables) as [CronPlace, string][]) {
    const gone = taken.filter((line) => (old[where] ?? '').split('\n').includes(line));
    await runBackupStep(open, inputs, inputs.backup, 'writeCron', {
      KB_CRON_PLACE: where === 'file' ? CRON_FILE : 'crontab',
      KB_CRON_OLD: createHash('sha256')
        .update((old[where] ?? '').replace(/\n+$/, ''))
        .digest('hex'),
      KB_CRON_NEW: Buffer.from(text).toString('base64'),
      KB_CRON_TAKEN: Buffer.from(gone.join('\n')).toString('base64'),
    });
  }
}

async function observe(open: OpenRemote, inputs: BackupScheduleInputs): Promise<Observed<CronState>> {
  const seen = await observeBackupNode(inputs, inputs.backup, open);
  return seen.reachable
    ? { reachable: true, ...readCron({ file: seen.cronFile, crontab: seen.crontab }, requestOf(inputs)) }
    : { reachable: false, reason: seen.reason };
}

async function readTables(
  open: OpenRemote,
  inputs: ClusterNode & { readonly backup: BackupTarget },
): Promise<CronTables> {
  const seen = await observeBackupNode(inputs, inputs.backup, open);
  if (seen.reachable) {
    return { file: seen.cronFile, crontab: seen.crontab };
  }
  throw new KingbaseError({
    code: 'backup/host-unreadable',
    path: inputs.target.name,
    message: `its cron tables could not be read: ${seen.reason}`,
    hint: 'Bring it back, then run again. Nothing was changed.',
  });
}

function requestOf({ target, backup }: BackupScheduleInputs) {
  const { stanza, cron, vendorCronLines } = backup;
  return { host: target.name, stanza, cron, vendorCronLines };
}
