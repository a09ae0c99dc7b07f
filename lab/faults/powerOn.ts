// A host comes back with the disk and the addresses it had.
import { nodeOf, type Fault } from './fault';

export const powerOn: Fault = {
  name: 'power-on',
  description: 'switch a node on again (ends power-off and power-cut)',
  target: 'node',
  kind: 'once',
  ends: ['power-off', 'power-cut'],
  async apply(call) {
    const node = nodeOf(call);
    await node.powerOn();
    return `${node.name} is up`;
  },
};
