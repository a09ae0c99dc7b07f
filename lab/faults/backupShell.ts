// What the faults of backups share: finding the repository on a node as an operator does, keeping the original of what a
// fault changes, and SQL as the superuser. Shell, because it runs on the node.
import type { LabNode } from '../lab';
import type { RunResult } from '../run';
import { nodeOf, type Fault, type FaultCall } from './fault';
import { quote } from './processes';

/** Originals lie here, one directory per fault; gone after the undo. */
const KEPT = '/var/lib/kingbase-lab/faults';

/**
 * keep FILE NAME: the original of FILE, once, under NAME. give_back NAME FILE: puts it back where there is one. drop_kept: at the end of an undo.
 * sql TEXT: as the superuser of this node's database.
 */
const COMMON = `
keep() { mkdir -p "$kept"; [ -e "$kept/$2" ] || cp -a "$1" "$kept/$2"; }
give_back() { if [ -e "$kept/$1" ]; then cp -a "$kept/$1" "$2"; fi; }
drop_kept() { rm -rf "$kept"; }
as_kingbase() { runuser -u kingbase -- env HOME=/home/kingbase KINGBASE_PASSFILE=/home/kingbase/.kbpass "$@"; }
sql() { as_kingbase "$prefix/bin/ksql" -h 127.0.0.1 -p 54321 -U system -d "$database" -w -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
reload() { as_kingbase "$prefix/bin/sys_ctl" -D "$data" reload >/dev/null; }
`;

/** conf: sys_rman.conf of this node; stanza, repository: as it says. */
const REPOSITORY = `
conf=
for each in /kbrepo/sys_rman.conf /kbrepo/*/sys_rman.conf $(grep -hoE -- '--config[ =][^ ;]+' "$data/es_rep.conf" 2>/dev/null | sed 's/^--config[ =]//'); do
  if [ -r "$each" ]; then conf=$each; break; fi
done
if [ -z "$conf" ]; then echo "there is no sys_rman.conf on this node: the cluster has no backups yet" >&2; exit 1; fi
stanza=$(sed -n 's/^\\[\\(.*\\)\\]$/\\1/p' "$conf" | grep -v '^global' | head -n 1)
repository=$(sed -n 's/^repo1-path=//p' "$conf" | head -n 1)
newest() { find "$repository/backup/$stanza" -mindepth 1 -maxdepth 1 -type d -name '20*' -printf '%f\\n' | sort | tail -n 1; }
`;

/** A fault that a script on its node does, and another takes back. */
interface ShellFault {
  readonly name: string;
  readonly description: string;
  /** repository: with the words of onRepository. */
  readonly on: 'node' | 'repository';
  readonly apply: string;
  /** What was done; `said` is the last line that the script printed. */
  readonly applied: (node: string, said: string) => string;
  readonly undo: string;
  readonly undone: (node: string, said: string) => string;
}

export function shellFault({ name, description, on, apply, applied, undo, undone }: ShellFault): Fault {
  const play = on === 'node' ? onNode : onRepository;
  return {
    name,
    description,
    target: 'node',
    kind: 'lasting',
    apply: async (call) => applied(nodeOf(call).name, lastLine(await play(call, name, apply))),
    undo: async (call) => {
      await awake(call);
      return undone(nodeOf(call).name, lastLine(await play(call, name, undo)));
    },
  };
}

export function onNode(call: FaultCall, fault: string, script: string): Promise<RunResult> {
  return run(call, nodeOf(call), fault, COMMON, script);
}

/** With conf, stanza, repository and newest; fails where the node has no sys_rman.conf. */
export function onRepository(call: FaultCall, fault: string, script: string): Promise<RunResult> {
  return run(call, nodeOf(call), fault, `${COMMON}${REPOSITORY}`, script);
}

/** For an undo: a node that is off is switched on first. */
export async function awake(call: FaultCall): Promise<void> {
  const node = nodeOf(call);
  if (!node.isRunning()) await node.powerOn();
}

export function lastLine(result: RunResult): string {
  return result.stdout.trim().split('\n').at(-1) ?? '';
}

function run(call: FaultCall, node: LabNode, fault: string, prelude: string, script: string): Promise<RunResult> {
  const { prefix, data, form } = call.lab.manifest();
  const words = {
    prefix,
    data,
    database: form === 'three' ? 'test' : 'kingbase',
    kept: `${KEPT}/${fault}`,
  };
  const variables = Object.entries(words).map(([name, value]) => `${name}=${quote(value)}`);
  return node.script([...variables, prelude, script].join('\n'), { label: fault });
}
