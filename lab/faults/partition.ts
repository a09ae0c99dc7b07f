// A node loses its network, silently, both ways: from everybody and the trusted server, or from some nodes only.
import { applyRules } from '../machines/network';
import { nodeOf, type Fault } from './fault';

export const partition: Fault = {
  name: 'partition',
  description: 'cut a node off from everybody, the trusted server included; --from node2,node3: from these only',
  target: 'node',
  kind: 'lasting',
  options: { from: 'names of nodes, separated by commas' },
  check(call) {
    for (const name of call.options['from']?.split(',') ?? []) call.lab.node(name);
  },
  async apply(call) {
    await applyRules(call.lab.manifest());
    return `${nodeOf(call).name} is cut off from ${call.options['from'] ?? 'everybody'}`;
  },
  async undo(call) {
    const { name } = nodeOf(call);
    const manifest = call.lab.manifest();
    await applyRules({ ...manifest, faults: manifest.faults.filter((f) => f.name !== 'partition' || f.node !== name) });
    return `${name} is back on the network`;
  },
};
