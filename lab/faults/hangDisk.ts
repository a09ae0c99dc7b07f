// The data volume of a node stops answering: writers block and cannot be killed, readers of cached pages go on.
import { thawNode } from '../machines/freeze';
import { nodeOf, type Fault } from './fault';

export const hangDisk: Fault = {
  name: 'hang-disk',
  description: 'freeze the data volume of a node: writes block until it is undone',
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const node = nodeOf(call);
    const point = node.info().role === 'repository' ? '/kbrepo' : '/kbdata';
    await node.exec(['fsfreeze', '--freeze', point]);
    return `writes to ${point} of ${node.name} hang`;
  },
  async undo(call) {
    const node = nodeOf(call);
    await thawNode(call.lab.name, node.name);
    return `the disk of ${node.name} answers again`;
  },
};
