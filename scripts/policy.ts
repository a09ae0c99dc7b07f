// Entry of `npm run policy`.
import { resolve } from 'node:path';
import { policyCommand } from './policyCommand';

policyCommand(process.argv.slice(2), {
  env: process.env,
  // Compiled to dist/scripts: the project is two levels up.
  projectFolder: resolve(__dirname, '..', '..'),
  // npm changes into the project's folder and keeps here where it was called.
  userFolder: process.env['INIT_CWD'] ?? process.cwd(),
  clock: new Date(),
  out: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  err: (text) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
