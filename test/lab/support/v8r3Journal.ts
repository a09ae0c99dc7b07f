// A journal of its own for the tests about V8R3: what is so on each node, seen by a small program there that knows no log.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf } from '../../../core/v8r3/plan/planV8r3';
import type { V8r3Plan } from '../../../core/v8r3/plan/types';
import type { Lab } from '../../../lab/lab';

export type Watched = 'database' | 'pool' | 'standby' | 'databaseVip' | 'poolVip';

export interface Entry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly node: string;
  readonly what: Watched;
  readonly on: boolean;
}

const JOURNAL = '/var/tmp/v8r3-journal';

/** On every node that is up and has none running; a node that was off starts a new one. */
export async function watch(lab: Lab, { spec, nodes }: V8r3Plan): Promise<void> {
  const program = readFileSync(join(__dirname, 'v8r3Journal.py'), 'utf8');
  for (const { name, paths } of nodes) {
    const node = lab.node(name);
    await node.exec(['tee', `${JOURNAL}.py`], { stdin: program, label: 'lay the journal' });
    const pid = `${paths.log}/kingbasecluster/kingbasecluster.pid`;
    const addresses = [spec.virtualIps.database, spec.virtualIps.cluster].map(addressOf).join(' ');
    await node.script(
      `if ! pgrep -f ${JOURNAL}.py >/dev/null; then setsid python3 -I ${JOURNAL}.py ${JOURNAL} ${paths.data} ${pid} ${addresses} >/dev/null 2>&1 </dev/null & fi`,
      { label: 'start the journal' },
    );
  }
}

export async function readJournal(lab: Lab): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const node of lab.nodes()) {
    const { stdout } = await node.exec(['cat', JOURNAL], { label: 'read the journal' });
    for (const line of stdout.split('\n').filter((each) => each !== '')) {
      const [at, what, state] = line.split(' ');
      entries.push({ at: Number(at), node: node.name, what: what as Watched, on: state === 'on' });
    }
  }
  return entries.sort((a, b) => a.at - b.at);
}

/** The first such change after a moment; fails loudly where there is none. */
export function changeOf(
  journal: readonly Entry[],
  { node, what, on, after }: Omit<Entry, 'at'> & { readonly after: number },
): number {
  const found = journal.find((one) => one.node === node && one.what === what && one.on === on && one.at >= after);
  if (found !== undefined) return found.at;
  throw new Error(`the journal has no ${what} ${on ? 'on' : 'off'} on ${node} after ${new Date(after).toISOString()}`);
}
