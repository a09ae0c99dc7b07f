// Nobody starts kbha any more when it dies.
import { nodeOf, type Fault } from './fault';

export const stopCron: Fault = {
  name: 'stop-cron',
  description: 'stop the cron daemon of a node',
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const node = nodeOf(call);
    await node.exec(['systemctl', 'stop', 'cron.service']);
    return `stopped cron on ${node.name}`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) return `${node.name} is powered off; cron starts with it`;
    await node.exec(['systemctl', 'start', 'cron.service']);
    return `cron runs on ${node.name}`;
  },
};
