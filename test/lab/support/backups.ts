// The backups of a lab as an operator sees them: the catalogue by hand, a job as cron runs it, the cron tables.
import { expect } from 'vitest';
import type { BackupReport } from '../../../core/backup/observation';
import type { BackupTarget } from '../../../core/backup/types';
import type { Lab } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { observeWholeLab } from '../../../lab/status';
import { planOf } from './filesOnNode';

export const HOST = 'repo';
/** A segment takes a second; what failed once is tried again a minute later. */
const LAG_MS = 240_000;

export async function targetOf(lab: Lab): Promise<BackupTarget> {
  const { backup } = await planOf(lab);
  if (backup === undefined) throw new Error('the lab declares no backups');
  return backup;
}

export async function reportOf(lab: Lab): Promise<BackupReport> {
  const { backup } = await observeWholeLab(lab);
  if (backup === undefined || backup === null) throw new Error('the status says nothing of backups');
  return backup;
}

interface Info {
  readonly backup: readonly {
    readonly label: string;
    readonly type: string;
    readonly database: { readonly 'repo-key'?: number };
    readonly archive: { readonly start: string; readonly stop: string };
    readonly timestamp: { readonly stop: number };
  }[];
  readonly archive: readonly { readonly min: string; readonly max: string }[];
}

/** sys_rman's own answer, read apart from the product's parsers. */
export async function catalogueOf(lab: Lab, host = HOST): Promise<Info> {
  const target = await targetOf(lab);
  const { bin } = await repositoryPaths(lab, host);
  const words = `--config=${target.conf} --stanza=${target.stanza} --output=json`;
  const { stdout } = await lab.node(host).script(`'${bin}/sys_rman' ${words} info`, { as: 'kingbase' });
  return (JSON.parse(stdout) as readonly Info[])[0] as Info;
}

/** The command of a cron entry, run now as its user; what cron would run tonight. */
export async function runJob(lab: Lab, job: string, host = HOST): Promise<void> {
  const { cron } = await targetOf(lab);
  const line = cron.lines.find((each) => each.job === job)?.line;
  const command = line?.replace(/^(\S+\s+){5}/, '').replace(cron.form === 'cron.d' ? /^\S+\s+/ : /^/, '');
  if (command === undefined) throw new Error(`no cron entry for ${job}`);
  await lab.node(host).script(command, { as: 'kingbase', timeoutMs: 400_000, label: `job ${job}` });
}

export async function cronTables(lab: Lab, host = HOST): Promise<string> {
  const { stdout } = await lab
    .node(host)
    .script('cat /etc/cron.d/KINGBASECRON 2>/dev/null || true; crontab -u kingbase -l 2>/dev/null || true');
  return stdout;
}

/** Active entries per job, over both places. */
export async function activeEntries(lab: Lab, host = HOST): Promise<Readonly<Record<string, number>>> {
  const { cron } = await targetOf(lab);
  const active = (await cronTables(lab, host)).split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const kind: Readonly<Record<string, RegExp>> = {
    full: /--type=full backup/,
    differential: /--type=diff backup/,
    incremental: /--type=incr backup/,
    verify: /verify\.sh/,
    drill: /drill\.sh/,
  };
  return Object.fromEntries(cron.lines.map(({ job }) => [job, active.filter((line) => kind[job]?.test(line)).length]));
}

export async function expectLagGone(lab: Lab): Promise<BackupReport> {
  const seen: { last?: BackupReport } = {};
  await poll(
    async () => {
      seen.last = await reportOf(lab);
      return seen.last.archiveLagSegments === 0 ? true : undefined;
    },
    LAG_MS,
    1_000,
  );
  expect(seen.last).toMatchObject({ archiveLagSegments: 0, archiveLagSeconds: 0 });
  return seen.last as BackupReport;
}

export async function repositoryPaths(
  lab: Lab,
  host = HOST,
): Promise<{ readonly bin: string; readonly state: string }> {
  const node = (await planOf(lab)).nodes.find(({ name }) => name === host);
  if (node === undefined) throw new Error(`${host} is no node of the cluster`);
  return { bin: node.paths.bin, state: node.paths.state };
}
