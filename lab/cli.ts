#!/usr/bin/env node
// The lab's command line. Progress and errors go to standard error, what was asked for to standard output.
import { CommanderError } from 'commander';
import { KingbaseError } from '../core/finding';
import { tolerateClosedPipes } from '../remote/closedPipe';
import { commandLine, exitCodeOf } from './commandLine';
import * as commands from './commands';

async function main(): Promise<void> {
  tolerateClosedPipes();
  try {
    await commandLine(commands).parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // Commander has said it already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${textOf(error)}\n`);
  }
  // Pooled ssh connections would keep the process for a while.
  process.exit();
}

function textOf(error: unknown): string {
  if (error instanceof KingbaseError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

void main();
