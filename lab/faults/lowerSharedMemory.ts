// The kernel of a node allows less shared memory than shared_buffers.
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';
import { setKernelLimits } from './kernelLimit';

const PAGE = 4096;
/** The kernel's own default. */
const DEFAULT = '18446744073692774399';

export const lowerSharedMemory: Fault = {
  name: 'lower-shared-memory',
  description: 'kernel.shmmax and kernel.shmall of a node allow --mebibytes 64 (default)',
  target: 'node',
  kind: 'lasting',
  options: { mebibytes: 'most shared memory' },
  check: (call) => void limit(call),
  async apply(call) {
    const bytes = limit(call) * 1024 * 1024;
    await setKernelLimits(call, [
      { key: 'shmmax', value: String(bytes) },
      { key: 'shmall', value: String(bytes / PAGE) },
    ]);
    return `${nodeOf(call).name} allows ${limit(call)} MiB of shared memory`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) return `${node.name} is powered off; it starts with the kernel's own values`;
    await setKernelLimits(call, [
      { key: 'shmmax', value: DEFAULT },
      { key: 'shmall', value: DEFAULT },
    ]);
    return `the shared memory of ${node.name} is not limited`;
  },
};

function limit(call: FaultCall): number {
  return wholeNumber(call, 'mebibytes', 64, 1);
}
