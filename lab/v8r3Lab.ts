// `npm run lab -- --system v8r3`: two nodes, each with a pool (pgpool-II) and a database (PostgreSQL) under V8R3's names, configured by the project's own
// program and started as V8R3's automation does.
import { KingbaseError } from '../core/finding';
import type { V8r3NodePlan, V8r3Plan } from '../core/v8r3/plan/types';
import { addressOf } from '../core/v8r3/plan/planV8r3';
import { machinesUp, type MachinesOptions } from './create';
import { refuseMix } from './kwdbLab';
import type { Lab } from './lab';
import { withLock } from './lock';
import { labPaths } from './paths';
import { silent } from './progress';
import { poll } from './run';
import { chooseEngine, deploy, requireSuccess, type EngineName } from './stack/deploy';
import { table } from './status';
import { makeDatabases, startAll, v8r3Sql } from './v8r3Start';
import { ensureV8r3Stack, readV8r3Plan, readV8r3Secrets } from './v8r3Stack';

const READY_TIMEOUT_MS = 180_000;

export interface V8r3Node {
  readonly name: string;
  readonly host: string;
  /** off: the machine is. down: the database does not answer. */
  readonly database: 'primary' | 'standby' | 'down' | 'off';
  readonly pool: 'running' | 'down' | 'off';
  /** Of its two virtual IPs, those that the node carries. */
  readonly addresses: readonly ('database' | 'cluster')[];
}

export interface V8r3Report {
  readonly lab: string;
  readonly healthy: boolean;
  readonly nodes: readonly V8r3Node[];
  /** As the pool at its address sees them; empty where it does not answer. */
  readonly poolNodes: readonly { readonly host: string; readonly status: string; readonly role: string }[];
  readonly reasons: readonly string[];
}

export function isV8r3(options: {
  readonly system?: string;
  readonly form?: string;
  readonly media?: string;
}): boolean {
  return refuseMix('v8r3', options);
}

export interface V8r3UpOptions extends Omit<MachinesOptions, 'form'> {
  /** false: machines with the programs on them, no database. */
  readonly deploy?: boolean;
  readonly engine?: EngineName;
}

export async function v8r3Up(options: V8r3UpOptions): Promise<V8r3Report> {
  const progress = options.progress ?? silent;
  const lab = await machinesUp({ ...options, form: 'v8r3' });
  if (options.deploy === false) return { lab: lab.name, healthy: true, nodes: [], poolNodes: [], reasons: [] };
  return withLock(labPaths(lab.name).lock, async () => {
    await ensureV8r3Stack(lab.manifest());
    const plan = await readV8r3Plan(lab.name);
    const secrets = await readV8r3Secrets(lab.name);
    const members = { lab, plan };
    // Until all is there the minute's scripts would find half of it, and say so in the logs.
    if (!(await observeV8r3(lab)).healthy)
      for (const { name } of plan.nodes) await lab.node(name).exec(['systemctl', 'stop', 'cron']);
    await progress.step('making the databases, as the vendor’s installer leaves them', () =>
      makeDatabases(members, secrets),
    );
    const engine = options.engine ?? (await chooseEngine());
    const name = engine === 'pulumi' ? 'the Pulumi CLI' : 'the stand-in engine';
    const result = await progress.step(`running the program with ${name}`, () =>
      deploy({ lab: lab.name, verb: 'up', engine }),
    );
    requireSuccess(result, 'up');
    await progress.step('starting databases, pools and automation', () => startAll(members));
    return progress.step('asking every node', () => waitForV8r3(lab));
  });
}

export async function waitForV8r3(lab: Lab, timeoutMs = READY_TIMEOUT_MS): Promise<V8r3Report> {
  let last: V8r3Report | undefined;
  await poll(
    async () => {
      last = await observeV8r3(lab);
      return last.healthy || undefined;
    },
    timeoutMs,
    1_000,
  );
  if (last?.healthy === true) return last;
  throw new KingbaseError({
    code: 'lab/not-healthy',
    path: lab.name,
    message: `the cluster is not healthy: ${last?.reasons.join('; ') ?? 'nobody answered'}`,
    hint: `See why: npm run lab:exec -- --name ${lab.name} node1 tail -n 50 <cluster>/log/cluster.log`,
  });
}

export async function observeV8r3(lab: Lab): Promise<V8r3Report> {
  const plan = await readV8r3Plan(lab.name);
  const nodes = await Promise.all(plan.nodes.map((node) => observeNode(lab, plan, node)));
  const poolNodes = await askPool(lab, plan);
  const reasons = reasonsOf(nodes, poolNodes);
  return { lab: lab.name, healthy: reasons.length === 0, nodes, poolNodes, reasons };
}

/** Each `+` line is one thing that is so. */
function look({ spec }: V8r3Plan, { paths, node }: V8r3NodePlan): string {
  const carries = (address: string): string =>
    `ip -o -4 addr show dev ${node.netDevice} | grep -qF ' ${addressOf(address)}/'`;
  return `
pid=$(cat ${paths.log}/kingbasecluster/kingbasecluster.pid 2>/dev/null || echo none)
if [ -d /proc/$pid ]; then echo +pool; fi
if ${carries(spec.virtualIps.database)}; then echo +database; fi
if ${carries(spec.virtualIps.cluster)}; then echo +cluster; fi
role=$(echo 'select sys_is_in_recovery()' | runuser -u ${spec.os.user} -- ${paths.bin}/ask 2>/dev/null || true)
echo "+role $role"
`;
}

async function observeNode(lab: Lab, plan: V8r3Plan, node: V8r3NodePlan): Promise<V8r3Node> {
  const machine = lab.node(node.name);
  const known = { name: node.name, host: node.host };
  if (!machine.isRunning()) return { ...known, database: 'off', pool: 'off', addresses: [] };
  const { stdout } = await machine.script(look(plan, node), { label: 'look at the node', timeoutMs: 60_000 });
  const said = new Set(stdout.split('\n'));
  const database = said.has('+role f') ? 'primary' : said.has('+role t') ? 'standby' : 'down';
  const addresses = (['database', 'cluster'] as const).filter((each) => said.has(`+${each}`));
  return { ...known, database, pool: said.has('+pool') ? 'running' : 'down', addresses };
}

async function askPool(lab: Lab, plan: V8r3Plan): Promise<V8r3Report['poolNodes']> {
  const asked = plan.nodes.map(({ name }) => lab.node(name)).find((node) => node.isRunning());
  if (asked === undefined) return [];
  try {
    const rows = await v8r3Sql(asked, plan, 'show pool_nodes', 'pool');
    return rows.map((row) => {
      const [, host = '', , status = '', , , role = ''] = row.split('|');
      return { host, status, role };
    });
  } catch {
    return [];
  }
}

function reasonsOf(nodes: readonly V8r3Node[], poolNodes: V8r3Report['poolNodes']): readonly string[] {
  const primaries = nodes.filter(({ database }) => database === 'primary');
  const carrier = (address: 'database' | 'cluster'): readonly V8r3Node[] =>
    nodes.filter(({ addresses }) => addresses.includes(address));
  return [
    ...nodes.flatMap(({ name, database, pool }) => [
      ...(database === 'down' || database === 'off' ? [`${name}: its database is ${database}`] : []),
      ...(pool === 'running' ? [] : [`${name}: its pool is ${pool}`]),
    ]),
    ...(primaries.length === 1 ? [] : [`${primaries.length} nodes are primary`]),
    ...(carrier('database')
      .map(({ name }) => name)
      .join() === primaries.map(({ name }) => name).join()
      ? []
      : ['the virtual IP of the database is not where the primary is']),
    ...(carrier('cluster').length === 1 ? [] : [`${carrier('cluster').length} nodes carry the virtual IP of the pool`]),
    ...(poolNodes.length === 0 ? ['the pool does not answer at its address'] : []),
    ...poolNodes.flatMap(({ host, status }) => (status === 'up' ? [] : [`the pool says that ${host} is ${status}`])),
  ];
}

export function v8r3Text({ lab, healthy, nodes, poolNodes, reasons }: V8r3Report): string {
  const rows = nodes.map(({ name, host, database, pool, addresses }) => {
    const seen = poolNodes.find((each) => each.host === host);
    return [
      name,
      host,
      database,
      pool,
      addresses.join(' ') || '-',
      seen === undefined ? '-' : `${seen.status} ${seen.role}`,
    ];
  });
  const lines = [
    `cluster ${lab}: ${healthy ? 'healthy' : 'NOT HEALTHY'}`,
    ...table([['node', 'host', 'database', 'pool', 'virtual IPs', 'as the pool says'], ...rows]),
    ...reasons.map((reason) => `  ! ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}
