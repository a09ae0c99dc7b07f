// Who is primary, found by asking every database; no manifest and no program knows.
import { KingbaseError } from '../../core/finding';
import type { Lab, LabNode } from '../lab';
import { quote } from './processes';

const ASK_TIMEOUT_MS = 10_000;

export async function findPrimaries(lab: Lab): Promise<readonly LabNode[]> {
  const candidates = lab.nodes().filter((node) => node.info().role === 'database' && node.isRunning());
  const answers = await Promise.all(candidates.map(async (node) => ((await isPrimary(lab, node)) ? node : undefined)));
  return answers.filter((node) => node !== undefined);
}

export async function findPrimary(lab: Lab): Promise<LabNode> {
  const found = await findPrimaries(lab);
  const only = found[0];
  if (only !== undefined && found.length === 1) return only;
  const message =
    only === undefined ? 'no node is primary' : `${found.map((node) => node.name).join(' and ')} are both primary`;
  throw new KingbaseError({ code: 'lab/no-single-primary', message, hint: 'See the cluster: npm run lab:status' });
}

async function isPrimary(lab: Lab, node: LabNode): Promise<boolean> {
  const { prefix, form } = lab.manifest();
  if (form === 'v8r3') return leadsV8r3(node, prefix);
  const database = form === 'three' ? 'test' : 'kingbase';
  const script = [
    // No password on a command line: the node has it in a file.
    `export KINGBASE_PASSFILE=~/.kbpass`,
    `${quote(`${prefix}/bin/ksql`)} -h 127.0.0.1 -p 54321 -U system -d ${database} -w -X -A -t -c 'select not sys_is_in_recovery()'`,
  ].join('\n');
  const result = await node.script(script, {
    as: 'kingbase',
    anyExit: true,
    timeoutMs: ASK_TIMEOUT_MS,
    label: 'ask for the role',
  });
  return result.code === 0 && result.stdout.trim() === 't';
}

/** By the account and the password that HAmodule.conf of the node has. */
async function leadsV8r3(node: LabNode, prefix: string): Promise<boolean> {
  const stdin = 'select not sys_is_in_recovery()';
  const options = { as: 'kingbase', anyExit: true, timeoutMs: ASK_TIMEOUT_MS, label: 'ask for the role' };
  const result = await node.exec([`${prefix}/bin/ask`], { ...options, stdin });
  return result.code === 0 && result.stdout.trim() === 't';
}
