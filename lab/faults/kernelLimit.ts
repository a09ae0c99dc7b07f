// Kernel parameters of System V shared memory and semaphores: each node has an IPC namespace of its own, so they can be set for one node.
// They are set from the host, because /proc/sys is read-only in a node, and are gone with the node.
import { KingbaseError } from '../../core/finding';
import { findLeader } from '../machines/cgroup';
import { run } from '../run';
import { nodeOf, type FaultCall } from './fault';

export interface KernelValue {
  /** Name under /proc/sys/kernel. */
  readonly key: 'sem' | 'shmmax' | 'shmall';
  readonly value: string;
}

export async function setKernelLimits(call: FaultCall, values: readonly KernelValue[]): Promise<void> {
  const node = nodeOf(call);
  const leader = findLeader(call.lab.name, node.name);
  if (leader === undefined) {
    throw new KingbaseError({
      code: 'lab/powered-off',
      path: node.name,
      message: 'the node is powered off',
      hint: `Switch it on with: npm run lab:fault -- power-on ${node.name}`,
    });
  }
  for (const { key, value } of values) {
    const script = 'printf "%s\\n" "$2" >"/proc/sys/kernel/$1"';
    await run('nsenter', ['--target', String(leader), '--ipc', 'sh', '-c', script, 'sh', key, value]);
  }
}
