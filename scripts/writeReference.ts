// `npm run docs`: writes docs/reference from the schema and the parameter tables, docs/policies.md and docs/diagnosis.md from their rules. With --check it only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diagnosisPage } from '../core/backup/diagnosis/page';
import { policiesPage } from '../core/policy/page';
import { referencePages } from '../core/spec/reference';

function main(check: boolean): number {
  // Compiled to dist/scripts: the project is two levels up.
  const docs = join(resolve(__dirname, '..', '..'), 'docs');
  const folder = join(docs, 'reference');
  const stale: string[] = [];
  if (!check) mkdirSync(folder, { recursive: true });
  const reference = Object.entries(referencePages()).map(([name, text]) => [join(folder, name), text] as const);
  const others = [
    [join(docs, 'policies.md'), policiesPage()],
    [join(docs, 'diagnosis.md'), diagnosisPage()],
  ] as const;
  for (const [path, text] of [...reference, ...others]) {
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
