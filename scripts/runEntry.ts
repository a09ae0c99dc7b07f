// What the entries of `npm run policy`, `npm run preflight` and their like do: hand the process over to the command, and end with its code.
import { resolve } from 'node:path';
import { tolerateClosedPipes } from '../remote/closedPipe';
import type { StackSurroundings } from './stackCommand';

export interface EntrySurroundings extends StackSurroundings {
  readonly clock: Date;
}

export function runEntry(command: (argv: readonly string[], around: EntrySurroundings) => Promise<number>): void {
  tolerateClosedPipes();
  command(process.argv.slice(2), {
    env: process.env,
    // Compiled to dist/scripts: the project is two levels up.
    projectFolder: resolve(__dirname, '..', '..'),
    // npm changes into the project's folder and keeps here where it was called.
    userFolder: process.env['INIT_CWD'] ?? process.cwd(),
    clock: new Date(),
    out: (text) => process.stdout.write(inLines(text)),
    err: (text) => process.stderr.write(inLines(text)),
  }).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}

function inLines(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
