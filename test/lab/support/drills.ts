// The restore drill and verify of a lab's repository node, as cron and operators run them, and what the cluster sees of it.
import { expect } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import type { DrillRecord } from '../../../core/backup/observation';
import type { BackupTarget, DrillSpec } from '../../../core/backup/types';
import { parseDrillRecord } from '../../../core/drill/record';
import { renderDraft } from '../../../core/render/draft';
import { DRILL, drillFiles, VERIFY } from '../../../core/render/drillFiles';
import { planCluster } from '../../../core/topology/planCluster';
import type { ClusterPlan, NodePlan } from '../../../core/topology/types';
import { sql } from '../../../lab/cluster';
import type { Lab, LabNode } from '../../../lab/lab';
import { readClusterSpec } from '../../../lab/stack/clusterSpec';
import { observeLab } from '../../../lab/status';
import { primaryOf } from './failover';

export interface Drilled {
  readonly code: number;
  readonly said: string;
  readonly record: DrillRecord | undefined;
}

export interface Repository {
  readonly node: LabNode;
  readonly plan: NodePlan;
  readonly target: BackupTarget;
  /** Where copies are restored. */
  readonly directory: string;
  /** As the OS user. */
  as(command: string): Promise<string>;
  drill(...words: readonly string[]): Promise<Drilled>;
  verify(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
  /** Our programs with these changes of what is declared, without a deployment; {} puts the declared ones back. */
  place(changes: Partial<DrillSpec>): Promise<void>;
}

/** host: of several that hold one, which; default: the first. */
export async function repositoryOf(lab: Lab, host?: string): Promise<Repository> {
  const cluster = planCluster(await readClusterSpec(lab.manifest()));
  const { plan, target } = holder(cluster, host);
  const node = lab.node(plan.name);
  const user = cluster.spec.os.user;
  return {
    node,
    plan,
    target,
    directory: target.drill.directory,
    as: async (command) => (await node.exec(['bash', '-c', `cd / && ${command}`], { as: user })).stdout.trim(),
    drill: async (...words) => {
      const { code, stdout, stderr } = await node.exec([DRILL, ...words], { anyExit: true, timeoutMs: 600_000 });
      return { code, said: stderr, record: parseDrillRecord(stdout) };
    },
    verify: async (...words) => {
      const { code, stdout, stderr } = await node.exec([VERIFY, ...words], { anyExit: true, timeoutMs: 300_000 });
      return { code, said: stdout + stderr };
    },
    place: (changes) => place(cluster, plan, { ...target, drill: { ...target.drill, ...changes } }, node),
  };
}

function holder(cluster: ClusterPlan, host?: string): { readonly plan: NodePlan; readonly target: BackupTarget } {
  const plan = cluster.nodes.find(
    ({ name, backup }) => backup?.holdsRepository === true && (host === undefined || name === host),
  );
  if (plan === undefined || cluster.backup === undefined) throw new Error('the lab declares no backup');
  return { plan, target: cluster.backup };
}

async function place(cluster: ClusterPlan, plan: NodePlan, target: BackupTarget, node: LabNode): Promise<void> {
  const drafts = drillFiles(cluster, plan, target);
  const templates = loadTemplates();
  const remote = node.remote();
  try {
    for (const { path, text, mode, owner } of drafts.map((draft) => renderDraft(draft, templates))) {
      await remote.put(path, text, { mode, owner });
    }
  } finally {
    remote.close();
  }
}

export function detailOf({ record }: Drilled, check: string): string {
  return record?.checks.find(({ name }) => name === check)?.detail ?? `no check ${check}`;
}

export function expectPassed(drilled: Drilled): DrillRecord {
  expect({ reasons: drilled.record?.reasons, code: drilled.code }, drilled.said).toEqual({ reasons: [], code: 0 });
  return drilled.record as DrillRecord;
}

/** Nothing is left: no file of the copy, no server that ran on it. */
export async function expectNothingLeft({ node, directory }: Repository): Promise<void> {
  const look = `ls -A '${directory}' 2>/dev/null; for p in /proc/[0-9]*; do case $(readlink $p/cwd) in '${directory}'*) echo "$p"; esac; done`;
  expect((await node.exec(['bash', '-c', look])).stdout).toBe('');
}

/** What must not change while drills run beside it: who leads, its timeline, and the processes of every database. */
export async function clusterIdentity(lab: Lab): Promise<readonly string[]> {
  const { primary, nodes } = await observeLab(lab);
  const members = nodes.filter(({ role }) => role === 'primary' || role === 'standby');
  const starts = await Promise.all(
    members.map(async ({ name, role, timeline }) => {
      const [started] = await sql(lab, lab.node(name), 'select sys_postmaster_start_time()');
      return `${name} ${role} on timeline ${timeline}, running since ${started}`;
    }),
  );
  return [`primary ${primary}`, ...starts];
}

export async function databaseSql(lab: Lab, statement: string): Promise<readonly string[]> {
  return sql(lab, await primaryOf(lab), statement);
}
