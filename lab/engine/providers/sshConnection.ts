// Opens ssh connections for the command provider's stand-in: pinned host key, bounded dials, one optional bastion.
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ConnectConfig, utils } from 'ssh2';
import { KingbaseError } from '../../../core/finding';
import type { CommandConnection, LogLine } from './commandInputs';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export async function connect(connection: CommandConnection, log: LogLine): Promise<Client> {
  if (connection.proxy === undefined) return dial(connection, undefined, 'Dial', log);
  const bastion = await dial(connection.proxy, undefined, 'Dial proxy', log);
  try {
    const tunnel = await forward(bastion, connection);
    const client = await dial({ ...connection, dialErrorLimit: 1 }, tunnel, 'Dial from proxy', log);
    client.on('close', () => bastion.end());
    return client;
  } catch (error) {
    bastion.end();
    throw error;
  }
}

async function dial(
  connection: CommandConnection,
  sock: Duplex | undefined,
  label: string,
  log: LogLine,
): Promise<Client> {
  const config = connectConfig(connection);
  const limit = connection.dialErrorLimit;
  let pause = firstPauseMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await connectOnce({ ...config, ...(sock === undefined ? {} : { sock }) });
    } catch (error) {
      if (error instanceof KingbaseError || (limit >= 0 && failures > limit))
        throw describe(error, connection, failures);
      log(`${label} ${failures}/${limit < 0 ? 'inf' : limit} failed: retrying`);
      await sleep(pause);
      pause = Math.min(pause * 1.5, longestPauseMs);
    }
  }
}

function describe(error: unknown, connection: CommandConnection, failures: number): unknown {
  if (error instanceof KingbaseError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(
    `after ${failures} failed attempts: ssh to ${connection.user}@${connection.host}:${connection.port}: ${reason}`,
    {
      cause: error,
    },
  );
}

function connectConfig(connection: CommandConnection): ConnectConfig {
  const agent = connection.agentSocketPath ?? process.env['SSH_AUTH_SOCK'];
  return {
    host: connection.host,
    port: connection.port,
    username: connection.user,
    readyTimeout: connection.perDialTimeout === 0 ? 0 : connection.perDialTimeout * 1000,
    ...(connection.privateKey === undefined ? {} : { privateKey: connection.privateKey }),
    ...(connection.privateKeyPassword === undefined ? {} : { passphrase: connection.privateKeyPassword }),
    ...(connection.password === undefined ? {} : { password: connection.password }),
    ...(agent === undefined ? {} : { agent }),
    ...pinned(connection),
  };
}

/** The real provider trusts any host where no key is given. The lab does not: a pinned key is a rule of this project. */
function pinned(connection: CommandConnection): Pick<ConnectConfig, 'hostVerifier' | 'algorithms'> {
  const key = connection.hostKey === undefined ? undefined : utils.parseKey(connection.hostKey);
  if (key === undefined || key instanceof Error) {
    throw new KingbaseError({
      code: 'engine/host-key-missing',
      path: connection.host,
      message: key === undefined ? 'connection.hostKey is missing' : `connection.hostKey is unreadable: ${key.message}`,
      hint: 'Put the line of `ssh-keyscan` for this host there, after comparing its fingerprint on the host console.',
    });
  }
  const wanted = key.getPublicSSH();
  return {
    hostVerifier: (shown: Buffer) => shown.equals(wanted),
    algorithms: {
      serverHostKey: key.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [key.type as 'ssh-ed25519'],
    },
  };
}

function connectOnce(config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once('ready', () => {
      client.off('error', reject);
      // Later errors surface where the connection is used; without a listener they would end the process.
      client.on('error', () => undefined);
      resolve(client);
    });
    client.once('error', reject);
    client.connect(config);
  });
}

function forward(bastion: Client, to: CommandConnection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) =>
      error === undefined ? resolve(channel) : reject(error),
    );
  });
}
