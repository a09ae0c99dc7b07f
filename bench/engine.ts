// Runs the project's program (or one made for a measurement) with the stand-in engine, in a process of its own, as its users do.
import { join } from 'node:path';
import { projectRoot } from '../lab/projectRoot';
import type { Stack } from './labs';
import { runMeasured, type MeasuredOptions, type MeasuredRun } from './processTree';

export interface EngineCall {
  readonly verb: 'preview' | 'up' | 'destroy';
  readonly stack: Pick<Stack, 'configFile' | 'stateFile'>;
  /** Folder with Pulumi.yaml; default: this project. */
  readonly program?: string;
  readonly json?: boolean;
}

export async function runEngine(call: EngineCall, options: MeasuredOptions = {}): Promise<MeasuredRun> {
  const program = call.program ?? projectRoot();
  const argv = [
    join(projectRoot(), 'dist', 'lab', 'engine', 'cli.js'),
    call.verb,
    ...['--program', program],
    ...['--stack', 'bench'],
    ...['--config-file', call.stack.configFile],
    ...['--state', call.stack.stateFile],
    ...(call.json === true ? ['--json'] : []),
  ];
  const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: 'bench' };
  const run = await runMeasured(process.execPath, argv, { ...options, cwd: projectRoot(), env });
  if (run.code === 0) return run;
  const told = `${run.stderr}\n${run.stdout}`.split('\n').filter((line) => !line.includes('"severity":"debug"'));
  const last = told.join('\n').trim().split('\n').slice(-30).join('\n');
  throw new Error(`the engine's ${call.verb} ended with exit code ${run.code}:\n${last}`);
}
