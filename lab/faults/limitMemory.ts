// A host runs out of memory: a limit on all processes of the node, and the kernel's killer does the rest.
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';
import { limitMemoryOf, memoryGroup } from './memoryGroup';

export const limitMemory: Fault = {
  name: 'limit-memory',
  description: 'limit the memory of a node, --mebibytes 256 (default): what goes beyond is killed',
  target: 'node',
  kind: 'lasting',
  options: { mebibytes: 'limit for all processes of the node together' },
  check: (call) => void limit(call),
  apply(call) {
    const node = nodeOf(call);
    const mebibytes = limit(call);
    setLimit(call, String(mebibytes * 1024 * 1024));
    return Promise.resolve(`${node.name} has ${mebibytes} MiB of memory`);
  },
  undo(call) {
    const node = nodeOf(call);
    if (node.isRunning()) setLimit(call, undefined);
    return Promise.resolve(`the memory of ${node.name} is not limited`);
  },
};

function limit(call: FaultCall): number {
  return wholeNumber(call, 'mebibytes', 256, 32);
}

function setLimit(call: FaultCall, bytes: string | undefined): void {
  limitMemoryOf(memoryGroup(call.lab.name, nodeOf(call).name), bytes);
}
