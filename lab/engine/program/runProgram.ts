// Runs the compiled program with the SDK's own runner, in a process of its own, exactly as the nodejs language host does.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Child, startNode } from '../childProcess';
import type { Project } from '../project';

/** The runner's exit code for: the error has been logged, say nothing more. */
export const alreadyLogged = 32;

export interface Sdk {
  readonly directory: string;
  readonly version: string;
}

/** The SDK the program itself loads; ours where it has none of its own. */
export function findSdk(project: Project): Sdk {
  const fromProgram = createRequire(join(project.workDirectory, 'anchor.js'));
  const file = fromProgram.resolve('@pulumi/pulumi/package.json');
  return { directory: dirname(file), version: (fromProgram(file) as { version: string }).version };
}

export interface ProgramOptions {
  readonly project: Project;
  readonly sdk: Sdk;
  readonly stack: string;
  readonly preview: boolean;
  readonly parallel: number;
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onOutput: (line: string) => void;
}

export function startProgram(options: ProgramOptions): Child {
  const { project, sdk } = options;
  const flags = {
    organization: 'organization',
    project: project.name,
    'root-directory': project.root,
    stack: options.stack,
    parallel: String(options.parallel),
    monitor: options.monitorAddress,
    engine: options.engineAddress,
    pwd: project.workDirectory,
  };
  return startNode({
    args: [
      join(sdk.directory, 'cmd', 'run', 'index.js'),
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      ...(options.preview ? ['--dry-run'] : []),
      project.entry,
    ],
    cwd: project.workDirectory,
    env: { PULUMI_NODEJS_TYPESCRIPT: 'false', ...options.env },
    onOutput: options.onOutput,
    onError: options.onOutput,
  });
}
