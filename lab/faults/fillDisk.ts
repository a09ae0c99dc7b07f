// The data volume of a node is full to the last block.
import { nodeOf, type Fault } from './fault';

const FILLER = '.lab-filler';

export const fillDisk: Fault = {
  name: 'fill-disk',
  description: 'fill the data volume of a node (the repository volume on the repository node)',
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const node = nodeOf(call);
    const point = volume(node.info().role);
    // fallocate takes what is free in large pieces; dd takes the rest to the last block, and ends because it is full.
    await node.script(`
      file=${point}/${FILLER}
      free=$(df --output=avail -B 1 ${point} | tail -n 1)
      fallocate -l "$((free > 1048576 ? free - 1048576 : 1))" "$file" || true
      dd if=/dev/zero of="$file.rest" bs=64k status=none 2>/dev/null || true
      dd if=/dev/zero of="$file.rest" bs=1k oflag=append conv=notrunc status=none 2>/dev/null || true
      sync -f ${point}`);
    const { stdout } = await node.exec(['df', '--output=avail', '-h', point]);
    return `${point} of ${node.name} is full (${stdout.trim().split('\n').at(-1)?.trim()} left)`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) await node.powerOn();
    const point = volume(node.info().role);
    await node.exec(['rm', '-f', `${point}/${FILLER}`, `${point}/${FILLER}.rest`]);
    return `${point} of ${node.name} has room again`;
  },
};

function volume(role: string): string {
  return role === 'repository' ? '/kbrepo' : '/kbdata';
}
