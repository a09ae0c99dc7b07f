// kbha dies; cron starts it again within a minute.
import { nodeOf, type Fault } from './fault';
import { killDaemon } from './processes';

export const killKbha: Fault = {
  name: 'kill-kbha',
  description: 'kill -9 kbha of a node',
  target: 'node',
  kind: 'once',
  async apply(call) {
    const node = nodeOf(call);
    const pid = await killDaemon(call.lab, node, 'kbha');
    return `killed kbha (pid ${pid}) of ${node.name}`;
  },
};
