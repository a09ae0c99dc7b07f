// One lab of V8R3 for all cases of a file, what each case asks of it, and its logs through the code of `npm run incident`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Analysis, Incident, PhaseName, TimelineEntry } from '../../../core/incident/incidentTypes';
import { addressOf } from '../../../core/v8r3/plan/planV8r3';
import type { V8r3NodePlan, V8r3Plan } from '../../../core/v8r3/plan/types';
import { machinesDown } from '../../../lab/create';
import { judge } from '../../../lab/history/judge';
import { Writer } from '../../../lab/history/writer';
import { openLab, type Lab } from '../../../lab/lab';
import { createProgress } from '../../../lab/progress';
import { projectRoot } from '../../../lab/projectRoot';
import { poll } from '../../../lab/run';
import { observeV8r3, v8r3Up, waitForV8r3 } from '../../../lab/v8r3Lab';
import { v8r3Sql } from '../../../lab/v8r3Start';
import { readV8r3Plan, readV8r3Secrets } from '../../../lab/v8r3Stack';
import { incidentCommand } from '../../../scripts/incidentCommand';
import { skipReason } from './describeLab';
import { SHARED } from './sharedName';
import { watch } from './v8r3Journal';

/** KINGBASE_V8R3_LAB=v3:10.95.0.0/24 for whoever works on it beside a run. */
const [name = '', subnet = ''] = (process.env['KINGBASE_V8R3_LAB'] ?? `${SHARED.name}-v:10.77.34.0/24`).split(':');
/** cron's next minute, three attempts, a rewind and a start, on a busy machine. */
const HEALTH_MS = 420_000;

export interface V8r3Scene {
  readonly lab: Lab;
  readonly plan: V8r3Plan;
}

export function useV8r3Lab(): V8r3Scene {
  const scene: { lab?: Lab; plan?: V8r3Plan } = {};
  beforeAll(async () => {
    if (skipReason !== undefined) return;
    const report = await v8r3Up({ name, subnet, engine: 'standin', progress: createProgress() });
    expect(report.reasons).toEqual([]);
    scene.lab = openLab(name);
    scene.plan = await readV8r3Plan(name);
    await watch(scene.lab, scene.plan);
  });
  afterAll(async () => {
    if (skipReason === undefined && process.env['KINGBASE_SCENARIO_KEEP'] === undefined) await machinesDown(name);
  });
  const get = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the lab is there from beforeAll on');
    return value;
  };
  return {
    get lab(): Lab {
      return get(scene.lab);
    },
    get plan(): V8r3Plan {
      return get(scene.plan);
    },
  };
}

export async function healthy({ lab }: V8r3Scene): Promise<void> {
  await waitForV8r3(lab, HEALTH_MS);
}

export async function primaryOf({ lab, plan }: V8r3Scene): Promise<V8r3NodePlan> {
  const primaries = (await observeV8r3(lab)).nodes.filter(({ database }) => database === 'primary');
  expect(primaries.map((node) => node.name)).toHaveLength(1);
  return plan.nodes.find((node) => node.name === primaries[0]?.name) as V8r3NodePlan;
}

export function otherOf({ plan }: V8r3Scene, node: V8r3NodePlan): V8r3NodePlan {
  return plan.nodes.find((each) => each.name !== node.name) as V8r3NodePlan;
}

/** A client at the virtual IP of the database. */
export async function openWriter({ plan, lab }: V8r3Scene, table: string): Promise<Writer> {
  const { system } = await readV8r3Secrets(lab.name);
  const { superuser, port, name: database } = plan.spec.database;
  const host = addressOf(plan.spec.virtualIps.database);
  const writer = new Writer({ host, port, user: superuser, password: system, database }, { table });
  await writer.prepare();
  writer.start();
  expect(await writer.firstAckAfter(0, 60_000), 'a write before anything is done').toBeDefined();
  return writer;
}

/** Every acknowledged write is on both databases, and they hold the same. */
export async function expectNothingLost({ lab, plan }: V8r3Scene, writer: Writer): Promise<void> {
  const look = async (): Promise<ReturnType<typeof judge>> => {
    const rows: Record<string, readonly number[]> = {};
    for (const node of lab.nodes())
      rows[node.name] = (await v8r3Sql(node, plan, `select n from ${writer.table}`)).map(Number);
    return judge(writer.attempts, rows);
  };
  // The standby applies what it has within moments.
  const verdict = (await poll(async () => ((await look()).ok ? look() : undefined), 30_000, 500)) ?? (await look());
  expect({ lost: verdict.lost, disagreement: verdict.disagreement }).toEqual({ lost: {}, disagreement: [] });
  expect(verdict.acknowledged).toBeGreaterThan(20);
}

/** The logs of every node that is up, and the configuration, as an operator would gather them; analysed as `npm run incident` does. */
export async function analyseLogs({ lab, plan }: V8r3Scene): Promise<Analysis> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-v8r3-'));
  try {
    for (const { name: node, paths } of plan.nodes.filter((each) => lab.node(each.name).isRunning())) {
      mkdirSync(join(folder, node, 'log'), { recursive: true });
      for (const log of ['cluster.log', 'failover.log', 'recovery.log'])
        await copy(lab, node, { from: `${paths.log}/${log}`, to: join(folder, node, 'log', log) });
    }
    const [first] = plan.nodes as readonly [V8r3NodePlan];
    const conf = join(folder, 'kingbasecluster.conf');
    const asked = plan.nodes.find((each) => lab.node(each.name).isRunning()) ?? first;
    await copy(lab, asked.name, { from: `${asked.paths.poolEtc}/kingbasecluster.conf`, to: conf });
    const json = join(folder, 'analysis.json');
    const said: string[] = [];
    const take = (text: string): void => void said.push(text);
    const around = {
      env: {},
      projectFolder: projectRoot(),
      userFolder: folder,
      clock: new Date(),
      out: take,
      err: take,
    };
    const words = plan.nodes
      .filter((each) => lab.node(each.name).isRunning())
      .map((each) => `${each.name}=${each.name}`);
    const code = await incidentCommand(
      [...words, '--tz', 'UTC', '--config', conf, '--json', json, '--lang', 'en'],
      around,
    );
    expect(code, said.join('\n')).toBe(0);
    return JSON.parse(readFileSync(json, 'utf8')) as Analysis;
  } finally {
    if (process.env['KINGBASE_SCENARIO_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
    else process.stderr.write(`logs kept in ${folder}\n`);
  }
}

async function copy(
  lab: Lab,
  node: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const { code, stdout } = await lab.node(node).exec(['cat', from], { anyExit: true, label: `copy ${from}` });
  if (code === 0) writeFileSync(to, stdout);
}

/** The one that began after a moment, and before another. */
export function incidentSince(analysis: Analysis, moment: number, until = Infinity): Incident {
  const found = analysis.incidents.filter(
    ({ beginAt }) => beginAt !== null && beginAt >= moment - 1_500 && beginAt < until,
  );
  expect(found.map(({ id, kind, outcome }) => ({ id, kind, outcome }))).toHaveLength(1);
  return found[0] as Incident;
}

export function entryOf(incident: Incident, phase: PhaseName, text = /./): TimelineEntry {
  const found = incident.timeline.find((one) => one.phase === phase && text.test(one.text));
  if (found === undefined) throw new Error(`no ${phase} in ${incident.timeline.map((one) => one.phase).join(' ')}`);
  return found;
}

/** Whole seconds in the logs: what happened at 10.9 s stands there as 10. */
export function expectSameMoment(what: string, said: number, seen: number, slackMs = 1_000): void {
  const apart = said - Math.floor(seen / 1000) * 1000;
  process.stderr.write(`  ${what}: the logs are ${apart / 1000} s from the journal\n`);
  expect(
    Math.abs(apart),
    `${what}: the logs say ${new Date(said).toISOString()}, the journal ${new Date(seen).toISOString()}`,
  ).toBeLessThanOrEqual(slackMs);
}
