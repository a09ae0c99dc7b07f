// The network of a node works again; the same as undoing its partition, under the name one looks for.
import { nodeOf, type Fault } from './fault';
import { partition } from './partition';

export const heal: Fault = {
  name: 'heal',
  description: 'put a node back on the network (ends partition)',
  target: 'node',
  kind: 'once',
  ends: ['partition'],
  apply: (call) => partition.undo?.(call) ?? Promise.resolve(nodeOf(call).name),
};
