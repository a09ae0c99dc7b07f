// Reads Pulumi.yaml and finds the program as the nodejs language host does: the program and the dynamic provider both run in
// the directory of `main` (or of the project, where `main` is a directory or absent).
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { KingbaseError } from '../../core/finding';

export interface Project {
  readonly name: string;
  readonly root: string;
  /** Working directory of the program and of the dynamic provider. */
  readonly workDirectory: string;
  /** What to load there: a file name or `.`. */
  readonly entry: string;
}

export function readProject(root: string): Project {
  const directory = resolve(root);
  const file = join(directory, 'Pulumi.yaml');
  if (!existsSync(file)) {
    throw new KingbaseError({
      code: 'engine/no-project',
      path: file,
      message: 'no such file',
      hint: 'Give the directory that holds Pulumi.yaml with --program.',
    });
  }
  const yaml = load(readFileSync(file, 'utf8')) as {
    name?: string;
    runtime?: string | { name?: string };
    main?: string;
  };
  const runtime = typeof yaml.runtime === 'string' ? yaml.runtime : yaml.runtime?.name;
  if (yaml.name === undefined || runtime !== 'nodejs') {
    throw new KingbaseError({
      code: 'engine/project-unsupported',
      path: file,
      message: `name is "${yaml.name ?? ''}", runtime is "${runtime ?? ''}"`,
      hint: 'The stand-in engine runs compiled nodejs projects with a name only.',
    });
  }
  return { name: yaml.name, root: directory, ...entryOf(directory, yaml.main) };
}

function entryOf(directory: string, main: string | undefined): Pick<Project, 'workDirectory' | 'entry'> {
  if (main === undefined) return { workDirectory: directory, entry: '.' };
  const path = resolve(directory, main);
  if (!existsSync(path)) {
    throw new KingbaseError({
      code: 'engine/program-not-built',
      path,
      message: 'main of Pulumi.yaml does not exist',
      hint: 'Compile the program first: npm run build.',
    });
  }
  return statSync(path).isDirectory()
    ? { workDirectory: path, entry: '.' }
    : { workDirectory: dirname(path), entry: basename(path) };
}
