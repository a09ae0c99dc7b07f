// A backup takes more memory than its host has: the node gets a little more than it uses now, and the kernel's killer takes sys_rman (the lab's
// sys_rman offers itself first while FIRST is there). A node has no kernel log of its own: what the host's kernel says about it
// is written to the node's journal and /var/log/messages, where an operator looks.
import { join } from 'node:path';
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';
import { limitMemoryOf, memoryGroup } from './memoryGroup';

const NAME = 'limit-backup-memory';
const RELAY_PID = '/run/lab-oom-relay.pid';
/** Read by klab/rman.py. */
const FIRST = '/run/kingbase-lab/oom-first';

export const limitBackupMemory: Fault = {
  name: NAME,
  description: 'a node has --mebibytes 24 (default) more memory than it uses now: the oom-killer takes sys_rman',
  target: 'node',
  kind: 'lasting',
  options: { mebibytes: 'memory left for backups' },
  check: (call) => void headroom(call),
  async apply(call) {
    const node = nodeOf(call);
    const group = memoryGroup(call.lab.name, node.name);
    await startRelay(call, group.path);
    limitMemoryOf(group, String(group.inUse() + headroom(call) * 1024 * 1024));
    return `${node.name} has ${headroom(call)} MiB of memory left for backups`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) return `${node.name} is powered off; it starts with all its memory`;
    limitMemoryOf(memoryGroup(call.lab.name, node.name), undefined);
    await node.script(`[ -e ${RELAY_PID} ] && kill "$(cat ${RELAY_PID})" 2>/dev/null; rm -f ${RELAY_PID} ${FIRST}`, {
      anyExit: true,
    });
    return `the memory of ${node.name} is not limited`;
  },
};

function headroom(call: FaultCall): number {
  return wholeNumber(call, 'mebibytes', 24, 1);
}

/** Started from the host's side, because a node may not read the kernel's log; it ends with the node. */
async function startRelay(call: FaultCall, path: string): Promise<void> {
  const below = path.slice(path.indexOf(join('/', 'pulumi-kingbase-lab')));
  const relay = `
    said=$(dmesg | tail -n 1 | cut -c 1-16)
    while sleep 0.5; do
      now=$(dmesg | awk -v after="$said" 'substr($0, 1, 16) > after')
      [ -n "$now" ] || continue
      # The line with the victim's name follows the one that names the group; a message half written waits for the next round.
      printf '%s\\n' "$now" | grep -q -F 'oom_memcg=${below},' && ! printf '%s\\n' "$now" | grep -q 'Killed process' && continue
      said=$(printf '%s\\n' "$now" | tail -n 1 | cut -c 1-16)
      printf '%s\\n' "$now" | grep -A 1 -F 'oom_memcg=${below},' | grep -v '^--' | while read -r line; do
        text=\${line#*] }
        logger -p kern.err -t kernel -- "$text"
        printf '%s %s kernel: %s\\n' "$(date '+%b %e %H:%M:%S')" "$(hostname)" "$text" >>/var/log/messages
      done
    done`;
  await nodeOf(call).script(
    `touch ${FIRST}
    [ -e ${RELAY_PID} ] && kill "$(cat ${RELAY_PID})" 2>/dev/null || true
    setsid bash -c '${relay.replaceAll("'", `'\\''`)}' >/dev/null 2>&1 </dev/null &
    echo $! >${RELAY_PID}`,
    { label: NAME },
  );
}
