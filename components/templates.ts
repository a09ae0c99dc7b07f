/** Loads templates/**.mustache, from the source tree as well as from an installed package (dist/ lies beside templates/). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { TemplateSet } from '../core/render/template';

const SUFFIX = '.mustache';
let loaded: TemplateSet | undefined;

/** Read once per process: a program renders hundreds of files from some twenty templates. */
export function loadTemplates(): TemplateSet {
  loaded ??= readTemplates(join(packageRoot(), 'templates'));
  return loaded;
}

function readTemplates(folder: string): TemplateSet {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(SUFFIX));
  return Object.fromEntries(files.map((name) => [templateName(name), readFileSync(join(folder, name), 'utf8')]));
}

function templateName(file: string): string {
  return file.split(sep).join('/').slice(0, -SUFFIX.length);
}

function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'templates', 'os', 'sudoers.mustache'))) {
      return folder;
    }
  }
  throw new Error(`templates were not found above ${__dirname}`);
}
