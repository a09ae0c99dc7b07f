#!/usr/bin/env node
// The lab's command line. Progress and errors go to standard error, what was asked for to standard output.
import { Command, CommanderError, Option } from 'commander';
import { KingbaseError } from '../core/finding';
import * as commands from './commands';
import { DEFAULT_NAME, FORMS } from './forms';

const name = (): Option => new Option('--name <name>', 'which lab').default(DEFAULT_NAME);

function program(): Command {
  const root = new Command('lab')
    .description('Real nodes on this machine, and a KingbaseES cluster on them.')
    .enablePositionalOptions();
  root
    .command('up')
    .description('boot the nodes and run the project’s program on them; continues what is there')
    .addOption(name())
    .option('--subnet <a.b.c.0/24>', 'network of the lab (default: 10.77.0.0/24)')
    .addOption(new Option('--form <form>', 'which fleet (default: three)').choices(Object.keys(FORMS)))
    .option('--media <directory>', 'install the db.zip and license.dat in it instead of the lab’s own toolchain')
    .option('--no-deploy', 'machines only, no cluster')
    .option('--json', 'print the state of the cluster as JSON at the end')
    .action(commands.up);
  root
    .command('down')
    .description('take the lab away: nothing of it stays on this machine')
    .addOption(name())
    .option('--keep-cache', 'keep the images (the default)')
    .option('--drop-cache', 'remove the images that no other lab uses, too')
    .action(commands.down);
  root
    .command('status')
    .description('the cluster as its nodes see it now, and the state of the machines')
    .addOption(name())
    .option('--json', 'for programs')
    .action(commands.status);
  root
    .command('shell')
    .description('a shell on a node, over ssh; options before the node')
    .argument('<node>')
    .argument('[command...]')
    .addOption(name())
    .passThroughOptions()
    .action(commands.shell);
  root
    .command('exec')
    .description('run a command on a node without its network (works while it is cut off); options before the node')
    .argument('<node>')
    .argument('<command...>')
    .addOption(name())
    .option('--as <user>', 'default: root')
    .passThroughOptions()
    .action(commands.exec);
  addFault(root);
  root
    .command('node')
    .description('add a machine to the lab, or take one away')
    .addArgument(new Command().createArgument('<act>').choices(['add', 'remove']))
    .argument('<node>')
    .addOption(name())
    .action(commands.node);
  root
    .command('fleet')
    .description('keep a copy of the stopped lab, or go back to one')
    .addArgument(new Command().createArgument('<act>').choices(['save', 'restore', 'drop']))
    .argument('<fleet>')
    .addOption(name())
    .action(commands.fleet);
  root
    .command('dialect')
    .description('which KingbaseES settings the lab’s server honours, translates or ignores')
    .option('--json', 'for programs')
    .action(commands.dialect);
  root
    .command('preflight')
    .description('the read-only checks alone, on the nodes of the lab')
    .addOption(name())
    .option('--json', 'for programs')
    .action(commands.preflight);
  return root;
}

function addFault(root: Command): void {
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
    .option('--rate <rate>', 'slow-network')
    .option('--delay <time>', 'slow-network')
    .option('--seconds <n>', 'skew-clock')
    .option('--mebibytes <n>', 'limit-memory')
    .action(commands.fault);
}

async function main(): Promise<void> {
  const root = program();
  for (const command of [root, ...root.commands]) command.exitOverride();
  try {
    await root.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
  // Pooled ssh connections would keep the process for a while.
  process.exit();
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const text = error instanceof KingbaseError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  return 1;
}

void main();
