// `npm run docs`: writes docs/reference from the schema and the parameter tables. With --check it only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { referencePages } from '../core/spec/reference';

function main(check: boolean): number {
  // Compiled to dist/scripts: the project is two levels up.
  const folder = join(resolve(__dirname, '..', '..'), 'docs', 'reference');
  const stale: string[] = [];
  if (!check) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(referencePages())) {
    const path = join(folder, name);
    const isFresh = existsSync(path) && readFileSync(path, 'utf8') === text;
    if (!isFresh && check) stale.push(path);
    if (!isFresh && !check) {
      writeFileSync(path, text);
      console.log(`written: ${path}`);
    }
  }
  for (const path of stale) console.error(`stale: ${path}\nHINT: run \`npm run docs\` and commit the result.`);
  return stale.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.includes('--check'));
