// `npm run lab -- --system kwdb`: machines with the stand-in for KWDB, deployed as the vendor's deploy.sh does, replicated over all of them.
import { KingbaseError } from '../core/finding';
import { machinesUp, type MachinesOptions } from './create';
import type { Lab, LabNode } from './lab';
import { withLock } from './lock';
import { labPaths } from './paths';
import { silent } from './progress';
import { poll } from './run';
import { table } from './status';

export const KWDB_PORTS = { sql: 26257, http: 8080, brpc: 27257 } as const;
const KWBASE = '/usr/local/kaiwudb/bin/kwbase';
const READY_TIMEOUT_MS = 120_000;

export interface KwdbNode {
  readonly name: string;
  readonly host: string;
  /** As kaiwudb.service says: active, inactive, failed; off where the machine is. */
  readonly service: string;
  /** What the engine of this node runs; undefined where it does not answer. */
  readonly walLevel?: number;
  /** What SHOW CLUSTER SETTING prints on this node. */
  readonly persistedLevel?: number;
}

export interface KwdbReport {
  readonly lab: string;
  readonly healthy: boolean;
  readonly nodes: readonly KwdbNode[];
}

interface Asked {
  readonly system?: string;
  readonly form?: string;
  readonly media?: string;
}

export function isKwdb(options: Asked): boolean {
  return refuseMix('kwdb', options);
}

/** Whether this system is asked for; options that contradict it are refused. */
export function refuseMix(system: 'kwdb' | 'v8r3', options: Asked): boolean {
  if (options.system !== system && options.form !== system) return false;
  if (options.media !== undefined) {
    throw new KingbaseError({
      code: 'lab/bad-option',
      path: '--media',
      message:
        system === 'kwdb'
          ? '--media is an installation medium of KingbaseES, and the lab asked for is one of KWDB'
          : '--media is an installation medium of V8R6 or later, and the lab asked for is one of V8R3',
      hint: system === 'kwdb' ? REAL_KWDB : 'Leave --media out.',
    });
  }
  if ((options.system ?? system) === system && (options.form ?? system) === system) return true;
  throw new KingbaseError({
    code: 'lab/bad-option',
    path: '--form',
    message: `--form ${String(options.form)} and --system ${String(options.system)} do not go together`,
    hint: `Leave --form out: --system ${system} has a fleet of its own.`,
  });
}

const REAL_KWDB = 'Leave --media out. To run on a real KWDB: KWDB_URL=host:port npm run test:kwdb.';

export interface KwdbUpOptions extends Omit<MachinesOptions, 'form'> {
  /** false: machines with the programs on them, nothing deployed. */
  readonly deploy?: boolean;
  /** single: each node a KWDB of its own. */
  readonly shape?: 'single' | 'multi-replica';
}

export async function kwdbUp(options: KwdbUpOptions): Promise<KwdbReport> {
  const progress = options.progress ?? silent;
  const lab = await machinesUp({ ...options, form: 'kwdb' });
  if (options.deploy === false) return observeKwdb(lab);
  return withLock(labPaths(lab.name).lock, async () => {
    const shape = options.shape ?? 'multi-replica';
    await progress.step(`deploying the stand-in for KWDB (${shape})`, async () => {
      await Promise.all(lab.nodes().map((node) => deployNode(lab, node, shape)));
      if (shape === 'multi-replica') await initialize(lab);
    });
    return progress.step('asking every node', () => waitForKwdb(lab));
  });
}

/** What an administrator types on a host: firewall, deploy.cfg, deploy.sh install, start. Once; a deployed node is only started. */
async function deployNode(lab: Lab, node: LabNode, shape: string): Promise<void> {
  const others = lab.nodes().filter((each) => each.name !== node.name);
  const ports = Object.values(KWDB_PORTS).map((port) => `--add-port=${port}/tcp`);
  await node.script(
    `
if [ ! -f /etc/systemd/system/kaiwudb.service ]; then
  firewall-cmd -q --permanent ${ports.join(' ')}
  firewall-cmd -q --reload
  cd /opt/kaiwudb-package
  awk -v addr=${node.host} -v others=${others.map((each) => each.host).join(',')} '
    /^\\[/ { section = $0 }
    /^node_addr=/ { $0 = "node_addr=" (section == "[local]" ? addr : others) }
    { print }' deploy.cfg >deploy.cfg.new
  mv deploy.cfg.new deploy.cfg
  ./deploy.sh install --${shape}
  systemctl --quiet enable kaiwudb
fi
systemctl start kaiwudb
`,
    { label: 'deploy the stand-in for KWDB', timeoutMs: READY_TIMEOUT_MS },
  );
}

/** Once in the life of a cluster; a second time it is refused, which is how one sees that it was done. */
async function initialize(lab: Lab): Promise<void> {
  const first = lab.nodes()[0];
  if (first === undefined) return;
  const done = await poll(
    async () => {
      const words = [KWBASE, 'init', '--insecure', `--host=${first.host}:${KWDB_PORTS.sql}`];
      const { code, stderr } = await first.exec(words, { anyExit: true });
      return code === 0 || stderr.includes('already been initialized') || undefined;
    },
    READY_TIMEOUT_MS,
    500,
  );
  if (done === undefined) throw notReady(lab, 'kwbase init did not succeed');
}

async function waitForKwdb(lab: Lab): Promise<KwdbReport> {
  const report = await poll(
    async () => {
      const seen = await observeKwdb(lab);
      return seen.healthy ? seen : undefined;
    },
    READY_TIMEOUT_MS,
    500,
  );
  if (report !== undefined) return report;
  const seen = await observeKwdb(lab);
  const missing = seen.nodes.filter((node) => node.walLevel === undefined);
  throw notReady(lab, `${missing.map((node) => `${node.name} (${node.service})`).join(', ')} do not answer`);
}

function notReady(lab: Lab, why: string): KingbaseError {
  return new KingbaseError({
    code: 'lab/not-healthy',
    path: lab.name,
    message: `KWDB's stand-in is not ready: ${why}`,
    hint: `See why: npm run lab:exec -- --name ${lab.name} node1 journalctl -u kaiwudb -n 50`,
  });
}

export async function observeKwdb(lab: Lab): Promise<KwdbReport> {
  const nodes = await Promise.all(lab.nodes().map(observeNode));
  return { lab: lab.name, healthy: nodes.every((node) => node.walLevel !== undefined), nodes };
}

async function observeNode(node: LabNode): Promise<KwdbNode> {
  const known = { name: node.name, host: node.host };
  if (!node.isRunning()) return { ...known, service: 'off' };
  const service = (await node.exec(['systemctl', 'is-active', 'kaiwudb'], { anyExit: true })).stdout.trim();
  if (service !== 'active') return { ...known, service };
  const [walLevel, persistedLevel] = await Promise.all([
    number(node, 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info'),
    number(node, 'SHOW CLUSTER SETTING ts.wal.wal_level'),
  ]);
  return { ...known, service, walLevel, persistedLevel };
}

async function number(node: LabNode, statement: string): Promise<number | undefined> {
  const { code, stdout } = await kwdbSql(node, statement);
  return code === 0 ? Number(stdout.split('\n')[1]) : undefined;
}

/** One statement to the node's own KWDB: what `kwbase sql --format=tsv -e` answers. */
export async function kwdbSql(
  node: LabNode,
  statement: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const words = [KWBASE, 'sql', '--insecure', `--host=127.0.0.1:${KWDB_PORTS.sql}`, '--format=tsv', '-e', statement];
  return node.exec(words, { anyExit: true, timeoutMs: 120_000, label: `sql: ${statement.slice(0, 60)}` });
}

export function kwdbText(report: KwdbReport): string {
  const cell = (value: number | undefined): string => (value === undefined ? '-' : String(value));
  const rows = report.nodes.map((node) => [
    ...[node.name, node.host, node.service, cell(node.walLevel), cell(node.persistedLevel)],
  ]);
  return `${table([['node', 'host', 'kaiwudb', 'engine level', 'persisted level'], ...rows]).join('\n')}\n`;
}
