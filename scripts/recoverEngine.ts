// Preview and up of a stack for `npm run recover`: with the Pulumi CLI where there is one, else with the stand-in engine of the lab.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { KingbaseError } from '../core/finding';

export interface StackPlace {
  readonly stack: string;
  readonly configFile: string;
  readonly projectFolder: string;
  /** Of the stand-in engine. */
  readonly stateFile: string | undefined;
}

export type RunEngine = (verb: 'preview' | 'up', place: StackPlace, env: NodeJS.ProcessEnv) => Promise<number>;

export const runEngineOf: RunEngine = async (verb, place, env) => {
  const usable = withPassphrase(place, env);
  const { stack, configFile, projectFolder } = place;
  if ((await call('pulumi', ['version'], projectFolder, usable, 'ignore')) === 0) {
    const yes = verb === 'up' ? ['--yes', '--skip-preview'] : [];
    const words = [verb, '--stack', stack, '--config-file', configFile, '--non-interactive', ...yes];
    return call('pulumi', words, projectFolder, usable);
  }
  const state = stateOf(place);
  const cli = resolve(__dirname, '../lab/engine/cli.js');
  const where = ['--program', projectFolder, '--stack', stack, '--config-file', configFile, '--state', state];
  return call(process.execPath, [cli, verb, ...where], projectFolder, usable);
};

/** A lab keeps its state beside its configuration. */
function stateOf({ stateFile, configFile }: StackPlace): string {
  const beside = join(dirname(configFile), 'state.json');
  if (stateFile !== undefined) return stateFile;
  if (existsSync(beside)) return beside;
  throw new KingbaseError({
    code: 'recover/no-engine',
    path: configFile,
    message: 'there is no Pulumi CLI on PATH, and no state of the stand-in engine beside the configuration',
    hint: 'Install the Pulumi CLI; for a lab name it with --lab <name>; or run the action on its node, as --dry-run prints it.',
  });
}

function withPassphrase({ configFile }: StackPlace, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const beside = join(dirname(configFile), 'passphrase');
  const given = env['PULUMI_CONFIG_PASSPHRASE'] ?? env['PULUMI_CONFIG_PASSPHRASE_FILE'];
  return given !== undefined || !existsSync(beside) ? env : { ...env, PULUMI_CONFIG_PASSPHRASE_FILE: beside };
}

function call(
  program: string,
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  stdio: 'inherit' | 'ignore' = 'inherit',
): Promise<number> {
  return new Promise((done) => {
    const child = spawn(program, [...words], { cwd, env, stdio });
    child.on('error', () => done(127));
    child.on('exit', (code) => done(code ?? 1));
  });
}
