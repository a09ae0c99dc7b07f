// A primary that is lost with writes which no other node has, while automatic recovery rests, as where failover.recovery is manual.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { findDaemon, quote } from '../../../lab/faults/processes';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { observeLab } from '../../../lab/status';
import { actionsFolder } from './actions';

export const DATABASES = ['node1', 'node2', 'node3'];
const FAILOVER_MS = 120_000;
/** The lab's knob for how long a node has to be down until the primary's repmgrd brings it back. */
const KNOB = '/etc/kingbase-lab.conf';

/** Returns what gives it back. */
export async function holdRecovery(lab: Lab): Promise<() => Promise<void>> {
  const onEach = (script: string): Promise<unknown> =>
    Promise.all(DATABASES.map((name) => lab.node(name).script(script, { label: 'automatic recovery' })));
  await onEach(`printf 'recovery_delay=86400\\nunattached_delay=86400\\n' >>${KNOB}`);
  return async () => {
    await onEach(`sed -i '/^recovery_delay=86400$/d; /^unattached_delay=86400$/d' ${KNOB}`);
  };
}

/** Commits on this primary alone: its senders stand still, nobody can attach anew, and it does not wait for anybody. */
export async function writeAlone(lab: Lab, primary: LabNode, statements: string): Promise<void> {
  const senders = await sql(lab, primary, 'select pid from sys_stat_replication');
  const pids = [...senders, await findDaemon(lab, primary, 'database')].join(' ');
  await sql(lab, primary, `\\! kill -STOP ${pids}\nset synchronous_commit = local;\n${statements}`);
}

/** Every process of it at once, the stopped ones too. */
export async function killDatabaseHard(lab: Lab, node: LabNode): Promise<void> {
  const pid = await findDaemon(lab, node, 'database');
  await node.script(`kill -KILL ${pid ?? 0} $(pgrep -P ${pid ?? 0})`, { label: 'kill the database' });
}

/** Somebody else leads, and every other database node follows it. */
export async function awaitPromotion(lab: Lab, old: LabNode): Promise<LabNode> {
  const found = await poll(
    async () => {
      const { primary, nodes } = await observeLab(lab);
      const follow = nodes.filter(({ role, upstream }) => role === 'standby' && upstream === primary);
      return primary !== null && primary !== old.name && follow.length === DATABASES.length - 2 ? primary : undefined;
    },
    FAILOVER_MS,
    500,
  );
  expect(found, `another primary than ${old.name} that the third node follows`).toBeDefined();
  return lab.node(found ?? '');
}

/** Killed with writes of its own, and replaced. */
export async function losePrimary(lab: Lab, old: LabNode, statements: string): Promise<LabNode> {
  await writeAlone(lab, old, statements);
  await killDatabaseHard(lab, old);
  return awaitPromotion(lab, old);
}

/** The evidence of a request, held against its own checksums; its files by name. */
export async function evidenceOf(lab: Lab, node: LabNode, id: string): Promise<readonly string[]> {
  const folder = `${actionsFolder(lab)}/${id}/evidence`;
  const { stdout } = await node.script(`cd ${quote(folder)}; sha256sum --quiet -c SHA256SUMS; find . -type f`, {
    label: 'check the evidence',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** A digest over names and contents of everything in the data directory of a database that does not run. */
export async function digestOfData(lab: Lab, node: LabNode): Promise<string> {
  const { data } = lab.manifest();
  const script = `cd ${quote(data)}; find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum`;
  return (await node.script(script, { label: 'digest of the data' })).stdout.trim();
}

/** As the owner of the database; $d is its directory, $bin where its programs are. */
export async function onData(lab: Lab, node: string, script: string): Promise<string> {
  const { data, prefix } = lab.manifest();
  const words = `d=${quote(data)} bin=${quote(`${prefix}/bin`)}\n${script}`;
  return (await lab.node(node).script(words, { as: 'kingbase', label: script.slice(0, 60) })).stdout.trim();
}
