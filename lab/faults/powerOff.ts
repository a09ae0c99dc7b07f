// Somebody shuts a host down in order.
import { GONE_WITH_POWER, nodeOf, type Fault } from './fault';

export const powerOff: Fault = {
  name: 'power-off',
  description: 'shut a node down in order',
  target: 'node',
  kind: 'lasting',
  // These do not outlive the running node.
  ends: GONE_WITH_POWER,
  async apply(call) {
    const node = nodeOf(call);
    const how = await node.powerOff();
    return how === 'in order' ? `${node.name} is powered off` : `${node.name} did not end in time and was cut off`;
  },
  async undo(call) {
    const node = nodeOf(call);
    await node.powerOn();
    return `${node.name} is up`;
  },
};
