// The kernel of a node has fewer semaphores than its database wants.
import { nodeOf, type Fault } from './fault';
import { setKernelLimits } from './kernelLimit';

/** The kernel's own default: semmsl semmns semopm semmni. */
const DEFAULT = '32000 1024000000 500 32000';

export const lowerSemaphores: Fault = {
  name: 'lower-semaphores',
  description: 'kernel.sem of a node is too small for its database: 17 68 8 4',
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    await setKernelLimits(call, [{ key: 'sem', value: '17 68 8 4' }]);
    return `kernel.sem of ${nodeOf(call).name} is 17 68 8 4`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) return `${node.name} is powered off; it starts with the kernel's own values`;
    await setKernelLimits(call, [{ key: 'sem', value: DEFAULT }]);
    return `kernel.sem of ${node.name} is ${DEFAULT}`;
  },
};
