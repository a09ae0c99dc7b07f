/** Loads the shell that runs on nodes (templates/scripts/*.sh), and what else of templates/ acts there, from the source tree as well as from an installed package. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const cache = new Map<string, string>();

/** The texts of these scripts, one after the other: libraries first (`layout.sh`), then the script that uses them. */
export function nodeScript(...names: readonly string[]): string {
  return names.map((name) => load(`scripts/${name}`)).join('\n');
}

/** The text of one template of a file that lands on nodes. */
export function nodeTemplate(name: string): string {
  return readFileSync(join(packageRoot(), 'templates', `${name}.mustache`), 'utf8');
}

/** The text of a program that lands on nodes as it is, by its path below templates/. */
export function nodeProgram(path: string): string {
  return load(path);
}

function load(name: string): string {
  let text = cache.get(name);
  if (text === undefined) {
    text = readFileSync(join(packageRoot(), 'templates', name), 'utf8');
    cache.set(name, text);
  }
  return text;
}

function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'templates', 'scripts'))) {
      return folder;
    }
  }
  throw new Error(`templates/scripts was not found above ${__dirname}`);
}
