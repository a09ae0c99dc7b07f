// The lab's commands as one types them: names, options, help, and what a wrong word gets as answer.
import { Command, CommanderError, Option } from 'commander';
import { DRILL_SCENARIOS } from '../core/drill/scenario';
import { KingbaseError } from '../core/finding';
import type * as commands from './commands';
import { DEFAULT_NAME, FORMS } from './forms';

const name = (): Option => new Option('--name <name>', 'which lab').default(DEFAULT_NAME);

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const EXIT_CODES = `
Exit: 0 done, and where a cluster was looked at, it is healthy; 1 not so, the reason is on standard error; 2 the command is wrong.`;

/** What each command does: given, so that tests see what would be called. */
export type Acts = typeof commands;

export function commandLine(acts: Acts): Command {
  const root = new Command('lab')
    .description('Real nodes on this machine, and a KingbaseES cluster on them.')
    .enablePositionalOptions();
  addLife(root, acts);
  addNodes(root, acts);
  addFault(root, acts);
  addFleet(root, acts);
  for (const command of [root, ...root.commands]) {
    command
      .exitOverride()
      .configureHelp({ commandUsage: usage })
      .configureOutput({
        outputError: (text, write) => write(`${text}HINT: ${typed(command)} --help lists what there is.\n`),
      })
      .addHelpText('after', EXIT_CODES);
  }
  return root;
}

/** 2 where the command itself was wrong; whoever calls us from a script can tell it from a cluster that is not well. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  return error instanceof KingbaseError && WRONG_USE.has(error.code) ? EXIT_USAGE : EXIT_FAILED;
}

export const WRONG_USE: ReadonlySet<string> = new Set([
  'lab/bad-name',
  'lab/bad-option',
  'lab/bad-subnet',
  'lab/fault-needs-node',
  'lab/no-media',
  'lab/other-shape',
  'lab/unknown-drill',
  'lab/unknown-engine',
  'lab/unknown-fault',
  'lab/unknown-node',
]);

/** Of package.json: the rest is started as the program that it is. */
const SCRIPTS: Readonly<Record<string, string>> = {
  lab: 'npm run lab',
  up: 'npm run lab',
  ...Object.fromEntries(
    ['status', 'down', 'shell', 'exec', 'fault', 'node', 'dialect', 'drill'].map((each) => [
      each,
      `npm run lab:${each}`,
    ]),
  ),
};

function typed(command: Command): string {
  const script = SCRIPTS[command.name()];
  return script === undefined ? `node dist/lab/cli.js ${command.name()}` : `${script} --`;
}

function usage(command: Command): string {
  return `${typed(command)} ${command.usage()}`;
}

function addLife(root: Command, acts: Acts): void {
  root
    .command('up')
    .description('boot the nodes and run the project’s program on them; continues what is there')
    .addOption(name())
    .option('--subnet <a.b.c.0/24>', 'network of the lab (default: 10.77.0.0/24)')
    .addOption(new Option('--form <form>', 'which fleet (default: three)').choices(Object.keys(FORMS)))
    .addOption(
      new Option(
        '--system <system>',
        'kwdb: the stand-in for KWDB on three nodes; v8r3: kingbasecluster on two (default: kingbase)',
      ).choices(['kingbase', 'kwdb', 'v8r3']),
    )
    .option('--media <directory>', 'install the db.zip and license.dat in it instead of the lab’s own toolchain')
    .option('--refresh', 'read back what is on the nodes first, and repair what was changed there by hand')
    .option('--no-deploy', 'machines only, no cluster')
    .option('--json', 'print the state of the cluster as JSON at the end')
    .action(acts.up);
  root
    .command('down')
    .description('take the lab away: nothing of it stays on this machine')
    .addOption(name())
    .option('--keep-cache', 'keep the images (the default)')
    .option('--drop-cache', 'remove the images that no other lab uses, too')
    .action(acts.down);
  root
    .command('status')
    .description('the cluster as its nodes see it now, and the state of the machines')
    .addOption(name())
    .option('--json', 'for programs')
    .action(acts.status);
  root
    .command('dialect')
    .description('which KingbaseES settings the lab’s server honours, translates or ignores')
    .option('--json', 'for programs')
    .action(acts.dialect);
  root
    .command('drill')
    .description(
      'break something, have it brought back, and measure; its record is listed by npm run recover -- history and npm run report',
    )
    .argument('[scenario]', `one of: ${Object.keys(DRILL_SCENARIOS).join(', ')}; default: all, one after the other`)
    .addOption(name())
    .option('--json', 'print the records as JSON')
    .action(acts.drill);
  root
    .command('preflight')
    .description('the read-only checks alone, on the nodes of the lab')
    .addOption(name())
    .option('--json', 'for programs')
    .action(acts.preflight);
}

function addNodes(root: Command, acts: Acts): void {
  root
    .command('shell')
    .description('a shell on a node, over ssh, as the login user; options before the node')
    .argument('<node>')
    .argument('[command...]')
    .addOption(name())
    .passThroughOptions()
    .action(acts.shell);
  root
    .command('exec')
    .description('run a command on a node without its network (works while it is cut off); options before the node')
    .argument('<node>')
    .argument('<command...>')
    .addOption(name())
    .option('--as <user>', 'default: root')
    .passThroughOptions()
    .action(acts.exec);
  root
    .command('node')
    .description('add a machine to the lab, or take one away')
    .addArgument(new Command().createArgument('<act>').choices(['add', 'remove']))
    .argument('<node>')
    .addOption(name())
    .action(acts.node);
}

function addFleet(root: Command, acts: Acts): void {
  root
    .command('fleet')
    .description('keep a copy of the stopped lab, or go back to one')
    .addArgument(new Command().createArgument('<act>').choices(['save', 'restore', 'drop']))
    .argument('<fleet>')
    .addOption(name())
    .action(acts.fleet);
}

function addFault(root: Command, acts: Acts): void {
  root
    .command('fault')
    .description('make something fail on purpose, or take it back')
    .argument('[fault]')
    .argument('[node]')
    .addOption(name())
    .option('--list', 'the faults there are')
    .option('--undo', 'take this fault back')
    .option('--undo-all', 'take all active faults back')
    .option('--from <nodes>', 'partition: from these nodes only')
    .option('--way <in|out>', 'partition: only what the node is sent, or only what it sends')
    .option('--rate <rate>', 'slow-network')
    .option('--delay <time>', 'slow-network')
    .option('--seconds <n>', 'skew-clock')
    .option('--mebibytes <n>', 'limit-memory')
    .action(acts.fault);
}
