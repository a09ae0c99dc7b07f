// Two different nodes of this cluster run kingbasecluster.
import type { Finding } from '../../../finding';
import type { V8r3Rule } from './rule';

export const pools: V8r3Rule = ({ pools: names, nodes }, given) => {
  if (given.pools === undefined) return [];
  const known = nodes.map(({ name }) => name);
  return names.flatMap((name, index): Finding[] => {
    const path = `pools[${index}]`;
    if (name === '') return [];
    if (!known.includes(name)) {
      return [
        {
          code: 'v8r3/unknown-pool',
          path,
          message: `${JSON.stringify(name)} is no node of this cluster`,
          hint: `name two of ${known.filter((one) => one !== '').join(', ')}.`,
        },
      ];
    }
    return names.indexOf(name) === index
      ? []
      : [
          {
            code: 'v8r3/one-pool',
            path,
            message: `same node as pools[${names.indexOf(name)}]`,
            hint: 'name two nodes: with one pool, its loss is the loss of the automation and of the address of the pool.',
          },
        ];
  });
};
