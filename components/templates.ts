/** The texts below templates/, read once: core, which fills them in or places them as they are, cannot read files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROGRAM, type TemplateSet } from '../core/render/template';

const SUFFIX = '.mustache';
/** Programs that land on nodes as they are: whole directories, so that a new kind of action is one file. */
const PROGRAMS = /^(?:scripts\/[\w.]+|(?:os|kwdb|v8r3)\/(?:actions\/)?[\w.-]+)\.(?:sh|py)$/;

let loaded: TemplateSet | undefined;

export function loadTemplates(): TemplateSet {
  loaded ??= readTemplates(join(packageRoot(), 'templates'));
  return loaded;
}

function readTemplates(folder: string): TemplateSet {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      if (name.endsWith(SUFFIX)) return [[name.slice(0, -SUFFIX.length), readFileSync(path, 'utf8')]];
      return PROGRAMS.test(name) ? [[`${PROGRAM}${name}`, readFileSync(path, 'utf8')]] : [];
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
