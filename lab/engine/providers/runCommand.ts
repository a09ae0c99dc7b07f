// Runs the commands of `command:local:Command` and `command:remote:Command` and captures what they print.
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { CommandProperties, LogLine } from './commandInputs';
import { connect } from './sshConnection';

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The key to the state is nothing a command needs. */
const withoutPassphrase = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };

/** The variables in which a later run finds what the run before it printed. */
function previousOutput(properties: CommandProperties): Readonly<Record<string, string>> {
  if (properties.addPreviousOutputInEnv === false) return {};
  return {
    ...(properties.stdout ? { PULUMI_COMMAND_STDOUT: properties.stdout } : {}),
    ...(properties.stderr ? { PULUMI_COMMAND_STDERR: properties.stderr } : {}),
  };
}

export async function runLocal(
  command: string,
  properties: CommandProperties,
  at: { readonly directory: string; readonly log: LogLine },
): Promise<CommandOutput> {
  const interpreter = properties.interpreter?.length ? properties.interpreter : ['/bin/sh', '-c'];
  const [program = '/bin/sh', ...args] = interpreter;
  const child = spawn(program, [...args, command], {
    cwd: properties.dir ?? at.directory,
    env: { ...process.env, ...withoutPassphrase, ...properties.environment, ...previousOutput(properties) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : exitText(code, signal)));
  });
  return capture(
    command,
    properties,
    { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended },
    at.log,
  );
}

export async function runRemote(command: string, properties: CommandProperties, log: LogLine): Promise<CommandOutput> {
  if (properties.connection === undefined) throw new Error('connection is missing');
  const client = await connect(properties.connection, log);
  try {
    const env = { ...properties.environment, ...previousOutput(properties) };
    return await new Promise<CommandOutput>((resolve, reject) => {
      client.on('error', reject);
      client.exec(command, { env }, (error, channel) => {
        if (error !== undefined) return reject(error);
        const ended = new Promise<string | undefined>((done) => {
          channel.on('close', (code: number | null, signal: string | undefined) =>
            done(code === 0 ? undefined : exitText(code, signal ?? null)),
          );
        });
        const streams = { stdin: channel, stdout: channel, stderr: channel.stderr, ended };
        capture(command, properties, streams, log).then(resolve, reject);
      });
    });
  } finally {
    client.end();
  }
}

function exitText(code: number | null, signal: string | null): string {
  return code === null ? `signal: ${signal ?? 'connection closed'}` : `exit status ${code}`;
}

interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Undefined when all went well, else why not. */
  readonly ended: Promise<string | undefined>;
}

async function capture(
  command: string,
  properties: CommandProperties,
  streams: Streams,
  log: LogLine,
): Promise<CommandOutput> {
  const logging = properties.logging ?? 'stdoutAndStderr';
  const all: Buffer[] = [];
  const collect = (stream: Readable, shown: boolean): Buffer[] => {
    const chunks: Buffer[] = [];
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      all.push(chunk);
      if (!shown) return;
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(log);
    });
    stream.on('end', () => (rest === '' ? undefined : log(rest)));
    return chunks;
  };
  const stdout = collect(streams.stdout, logging === 'stdout' || logging === 'stdoutAndStderr');
  const stderr = collect(streams.stderr, logging === 'stderr' || logging === 'stdoutAndStderr');
  // A command that does not read its input is no error.
  streams.stdin.on('error', () => undefined);
  streams.stdin.end(properties.stdin ?? '');
  const failure = await streams.ended;
  if (failure !== undefined) {
    throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${Buffer.concat(all).toString('utf8')}`);
  }
  return { stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8').replace(/\n$/, '');
}
