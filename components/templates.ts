/** The texts below templates/, read once: core, which fills them in, cannot read files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { TemplateSet } from '../core/render/template';

const SUFFIX = '.mustache';

let loaded: TemplateSet | undefined;

export function loadTemplates(): TemplateSet {
  loaded ??= readTemplates(join(packageRoot(), 'templates'));
  return loaded;
}

function readTemplates(folder: string): TemplateSet {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(SUFFIX),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path).slice(0, -SUFFIX.length), readFileSync(path, 'utf8')];
    }),
  );
}

/** The source tree and dist/ of an installed package lie at different depths below it. */
function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'templates', 'v8r6'))) {
      return folder;
    }
  }
  throw new Error(`templates/ was not found above ${__dirname}`);
}
