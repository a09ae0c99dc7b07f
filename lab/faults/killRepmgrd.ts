// repmgrd dies; kbha starts it again.
import { nodeOf, type Fault } from './fault';
import { killDaemon } from './processes';

export const killRepmgrd: Fault = {
  name: 'kill-repmgrd',
  description: 'kill -9 repmgrd of a node',
  target: 'node',
  kind: 'once',
  async apply(call) {
    const node = nodeOf(call);
    const pid = await killDaemon(call.lab, node, 'repmgrd');
    return `killed repmgrd (pid ${pid}) of ${node.name}`;
  },
};
