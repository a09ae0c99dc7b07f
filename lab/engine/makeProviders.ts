// Builds the providers of a run and routes what their processes print.
import { join } from 'node:path';
import { dynamicProviderInputs } from './deploy/defaultProviders';
import type { Providers } from './deploy/deployment';
import { dynamicPrefix } from './deploy/goal';
import type { Reporter } from './deploy/reporter';
import { HostErrors } from './providers/hostErrors';
import { CommandProvider } from './providers/commandProvider';
import { PreviewOnlyProvider, previewOnlyPrefix } from './providers/previewOnly';
import { DynamicHost } from './providers/dynamicHost';
import type { Sdk } from './program/runProgram';
import type { Project } from './project';
import type { Listening } from './rpc';
import type { StackConfig } from './stackConfig';

export interface ProviderOptions {
  readonly project: Project;
  readonly sdk: Sdk;
  readonly config: StackConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly engine: Listening;
  readonly reporter: Reporter;
}

export function makeProviders(options: ProviderOptions): Providers {
  const { project, sdk, config, env, engine, reporter } = options;
  const errors = new HostErrors((line) => reporter.log('info', line));
  const dynamic = new DynamicHost({
    script: join(sdk.directory, 'cmd', 'dynamic-provider', 'index.js'),
    workDirectory: project.workDirectory,
    engineAddress: engine.address,
    env,
    config: dynamicProviderInputs(config),
    onOutput: (line) => reporter.log('info', line),
    onError: (line) => errors.take(line),
  });
  const command = new CommandProvider({
    directory: project.workDirectory,
    log: (urn, line) => reporter.log('info', line, urn, true),
  });
  const shown = new PreviewOnlyProvider();
  const of = (type: string) =>
    type.startsWith(dynamicPrefix) ? dynamic : type.startsWith(previewOnlyPrefix) ? shown : command;
  return { dynamic, command, of };
}
