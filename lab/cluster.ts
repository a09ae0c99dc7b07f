// The cluster on a lab's machines as its operator handles it: start everything by hand, ask a database.
import { findPrimaries } from './faults/primary';
import { quote } from './faults/processes';
import type { Lab, LabNode } from './lab';
import { waitForHealth } from './status';
import { readClusterNodes } from './stack/clusterSpec';
import type { ClusterStatusReport } from '../core/observe/clusterReport';
import type { NodeTarget } from '../core/topology/nodeTarget';

const START_TIMEOUT_MS = 120_000;

/**
 * Starts what cron would start within the next minute: databases first, then the daemons. For fleets that were just
 * restored: every node was stopped in order, so the one without standby.signal is the primary.
 */
export async function startCluster(lab: Lab, timeoutMs = START_TIMEOUT_MS): Promise<ClusterStatusReport> {
  const targets = (await readClusterNodes(lab.manifest())).map((node) => node.target);
  const members = targets.filter((target) => target.role !== 'repository');
  await Promise.all(members.map((target) => asOwner(lab, target, startDatabase(target))));
  await Promise.all(members.map((target) => asOwner(lab, target, startDaemons(target))));
  return waitForHealth(lab, timeoutMs);
}

/** In order: nobody restarts anything any more, then the primary, so that the standbys receive all of it, then these. */
export async function stopCluster(lab: Lab): Promise<void> {
  const targets = (await readClusterNodes(lab.manifest())).map((node) => node.target);
  const members = targets.filter((target) => target.role !== 'repository' && lab.node(target.name).isRunning());
  await Promise.all(
    members.map((target) => lab.node(target.name).script(STOP_AUTOMATION, { label: 'stop kbha and repmgrd' })),
  );
  const primaries = (await findPrimaries(lab)).map((node) => node.name);
  const first = members.filter((target) => primaries.includes(target.name));
  const rest = members.filter((target) => !primaries.includes(target.name));
  for (const group of [first, rest]) {
    await Promise.all(group.map((target) => asOwner(lab, target, stopDatabase(target))));
  }
}

const STOP_AUTOMATION = `
systemctl stop cron.service
pkill -u kingbase -x kbha || true
pkill -u kingbase -x hamgr-companion || true
pkill -u kingbase -x repmgrd || true
`;

function stopDatabase(target: NodeTarget): string {
  const ctl = quote(`${target.bin}/sys_ctl`);
  const data = quote(target.data);
  return `! ${ctl} -D ${data} status >/dev/null 2>&1 || ${ctl} -m fast -w -t 60 -D ${data} stop >/dev/null`;
}

function startDatabase(target: NodeTarget): string {
  const ctl = quote(`${target.bin}/sys_ctl`);
  const data = quote(target.data);
  return `${ctl} -D ${data} status >/dev/null 2>&1 || ${ctl} -w -t 60 -l ${quote(target.serverLog)} -D ${data} start >/dev/null`;
}

function startDaemons(target: NodeTarget): string {
  const conf = quote(target.repmgrConf);
  return [
    `${quote(`${target.bin}/repmgrd`)} -d -v -f ${conf} >/dev/null 2>&1 || true`,
    `${quote(`${target.bin}/kbha`)} -A daemon -f ${conf} >>${quote(`${target.log}/kbha.log`)} 2>&1 </dev/null || true`,
  ].join('\n');
}

function asOwner(lab: Lab, target: NodeTarget, script: string): Promise<unknown> {
  return lab.node(target.name).script(script, { as: target.osUser, timeoutMs: START_TIMEOUT_MS, label: 'start' });
}

/** One statement as the superuser over loopback with the node's own password file; rows as lines, fields by `|`. */
export async function sql(lab: Lab, node: LabNode, statement: string, database?: string): Promise<readonly string[]> {
  const target = (await readClusterNodes(lab.manifest()))
    .map((each) => each.target)
    .find((each) => each.name === node.name);
  if (target === undefined) throw new Error(`${node.name} is no node of the cluster`);
  const words = ['-h', '127.0.0.1', '-p', String(target.databasePort), '-U', target.superuser];
  const flags = ['-d', database ?? target.maintenanceDb, '-w', '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1'];
  const command = [`${target.bin}/ksql`, ...words, ...flags].map(quote).join(' ');
  // The statement goes over standard input: nothing of it shows in the process list.
  const script = `export KINGBASE_PASSFILE=${quote(target.passwordFile)}\n${command} <<'STATEMENT'\n${statement}\nSTATEMENT`;
  const { stdout } = await node.script(script, { as: target.osUser, label: `sql: ${statement.slice(0, 60)}` });
  return stdout.split('\n').filter((line) => line !== '');
}
