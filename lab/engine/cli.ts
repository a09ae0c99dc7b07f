// Command line of the stand-in engine: the few commands of the Pulumi CLI the lab needs, with files named outright.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { KingbaseError } from '../../core/finding';
import { tolerateClosedPipes } from '../../remote/closedPipe';
import { TerminalDisplay } from './display/terminal';
import { exportState, importState, readOutputs } from './importExport';
import { readProject } from './project';
import { type EngineCommand, passphraseOf, runEngine } from './runEngine';
import { setStackConfig } from './stackConfig';

interface RunFlags {
  readonly program: string;
  readonly stack: string;
  readonly configFile?: string;
  readonly state: string;
  readonly refresh?: boolean;
  readonly policyPack?: readonly string[];
  readonly policyPackConfig?: readonly string[];
  readonly parallel?: string;
  readonly continueOnError?: boolean;
  readonly json?: boolean;
}

const configFileOf = (flags: Pick<RunFlags, 'program' | 'stack' | 'configFile'>): string =>
  resolve(flags.configFile ?? `${flags.program}/Pulumi.${flags.stack}.yaml`);

async function run(command: EngineCommand, flags: RunFlags): Promise<void> {
  const display = new TerminalDisplay({
    write: (text) => process.stdout.write(text),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  });
  const result = await runEngine({
    command,
    program: flags.program,
    stack: flags.stack,
    configFile: configFileOf(flags),
    stateFile: resolve(flags.state),
    refresh: flags.refresh,
    policyPacks: flags.policyPack,
    policyPackConfigs: flags.policyPackConfig,
    parallel: flags.parallel === undefined ? undefined : Number(flags.parallel),
    continueOnError: flags.continueOnError,
    signal: interruptSignal(),
    onEvent: (event) => {
      if (flags.json === true) process.stdout.write(`${JSON.stringify(event)}\n`);
      else display.show(event);
    },
  });
  process.exitCode = result.ok ? 0 : 1;
}

/** The first interrupt lets running steps finish; the second ends at once (the next run continues from the state). */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('interrupted: waiting for running steps; again to stop at once\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

function addRunCommand(program: Command, name: EngineCommand, description: string): void {
  const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];
  program
    .command(name)
    .description(description)
    .requiredOption('--program <dir>', 'directory of Pulumi.yaml')
    .requiredOption('--stack <name>', 'stack name')
    .requiredOption('--state <file>', 'state file')
    .option('--config-file <file>', 'stack config file (default: Pulumi.<stack>.yaml of the program)')
    .option('--refresh', 'read the real state first')
    .option('--policy-pack <dir>', 'check with this policy pack (repeatable)', collect)
    .option('--policy-pack-config <file>', 'JSON configuration of the pack (repeatable, in the same order)', collect)
    .option('--parallel <n>', 'steps at once (default 16)')
    .option('--continue-on-error', 'after a failure go on with what does not depend on it')
    .option('--json', 'print events as JSON lines')
    .option('-y, --yes', 'accepted and ignored: this engine never asks')
    .action((flags: RunFlags) => run(name, flags));
}

function addStateCommands(program: Command): void {
  program
    .command('export')
    .description('print the state as `pulumi stack export` does')
    .requiredOption('--state <file>', 'state file')
    .action((flags: { readonly state: string }) => {
      process.stdout.write(exportState(resolve(flags.state)));
    });
  program
    .command('import')
    .description('replace the state by an exported one')
    .requiredOption('--state <file>', 'state file')
    .option('--file <file>', 'exported deployment (default: standard input)')
    .action(async (flags: { readonly state: string; readonly file?: string }) => {
      const text = readFileSync(flags.file ?? 0, 'utf8');
      await importState(resolve(flags.state), text, passphraseOf(process.env));
    });
  program
    .command('outputs')
    .description('print the outputs of the stack as JSON, secrets in clear')
    .requiredOption('--state <file>', 'state file')
    .action(async (flags: { readonly state: string }) => {
      const outputs = await readOutputs(resolve(flags.state), passphraseOf(process.env));
      process.stdout.write(`${JSON.stringify(outputs, null, 2)}\n`);
    });
}

interface ConfigFlags {
  readonly program: string;
  readonly stack: string;
  readonly configFile?: string;
  readonly secret?: boolean;
  readonly path?: boolean;
}

function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('change the stack config file')
    .command('set <key> [value]')
    .description('set a value; without one it is read from standard input (use that for secrets)')
    .requiredOption('--program <dir>', 'directory of Pulumi.yaml')
    .requiredOption('--stack <name>', 'stack name')
    .option('--config-file <file>', 'stack config file')
    .option('--secret', 'encrypt the value')
    .option('--path', 'the key is a path into an object')
    .action(async (key: string, value: string | undefined, flags: ConfigFlags) => {
      const change = {
        key,
        value: value ?? readFileSync(0, 'utf8').replace(/\r?\n$/, ''),
        secret: flags.secret,
        path: flags.path,
      };
      const project = readProject(flags.program).name;
      await setStackConfig({ file: configFileOf(flags), passphrase: passphraseOf(process.env), project }, change);
    });
}

async function main(): Promise<void> {
  tolerateClosedPipes();
  const program = new Command('engine').description('stand-in for the Pulumi CLI, for the lab and the tests');
  addRunCommand(program, 'preview', 'show what up would do');
  addRunCommand(program, 'up', 'create, update and delete until the program is true');
  addRunCommand(program, 'refresh', 'read the real state into the state file');
  addRunCommand(program, 'destroy', 'delete everything in the state');
  addStateCommands(program);
  addConfigCommand(program);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  const isMistake = error instanceof KingbaseError;
  process.stderr.write(`error: ${isMistake ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
