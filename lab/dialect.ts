// `lab dialect`: what becomes of each KingbaseES setting on the lab's server, from the one table the toolchain acts on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './projectRoot';
import { table } from './status';

export interface DialectKey {
  readonly file: string;
  readonly key: string;
  /** effective: honoured as it is. translated: under another name or unit. inert: accepted, without effect here. emulated: by a program of the lab. */
  readonly state: string;
  readonly to?: string;
  readonly note?: string;
}

export function readDialect(): readonly DialectKey[] {
  const path = join(projectRoot(), 'lab/toolchain/keys.json');
  return JSON.parse(readFileSync(path, 'utf8')) as readonly DialectKey[];
}

export function dialectText(keys: readonly DialectKey[]): string {
  const rows = keys.map(({ file, key, state, to, note }) => {
    const renamed = to === undefined || to === key ? '' : `-> ${to}`;
    return [file, key, state, [renamed, note ?? ''].filter((part) => part !== '').join('; ')];
  });
  const states = [...new Set(keys.map((key) => key.state))];
  const sum = states.map((state) => `${keys.filter((key) => key.state === state).length} ${state}`).join(', ');
  return `${[...table([['file', 'setting', 'in the lab', 'how'], ...rows]), '', `${keys.length} settings: ${sum}`].join('\n')}\n`;
}
