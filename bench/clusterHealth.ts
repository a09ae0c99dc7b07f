// Whether a bench lab's cluster is whole: asked of the nodes themselves, not over the network, so that a fault does not blind it.
import type { Lab, LabNode } from '../lab/lab';
import { poll } from '../lab/run';

export interface NodeState {
  readonly name: string;
  readonly role: 'primary' | 'standby' | 'none';
  /** Standbys that stream from this node. */
  readonly streaming: number;
  readonly repmgrd: boolean;
  readonly kbha: boolean;
}

const QUESTION = `
role=none streaming=0
answer=$(runuser -u kingbase -- env HOME=/home/kingbase KINGBASE_PASSFILE=/home/kingbase/.kbpass timeout 5 "$bin/ksql" -X -A -t -q -w \\
  -h 127.0.0.1 -p 54321 -U esrep -d esrep -c "select case when sys_is_in_recovery() then 'standby' else 'primary' end,
  (select count(*) from sys_stat_replication where state = 'streaming')" 2>/dev/null) || answer=
if [ -n "$answer" ]; then role=\${answer%|*} streaming=\${answer#*|}; fi
runs() { pgrep -u kingbase -f "$1" >/dev/null && echo yes || echo no; }
echo "$role $streaming $(runs 'repmgrd .*-f ') $(runs 'kbha .*-A daemon')"
`;

export async function stateOf(lab: Lab, node: LabNode): Promise<NodeState> {
  const nothing: NodeState = { name: node.name, role: 'none', streaming: 0, repmgrd: false, kbha: false };
  if (!node.isRunning()) return nothing;
  const answer = await node
    .script(`bin=${lab.manifest().prefix}/bin\n${QUESTION}`, { anyExit: true })
    .catch(() => undefined);
  const [role, streaming, repmgrd, kbha] = (answer?.stdout ?? '').trim().split(' ');
  if (role !== 'primary' && role !== 'standby') return { ...nothing, repmgrd: repmgrd === 'yes', kbha: kbha === 'yes' };
  return { name: node.name, role, streaming: Number(streaming), repmgrd: repmgrd === 'yes', kbha: kbha === 'yes' };
}

/** What is not as it should be; nothing where one primary has all others streaming and all daemons run. */
export function complaints(states: readonly NodeState[]): string[] {
  const primaries = states.filter(({ role }) => role === 'primary');
  const streaming = primaries[0]?.streaming ?? 0;
  return [
    ...(primaries.length === 1 ? [] : [`${primaries.length} primaries`]),
    ...(streaming === states.length - 1 ? [] : [`${streaming} of ${states.length - 1} standbys stream`]),
    ...states.filter(({ role }) => role === 'none').map(({ name }) => `${name}: no database`),
    ...states.filter(({ repmgrd }) => !repmgrd).map(({ name }) => `${name}: no repmgrd`),
    ...states.filter(({ kbha }) => !kbha).map(({ name }) => `${name}: no kbha`),
  ];
}

/** Waits until nothing is to complain about on any node with a database; returns the primary's name. */
export async function awaitHealthy(lab: Lab, timeoutMs: number): Promise<string> {
  const repositories = lab.manifest().nodes.filter(({ role }) => role === 'repository');
  const members = lab.nodes().filter(({ name }) => !repositories.some((repository) => repository.name === name));
  let last: string[] = [];
  const primary = await poll(
    async () => {
      const states = await Promise.all(members.map((node) => stateOf(lab, node)));
      last = complaints(states);
      return last.length === 0 ? states.find(({ role }) => role === 'primary')?.name : undefined;
    },
    timeoutMs,
    500,
  );
  if (primary === undefined)
    throw new Error(`lab ${lab.name} is not healthy after ${timeoutMs / 1000} s: ${last.join('; ')}`);
  return primary;
}
