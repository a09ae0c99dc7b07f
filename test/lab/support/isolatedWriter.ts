// A client on a node itself, which goes on writing over loopback while the node is cut off from everybody: what it is told
// is written is the exposure that the budget prints.
import { quote } from '../../../lab/faults/processes';
import { sql } from '../../../lab/cluster';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { readClusterNodes } from '../../../lab/stack/clusterSpec';

export interface LocalAck {
  readonly n: number;
  /** Milliseconds since the epoch, by the clock of this machine, which is the node's too. */
  readonly at: number;
}

export interface IsolatedWriter {
  /** What was acknowledged so far, in order. */
  acked(): Promise<readonly LocalAck[]>;
  /** Waits for an acknowledgement after `time`; undefined where none came. */
  firstAfter(time: number, withinMs: number): Promise<LocalAck | undefined>;
  /**
   * Since when the database lets nobody in, by the node's clock; one that shuts down does not, however long it takes to go. It lets nobody in
   * where it says so, or nobody answers, several times in a row: one question that ran out of time on a busy machine is no answer.
   */
  refusesSince(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const LOG = '/run/isolated-writer.log';
const STOP = '/run/isolated-writer.stop';
const LIMIT_SECONDS = 900;
/** How often in a row sys_isready must say 1 (rejects) or 2 (no answer in time); other exit codes say nothing about the database. */
const REFUSALS = 3;

/** The table is there on every node before the writer begins. */
export async function writeOnNode(lab: Lab, node: LabNode, table: string): Promise<IsolatedWriter> {
  await sql(lab, node, `create table if not exists ${table} (n bigint primary key)`);
  const target = (await readClusterNodes(lab.manifest())).map((each) => each.target).find((t) => t.name === node.name);
  if (target === undefined) throw new Error(`${node.name} is no node of the cluster`);
  const words = [
    '-h',
    '127.0.0.1',
    '-p',
    String(target.databasePort),
    '-U',
    target.superuser,
    '-d',
    target.maintenanceDb,
  ];
  const ksql = [`${target.bin}/ksql`, ...words, '-w', '-X', '-q', '-v', 'ON_ERROR_STOP=1'].map(quote).join(' ');
  await node.script(`rm -f ${STOP} ${LOG}; touch ${LOG}; chown ${target.osUser} ${LOG}`);
  // One session per row: the server decides anew each time whether a commit waits.
  const loop = [
    `export KINGBASE_PASSFILE=${quote(target.passwordFile)}`,
    'n=0',
    `while [ ! -e ${STOP} ]; do`,
    '  n=$((n + 1))',
    `  if timeout 60 ${ksql} -c "insert into ${table} values ($n)" >/dev/null 2>&1; then echo "$n $(date +%s%3N)" >>${LOG}; else sleep 0.1; fi`,
    'done',
  ].join('\n');
  const running = node.script(loop, { as: target.osUser, anyExit: true, timeoutMs: LIMIT_SECONDS * 1000 });
  // Observed in stop(); a node that loses its power ends it too.
  running.catch(() => undefined);
  const acked = async (): Promise<readonly LocalAck[]> => parse((await node.exec(['cat', LOG])).stdout);
  const asks = `${quote(`${target.bin}/sys_isready`)} -q -t 2 -h 127.0.0.1 -p ${target.databasePort}`;
  // On the node, so that no login in between makes the answer late.
  const look = [
    `for no in $(seq ${REFUSALS}); do`,
    `  code=0; ${asks} || code=$?; at=$(date +%s%3N); first=\${first:-$at}`,
    '  case $code in 1 | 2) ;; *) exit 0 ;; esac',
    'done; echo "$first"',
  ].join('\n');
  return {
    acked,
    refusesSince: async () => {
      const { stdout } = await node.script(look, { as: target.osUser, label: 'ask the isolated database' });
      return stdout.trim() === '' ? undefined : Number(stdout);
    },
    firstAfter: (time, withinMs) => poll(async () => (await acked()).find((ack) => ack.at > time), withinMs, 200),
    stop: async () => {
      await node.exec(['touch', STOP]);
      await running;
    },
  };
}

function parse(text: string): readonly LocalAck[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [n, at] = line.split(' ').map(Number);
      return { n: n ?? 0, at: at ?? 0 };
    });
}
