// A database dies; on a standby kbha starts it again.
import { nodeOf, type Fault } from './fault';
import { killDaemon } from './processes';

export const killDatabase: Fault = {
  name: 'kill-database',
  description: 'kill -9 the database of a node',
  target: 'node',
  kind: 'once',
  async apply(call) {
    const node = nodeOf(call);
    const pid = await killDaemon(call.lab, node, 'database');
    return `killed the database (pid ${pid}) of ${node.name}`;
  },
};
