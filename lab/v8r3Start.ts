// What V8R3's installer and kingbase_monitor.sh do on the lab's nodes: make the databases, start everything in order, stop it.
import { KingbaseError } from '../core/finding';
import type { V8r3NodePlan, V8r3Plan } from '../core/v8r3/plan/types';
import { quote } from './faults/processes';
import type { Lab, LabNode } from './lab';
import type { V8r3Secrets } from './v8r3Stack';

const TIMEOUT_MS = 240_000;
/** Left by the installation on a node that was cloned: it is to begin as a standby. */
const FIRST_START = '.lab-first-start';

export interface Members {
  readonly lab: Lab;
  readonly plan: V8r3Plan;
}

/** Once in the life of a lab: a database on the first node, copies of it on the others, all stopped afterwards, as a host is handed over. */
export async function makeDatabases({ lab, plan }: Members, secrets: V8r3Secrets): Promise<void> {
  const [first, ...rest] = plan.nodes as [V8r3NodePlan, ...V8r3NodePlan[]];
  const missing: V8r3NodePlan[] = [];
  for (const node of rest) if (!(await hasDatabase(lab, node))) missing.push(node);
  if (missing.length === 0 && (await hasDatabase(lab, first))) return;
  await asOwner(lab, first, makeFirst(plan, first, secrets), 'make the first database');
  // Its port is closed until the program opens it; this rule is gone with the program's reload.
  await lab.node(first.name).exec(['firewall-cmd', '-q', `--add-port=${first.ports.database}/tcp`]);
  for (const node of missing)
    await asOwner(lab, node, copyFrom(plan, { from: first, to: node }, secrets), 'copy the database');
  await asOwner(lab, first, stopDatabase(first), 'stop the first database');
}

async function hasDatabase(lab: Lab, node: V8r3NodePlan): Promise<boolean> {
  const done = await lab.node(node.name).exec(['test', '-f', `${node.paths.data}/kingbase.conf`], { anyExit: true });
  return done.code === 0;
}

/** Accounts and databases as V8R3's initdb leaves them, with the passwords of this lab; sys_hba.conf open to the nodes until ours takes its place. */
function makeFirst({ spec }: V8r3Plan, node: V8r3NodePlan, secrets: V8r3Secrets): string {
  const { bin, data, archive } = node.paths;
  const { superuser, maintenanceUser, name, healthDatabase, port } = spec.database;
  const lines = spec.nodes.flatMap(({ host }) =>
    ['all', 'replication'].map((database) => `host ${database} all ${host}/32 md5`),
  );
  return `
mkdir -p ${archive}
if [ ! -f ${data}/kingbase.conf ]; then
  rm -rf ${data}.new
  umask 077
  printf '%s\\n' ${quote(secrets.system)} >/tmp/.first
  ${bin}/initdb -D ${data}.new -U ${superuser} -A md5 --pwfile=/tmp/.first >/dev/null
  rm -f /tmp/.first
  printf '%s\\n' ${lines.map(quote).join(' ')} >>${data}.new/sys_hba.conf
  printf '%s\\n' 'port = ${port}' "password_encryption = 'md5'" 'max_wal_senders = 8' 'wal_log_hints = on' >>${data}.new/kingbase.conf
  mv ${data}.new ${data}
fi
${startDatabase(node)}
export KINGBASE_PASSWORD=${quote(secrets.system)}
run() { ${bin}/ksql -p ${port} -U ${superuser} -d "$1" -X -A -t -q -v ON_ERROR_STOP=1; }
run test <<'SQL'
select 'create role "${maintenanceUser}" superuser login' where not exists (select 1 from sys_roles where rolname = '${maintenanceUser}') \\gexec
alter role "${maintenanceUser}" password ${quote(secrets.supermanager)};
select 'create database "${name}"' where not exists (select 1 from sys_database where datname = '${name}') \\gexec
select 'create database "${healthDatabase}"' where not exists (select 1 from sys_database where datname = '${healthDatabase}') \\gexec
SQL
`;
}

function copyFrom(
  { spec }: V8r3Plan,
  { from, to }: { readonly from: V8r3NodePlan; readonly to: V8r3NodePlan },
  secrets: V8r3Secrets,
): string {
  const { bin, data, archive } = to.paths;
  const target = `-h ${from.host} -p ${from.ports.database} -U ${spec.database.superuser}`;
  return `
mkdir -p ${archive}
rm -rf ${data}.new
export KINGBASE_PASSWORD=${quote(secrets.system)}
${bin}/sys_basebackup ${target} -D ${data}.new -X stream -c fast
touch ${data}.new/${FIRST_START}
mv ${data}.new ${data}
`;
}

/** In the vendor's order: databases, addresses, synchronous, pools, and the automation last. Nothing is done to what runs. */
export async function startAll(members: Members): Promise<void> {
  await startDatabases(members);
  for (const node of pools(members.plan)) await startPool(members.lab, node);
  for (const { name } of members.plan.nodes) await members.lab.node(name).exec(['systemctl', 'start', 'cron']);
}

/** By hand, as after all gateways were lost: the one without recovery.conf first, for it was the primary. */
export async function startDatabases({ lab, plan }: Members): Promise<void> {
  for (const node of plan.nodes) await asOwner(lab, node, becomeStandby(node), 'recovery.conf of a first start');
  const leaders: V8r3NodePlan[] = [];
  for (const node of plan.nodes) if (!(await isStandby(lab, node))) leaders.push(node);
  const [primary] = leaders;
  if (primary === undefined || leaders.length > 1) throw unclear(lab, leaders);
  for (const node of [primary, ...plan.nodes.filter((each) => each !== primary)]) {
    await asOwner(lab, node, startDatabase(node), 'start the database');
    await asOwner(lab, node, makeSlots(node), 'make the slots');
  }
  await lab.node(primary.name).exec([`${primary.paths.bin}/change_vip.sh`, 'add']);
  if (plan.spec.replication.synchronous)
    await asOwner(lab, primary, `${primary.paths.bin}/sync_async.sh sync`, 'make it synchronous');
}

/** What is done by hand after the databases were stopped by the scripts: a pool that came back without them knows no primary, so it starts again behind them. */
export async function restartAll(members: Members): Promise<void> {
  const { lab, plan } = members;
  for (const { name } of plan.nodes) await lab.node(name).exec(['systemctl', 'stop', 'cron']);
  for (const node of pools(plan)) await stopPool(lab, node);
  await startAll(members);
}

async function stopPool(lab: Lab, { name, paths }: V8r3NodePlan): Promise<void> {
  const script = `
pid=$(cat ${paths.log}/kingbasecluster/kingbasecluster.pid 2>/dev/null || true)
[ -n "$pid" ] && [ -d /proc/$pid ] || exit 0
kill -INT $pid
for _ in $(seq 60); do [ -d /proc/$pid ] || exit 0; sleep 0.5; done
exit 1`;
  await lab.node(name).script(script, { label: 'stop the pool', timeoutMs: 60_000 });
}

/** A former primary, which nobody makes a standby unless somebody decides it (AUTO_PRIMARY_RECOVERY=0); network_rewind.sh does the rest within a minute. */
export async function giveBack(lab: Lab, node: V8r3NodePlan): Promise<void> {
  await asOwner(lab, node, `cp ${node.paths.etc}/recovery.done ${node.paths.data}/recovery.conf`, 'copy recovery.done');
}

/** The cron line would do so within a minute. */
export async function startPool(lab: Lab, node: V8r3NodePlan): Promise<void> {
  await lab.node(node.name).exec([`${node.paths.poolBin}/restartcluster.sh`], { timeoutMs: 60_000 });
}

export async function isStandby(lab: Lab, node: V8r3NodePlan): Promise<boolean> {
  const path = `${node.paths.data}/recovery.conf`;
  return (await lab.node(node.name).exec(['test', '-e', path], { anyExit: true })).code === 0;
}

function pools({ nodes }: V8r3Plan): readonly V8r3NodePlan[] {
  return nodes.filter(({ pool }) => pool !== undefined);
}

function unclear(lab: Lab, leaders: readonly V8r3NodePlan[]): KingbaseError {
  const names = leaders.map(({ name }) => name).join(' and ');
  return new KingbaseError({
    code: 'lab/no-single-primary',
    path: lab.name,
    message: leaders.length === 0 ? 'every node has a recovery.conf' : `${names} have no recovery.conf`,
    hint: 'Find out which one served last; on the others: cp db/etc/recovery.done <data>/recovery.conf as kingbase.',
  });
}

function becomeStandby({ paths: { etc, data } }: V8r3NodePlan): string {
  return `if [ -e ${data}/${FIRST_START} ]; then cp ${etc}/recovery.done ${data}/recovery.conf; rm ${data}/${FIRST_START}; fi`;
}

function startDatabase({ paths: { bin, data } }: V8r3NodePlan): string {
  return `${bin}/sys_ctl -D ${data} status >/dev/null 2>&1 || ${bin}/sys_ctl -D ${data} -w -t 60 -l ${data}/../logfile start >/dev/null`;
}

export function stopDatabase({ paths: { bin, data } }: V8r3NodePlan): string {
  return `! ${bin}/sys_ctl -D ${data} status >/dev/null 2>&1 || ${bin}/sys_ctl -D ${data} -m fast -w -t 60 stop >/dev/null`;
}

function makeSlots({ paths: { bin } }: V8r3NodePlan): string {
  return `${bin}/make_slots.sh`;
}

export function asOwner(lab: Lab, node: V8r3NodePlan, script: string, label: string): Promise<unknown> {
  return lab.node(node.name).script(script, { as: 'kingbase', timeoutMs: TIMEOUT_MS, label });
}

/** One statement to a node's own database or to the pool, as the account of the scripts; rows as lines, fields by `|`. */
export async function v8r3Sql(
  node: LabNode,
  plan: V8r3Plan,
  statement: string,
  target: 'database' | 'pool' = 'database',
): Promise<readonly string[]> {
  const { bin } = (plan.nodes[0] as V8r3NodePlan).paths;
  const words = target === 'pool' ? [`${bin}/ask`, 'pool'] : [`${bin}/ask`];
  const options = { as: 'kingbase', stdin: statement, timeoutMs: 60_000, label: `sql: ${statement.slice(0, 60)}` };
  const { stdout } = await node.exec(words, options);
  return stdout.split('\n').filter((line) => line !== '');
}
