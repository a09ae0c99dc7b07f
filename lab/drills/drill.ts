// What the drills of a lab share: a run that notes its steps and measures, the client that writes meanwhile, and the record on a node, where
// `npm run recover -- history` and `npm run report` find it.
import { computeBudget } from '../../core/budget/computeBudget';
import type { Budget } from '../../core/budget/types';
import { parseActionRecord, type ActionRecord } from '../../core/action/record';
import { scenarioRecord, type DrillMeasure, type DrillScenario } from '../../core/drill/scenario';
import { KingbaseError } from '../../core/finding';
import { ACTION } from '../../core/render/actionFiles';
import { sql } from '../cluster';
import { quote } from '../faults/processes';
import { endpointOf } from '../history/endpoint';
import { judge } from '../history/judge';
import { Writer } from '../history/writer';
import type { Lab, LabNode } from '../lab';
import { poll } from '../run';
import { readClusterSpec } from '../stack/clusterSpec';
import { observeLab, waitForHealth } from '../status';

export const TABLE = 'kb_drill';
/** A verdict about fewer acknowledged writes says little. */
const ENOUGH = 50;
const PATIENCE_MS = 120_000;
const HEALTH_MS = 300_000;

export interface Drill {
  readonly lab: Lab;
  readonly budget: Budget;
  readonly writer: Writer;
  /** The step that ended just now. */
  readonly step: (name: string) => void;
  readonly measure: (measure: DrillMeasure) => void;
  /** What had to hold and does not. */
  readonly finding: (words: string) => void;
}

export type DrillRun = (drill: Drill) => Promise<void>;

/** Only on a cluster that is well: what is measured on another one says nothing about the failure. */
export async function runDrill(lab: Lab, scenario: DrillScenario, run: DrillRun): Promise<ActionRecord> {
  const first = await observeLab(lab);
  if (!first.healthy || first.primary === null) {
    throw new KingbaseError({
      code: 'lab/not-healthy',
      path: lab.name,
      message: `the cluster is not healthy: ${first.reasons.join('; ')}`,
      hint: 'A drill begins on a healthy cluster: npm run lab:status.',
    });
  }
  const spec = await readClusterSpec(lab.manifest());
  const startedAt = Date.now();
  const [steps, measures, findings]: [{ step: string; endedAt: number }[], DrillMeasure[], string[]] = [[], [], []];
  const writer = new Writer(await endpointOf(lab), { table: TABLE });
  const drill: Drill = {
    ...{ lab, budget: computeBudget(spec), writer },
    step: (step) => void steps.push({ step, endedAt: Date.now() }),
    measure: (measure) => void measures.push(measure),
    finding: (words) => void findings.push(words),
  };
  try {
    await writer.prepare();
    writer.start();
    await writer.ackedCount(ENOUGH, PATIENCE_MS);
    await run(drill);
    await settle(drill);
  } catch (error) {
    // A drill that broke off has failed, and says at what.
    drill.finding(error instanceof Error ? error.message : String(error));
  } finally {
    await writer.stop();
  }
  const id = `drill-${scenario}-${new Date(startedAt).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const node = first.primary;
  const record = scenarioRecord({
    ...{ id, scenario, cluster: spec.name, node, startedAt, finishedAt: Date.now() },
    ...{ steps, measures, findings },
  });
  await keep(lab.node(node), record);
  return record;
}

/** The cluster is whole, nothing that was acknowledged at the virtual IP is missing anywhere, and all nodes agree. */
async function settle({ lab, budget, writer, step, measure, finding }: Drill): Promise<void> {
  const after = await writer.firstAckAfter(Date.now(), PATIENCE_MS);
  if (after === undefined) finding('no write was acknowledged at the end');
  const report = await waitForHealth(lab, HEALTH_MS);
  for (const reason of report.reasons) finding(`not healthy at the end: ${reason}`);
  step('whole');
  await writer.stop();
  const members = report.nodes.filter(({ role }) => role === 'primary' || role === 'standby');
  const [written = ''] = await sql(lab, lab.node(report.primary ?? ''), 'select sys_current_wal_lsn()');
  const rows: Record<string, readonly number[]> = {};
  for (const { name, role } of members) {
    if (role === 'standby' && !(await replayed(lab, name, written))) finding(`${name} has not replayed ${written}`);
    rows[name] = (await sql(lab, lab.node(name), `select n from ${TABLE}`)).map(Number);
  }
  const { lost, disagreement } = judge(writer.attempts, rows);
  if (disagreement.length > 0) finding(`nodes disagree about ${disagreement.length} rows`);
  const declared = budget.rpo.find(({ failure }) => failure === 'databaseKilled')?.loss;
  const count = new Set(Object.values(lost).flat()).size;
  measure({ name: 'lostRows', value: count, limit: declared === 'none' ? 0 : null, unit: 'rows' });
  measure({ name: 'writeGapSeconds', value: longestGap(writer), limit: worstOf(budget) });
  await sql(lab, lab.node(report.primary ?? ''), `drop table ${TABLE}`);
  step('judged');
}

async function replayed(lab: Lab, name: string, lsn: string): Promise<boolean> {
  const question = `select sys_last_wal_replay_lsn() >= '${lsn}'`;
  const there = await poll(
    async () => ((await sql(lab, lab.node(name), question))[0] === 't' ? true : undefined),
    PATIENCE_MS,
    300,
  );
  return there === true;
}

/** The longest time between two acknowledgements; what `up` prints as the worst case of a lost primary is its limit. */
function longestGap({ acked }: Writer): number {
  const at = acked.map(({ ackedAt = 0 }) => ackedAt);
  return Math.max(0, ...at.slice(1).map((each, index) => each - (at[index] ?? each))) / 1000;
}

function worstOf({ rto }: Budget): number | null {
  return rto.find(({ failure }) => failure === 'databaseKilled')?.total.worst ?? null;
}

export async function standbyOf(lab: Lab): Promise<{ readonly primary: LabNode; readonly standby: LabNode }> {
  const { nodes, primary } = await observeLab(lab);
  const standby = nodes.find(({ role }) => role === 'standby')?.name;
  if (primary === null || standby === undefined) throw new Error('there is no primary with a standby');
  return { primary: lab.node(primary), standby: lab.node(standby) };
}

/** As the owner of the database; $d is its directory, $bin where its programs are. */
export async function onData(lab: Lab, node: LabNode, script: string): Promise<string> {
  const { data, prefix } = lab.manifest();
  const words = `d=${quote(data)} bin=${quote(`${prefix}/bin`)}\n${script}`;
  return (await node.script(words, { as: 'kingbase', timeoutMs: PATIENCE_MS })).stdout.trim();
}

/** An action on a node, to its end; fails with what it said. */
export async function actOn(node: LabNode, ...words: readonly string[]): Promise<ActionRecord> {
  const done = await node.exec([ACTION, ...words], { anyExit: true, timeoutMs: 600_000 });
  const record = parseActionRecord(done.stdout);
  if (done.code === 0 && record !== undefined) return record;
  throw new Error(`action.sh ${words.join(' ')}: exit code ${done.code}: ${done.stderr.trim().split('\n').at(-1)}`);
}

/** Beside the records of actions: the runner lists whatever has a kind there. */
async function keep(node: LabNode, record: ActionRecord): Promise<void> {
  const folder = `/var/lib/pulumi-kingbase/${record.cluster}/actions/${record.requestId}`;
  await node.script(
    `umask 077; mkdir -p ${quote(folder)}; cd ${quote(folder)}
printf '%s\\n' ${quote(record.kind)} >kind; printf '%s\\n' ${record.state} >state; printf '%s\\n' ${quote(record.startedAt)} >started
printf '%s\\n' ${quote(JSON.stringify(record))} >record.json`,
  );
}
