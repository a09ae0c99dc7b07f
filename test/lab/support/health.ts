// What holds on every node of a healthy cluster, data included.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { FORMS } from '../../../lab/forms';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { statusJson, waitForHealth, type StatusJson } from '../../../lab/status';
import type { ClusterStatusReport } from '../../../core/observe/clusterReport';
import type { NodeRole } from '../../../core/spec/types';

/** kbha is started by cron once a minute; a busy machine takes several times as long for everything else. */
const HEALTH_MS = 240_000;
const REPLAY_MS = 120_000;

export interface HealthWanted {
  /** Who has to be primary; default: anyone. */
  readonly primary?: string;
  /** Names of the nodes with a database that takes part; default: those of the lab's form. */
  readonly members?: readonly string[];
  readonly withinMs?: number;
}

/** One primary, every other database node a standby that streams from it, daemons everywhere, the same rows everywhere. */
export async function expectHealthy(lab: Lab, wanted: HealthWanted = {}): Promise<ClusterStatusReport> {
  const report = await waitForHealth(lab, wanted.withinMs ?? HEALTH_MS);
  expect(report.reasons).toEqual([]);
  const primary = wanted.primary ?? report.primary ?? 'none';
  expect(statusJson(report)).toEqual(healthyStatus(lab, primary, report, wanted.members));
  expect(report.virtualIp).toEqual({ address: lab.manifest().virtualIp, holders: [primary] });
  await expectSameData(lab, report);
  return report;
}

/** The whole of `lab:status --json` for a healthy cluster; only the timeline is taken from what was seen. */
export function healthyStatus(
  lab: Lab,
  primary: string,
  seen: ClusterStatusReport,
  members: readonly string[] = namesOf(lab, 'database'),
): StatusJson {
  const timeline = seen.nodes.find((node) => node.name === primary)?.timeline ?? null;
  const running = { timeline, repmgrd: true, kbha: true };
  const leads = { role: 'primary', status: '* running', upstream: null, lagBytes: null, ...running } as const;
  const lagBytes = expect.any(Number) as number;
  const follows = { role: 'standby', status: 'running', upstream: primary, lagBytes, ...running } as const;
  // Its database is its own, and so is its timeline.
  const votes = { ...leads, role: 'witness', upstream: primary, timeline: expect.any(Number) as number } as const;
  const nothing = { upstream: null, timeline: null, lagBytes: null, repmgrd: null, kbha: null };
  const repository = { role: 'repository', status: 'reachable', ...nothing } as const;
  const nodes = [
    ...members.map((name) => ({ name, ...(name === primary ? leads : follows) })),
    ...namesOf(lab, 'witness').map((name) => ({ name, ...votes })),
    ...namesOf(lab, 'repository').map((name) => ({ name, ...repository })),
  ];
  return {
    cluster: lab.name,
    primary,
    nodes: nodes
      .map((node) => ({ host: lab.node(node.name).host, ...node }))
      .sort((a, b) => order(seen, a.name) - order(seen, b.name)),
  };
}

/** Of the form, not of the machines there are: one that was added is not yet a member. */
function namesOf(lab: Lab, role: NodeRole): readonly string[] {
  return FORMS[lab.manifest().form].nodes.filter((node) => node.role === role).map((node) => node.name);
}

function order(seen: ClusterStatusReport, name: string): number {
  return seen.nodes.findIndex((node) => node.name === name);
}

/** Every table of the users is the same, row for row, once the standbys have replayed what the primary wrote. */
export async function expectSameData(lab: Lab, report: ClusterStatusReport): Promise<void> {
  const primary = lab.node(report.primary ?? '');
  const standbys = report.nodes.filter((node) => node.role === 'standby').map((node) => lab.node(node.name));
  await waitForReplay(lab, primary, standbys);
  const [wanted, ...others] = await Promise.all([primary, ...standbys].map((node) => dataOf(lab, node)));
  expect(Object.fromEntries(standbys.map((node, index) => [node.name, others[index]]))).toEqual(
    Object.fromEntries(standbys.map((node) => [node.name, wanted])),
  );
}

export async function waitForReplay(lab: Lab, primary: LabNode, standbys: readonly LabNode[]): Promise<void> {
  const [written] = await sql(lab, primary, 'select sys_current_wal_lsn()');
  for (const node of standbys) {
    const replayed = await poll(
      async () =>
        (await sql(lab, node, `select sys_last_wal_replay_lsn() >= '${written}'`))[0] === 't' ? true : undefined,
      REPLAY_MS,
      200,
    );
    expect(replayed, `${node.name} has not replayed ${written} within ${REPLAY_MS / 1000} s`).toBe(true);
  }
}

/** Name, number of rows and a digest of the content of every table in the users' database. */
async function dataOf(lab: Lab, node: LabNode): Promise<readonly string[]> {
  const tables = await sql(
    lab,
    node,
    `select format('select %L || ''|'' || count(*) || ''|'' || coalesce(md5(string_agg(t::text, '','' order by t::text)), '''') from %I.%I t', relname, nspname, relname)
       from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind = 'r' and nspname = 'public' order by relname`,
  );
  return tables.length === 0 ? [] : sql(lab, node, `${tables.join(';\n')};`);
}
