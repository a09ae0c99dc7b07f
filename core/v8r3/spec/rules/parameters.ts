// Free parameters have names that are names, values that their file can carry, and say nothing that a field says.
import type { Finding } from '../../../finding';
import { OWNED_PATTERN, POOL_OWNED, SERVER_REFUSED } from '../../ownedKeys';
import type { V8r3Rule } from './rule';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/;

export const parameters: V8r3Rule = ({ pool, database }) => [
  ...Object.entries(pool.parameters).flatMap(([name, value]) => poolParameter(name, value)),
  ...Object.keys(database.parameters).flatMap(serverParameter),
];

function poolParameter(name: string, value: string): Finding[] {
  const path = `pool.parameters.${name}`;
  if (!NAME.test(name)) return [notAName(path, name)];
  if (POOL_OWNED.includes(name) || OWNED_PATTERN.test(name)) {
    return [
      {
        code: 'v8r3/owned-parameter',
        path,
        message: 'is written by this program',
        hint: 'set the field that it comes from: docs/reference/v8r3.md names the key of each.',
      },
    ];
  }
  return /['"\\#]/.test(value)
    ? [
        {
          code: 'v8r3/parameter-value',
          path,
          message: 'has a quote, a backslash or a #, which kingbasecluster.conf cannot carry for certain',
          hint: 'put a command into a script file, and name that.',
        },
      ]
    : [];
}

function serverParameter(name: string): Finding[] {
  const path = `database.parameters.${name}`;
  if (!NAME.test(name)) return [notAName(path, name)];
  const why = Object.hasOwn(SERVER_REFUSED, name.toLowerCase()) ? SERVER_REFUSED[name.toLowerCase()] : undefined;
  return why === undefined ? [] : [{ code: 'v8r3/owned-parameter', path, message: 'cannot be set here', hint: why }];
}

function notAName(path: string, name: string): Finding {
  return {
    code: 'v8r3/parameter-name',
    path,
    message: `${JSON.stringify(name)} is not the name of a parameter`,
    hint: 'use letters, digits and _.',
  };
}
