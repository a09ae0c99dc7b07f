// Node names stand unquoted in synchronous_standby_names, in slot and file names: a narrow alphabet, no keyword.
import type { Finding } from '../../finding';
import type { HostRule } from './rule';

const SHAPE = /^[a-z][a-z0-9_]*$/;
const LONGEST = 40;
// any, first: keywords of synchronous_standby_names; the others are keywords of sys_hba.conf or of our commands.
const RESERVED = [
  'any',
  'first',
  'all',
  'none',
  'replication',
  'sameuser',
  'samerole',
  'samehost',
  'samenet',
  'localhost',
];

export const nodeNames: HostRule = (spec) => spec.nodes.flatMap((node, index) => check(node.name, index));

function check(name: string, index: number): Finding[] {
  const path = `nodes[${index}].name`;
  if (name === '') return [];
  if (!SHAPE.test(name) || name.length > LONGEST) {
    const found =
      name.length > LONGEST ? `is ${name.length} characters long` : `${JSON.stringify(name)} cannot be a node name`;
    const suggestion = suggest(name);
    return [
      {
        code: 'spec/node-name',
        path,
        message: found,
        hint:
          `use a lower-case letter, then lower-case letters, digits or _, at most ${LONGEST} characters` +
          `${suggestion === undefined ? '' : `, for example ${suggestion}`}. It stands in synchronous_standby_names and in file names.`,
      },
    ];
  }
  if (!RESERVED.includes(name)) return [];
  return [
    {
      code: 'spec/reserved-name',
      path,
      message: `"${name}" is a keyword of synchronous_standby_names, sys_hba.conf or of our commands`,
      hint: `choose another name, for example ${name}1.`,
    },
  ];
}

function suggest(name: string): string | undefined {
  const folded = name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, LONGEST);
  return folded === '' ? undefined : folded;
}
