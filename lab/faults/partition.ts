// A node loses its network, silently: from everybody and the trusted server, or from some nodes only; both ways, or one.
import { KingbaseError } from '../../core/finding';
import { applyRules } from '../machines/network';
import { nodeOf, type Fault } from './fault';

export const partition: Fault = {
  name: 'partition',
  description:
    'cut a node off from everybody, the trusted server included; --from node2,node3: from these only; --way out|in: one way',
  target: 'node',
  kind: 'lasting',
  options: {
    from: 'names of nodes, separated by commas',
    way: 'out: what it sends is lost; in: what it is sent; both ways where not given',
  },
  check(call) {
    for (const name of call.options['from']?.split(',') ?? []) call.lab.node(name);
    const { way } = call.options;
    if (way === undefined || way === 'in' || way === 'out') return;
    throw new KingbaseError({
      code: 'lab/bad-option',
      path: '--way',
      message: `"${way}" is neither in nor out`,
      hint: 'Give --way in or --way out; without it both ways are cut.',
    });
  },
  async apply(call) {
    await applyRules(call.lab.manifest());
    const { from = 'everybody', way } = call.options;
    return `${nodeOf(call).name} is cut off from ${from}${way === undefined ? '' : ` (${way})`}`;
  },
  async undo(call) {
    const { name } = nodeOf(call);
    const manifest = call.lab.manifest();
    await applyRules({ ...manifest, faults: manifest.faults.filter((f) => f.name !== 'partition' || f.node !== name) });
    return `${name} is back on the network`;
  },
};
