// The plug of a host is pulled. Its pages outlive it (they are this machine's): no claim about unsynced data rests on it.
import { GONE_WITH_POWER, nodeOf, type Fault } from './fault';

export const powerCut: Fault = {
  name: 'power-cut',
  description: 'pull the plug of a node: every process of it dies at once',
  target: 'node',
  kind: 'lasting',
  // These do not outlive the running node.
  ends: GONE_WITH_POWER,
  async apply(call) {
    const node = nodeOf(call);
    await node.powerCut();
    return `cut the power of ${node.name}`;
  },
  async undo(call) {
    const node = nodeOf(call);
    await node.powerOn();
    return `${node.name} is up`;
  },
};
