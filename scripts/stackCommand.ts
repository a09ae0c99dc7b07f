// What the commands about one stack share: how the stack is named, where its configuration lies, and how wrong use and findings end.
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { KingbaseError } from '../core/finding';

export interface StackSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where Pulumi.<stack>.yaml lies. */
  readonly projectFolder: string;
  /** What relative paths of the user's mean: where he typed the command. */
  readonly userFolder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export interface StackFlags {
  readonly stack?: string;
  readonly configFile?: string;
}

const EXIT_USAGE = 2;

/** With the options that name the stack; a command adds its own. */
export function stackCommandLine(name: string, description: string, around: StackSurroundings): Command {
  return new Command(name)
    .description(description)
    .option('--stack <name>', 'the stack: reads Pulumi.<name>.yaml of this project')
    .option('--config-file <file>', 'read this stack configuration file instead')
    .exitOverride()
    .configureOutput({ writeOut: around.out, writeErr: around.err });
}

export function stackFileOf({ stack, configFile }: StackFlags, around: StackSurroundings): string {
  return configFile === undefined
    ? resolve(around.projectFolder, `Pulumi.${stack ?? ''}.yaml`)
    : resolve(around.userFolder, configFile);
}

/** Parses, works, and turns findings into words or JSON. Returns the exit code: that of `work`, or 2 where the command or the configuration is wrong. */
export async function runStackCommand<F extends StackFlags>(
  program: Command,
  argv: readonly string[],
  around: StackSurroundings,
  isJson: (flags: F) => boolean,
  work: (flags: F) => Promise<number>,
): Promise<number> {
  let flags: F;
  try {
    flags = parseFlags<F>(program, argv);
  } catch (error) {
    // Commander has said it already, --help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  try {
    return await work(flags);
  } catch (error) {
    if (!(error instanceof KingbaseError)) throw error;
    if (isJson(flags)) around.out(JSON.stringify({ passed: false, findings: error.findings }, null, 2));
    else around.err(error.message);
    return EXIT_USAGE;
  }
}

function parseFlags<F extends StackFlags>(program: Command, argv: readonly string[]): F {
  program.parse([...argv], { from: 'user' });
  const flags = program.opts<F>();
  if (flags.stack === undefined && flags.configFile === undefined) {
    program.error(
      'which stack? HINT: name it with --stack <name>, or its configuration file with --config-file <file>',
    );
  }
  return flags;
}
