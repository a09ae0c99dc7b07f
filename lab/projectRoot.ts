// Where the repository lies, whether this runs from dist/ or, under the test runner, from the sources.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function isProject(directory: string): boolean {
  const file = join(directory, 'package.json');
  return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'pulumi-kingbase';
}

export function projectRoot(): string {
  for (let directory = __dirname; ; directory = dirname(directory)) {
    if (isProject(directory)) return directory;
    if (dirname(directory) === directory) throw new Error(`no package.json of pulumi-kingbase above ${__dirname}`);
  }
}
