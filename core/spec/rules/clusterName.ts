// The cluster's name becomes a directory, a firewall zone and part of resource names.
import type { Finding } from '../../finding';

const SHAPE = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/;
const LONGEST = 32;
// Words that commands and directories of ours give another meaning to.
const RESERVED = ['all', 'none', 'default', 'template', 'lock', 'tmp'];

export const clusterName = ({ name }: { readonly name: string }): Finding[] => {
  if (name === '') return [];
  if (!SHAPE.test(name) || name.length > LONGEST) {
    const found = name.length > LONGEST ? `${name.length} characters long` : `${JSON.stringify(name)}`;
    return [
      {
        code: 'spec/cluster-name',
        path: 'name',
        message: `is ${found}`,
        hint: `use a lower-case letter, then lower-case letters and digits, in parts joined by - or _, at most ${LONGEST} characters.`,
      },
    ];
  }
  if (!RESERVED.includes(name)) return [];
  return [
    {
      code: 'spec/reserved-name',
      path: 'name',
      message: `"${name}" is a reserved word`,
      hint: `choose another name than ${RESERVED.join(', ')}.`,
    },
  ];
};
