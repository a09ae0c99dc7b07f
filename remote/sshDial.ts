/** Opens one authenticated ssh connection: pinned host key, key or agent, optionally through a bastion. No trust on first use. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type * as ssh2 from 'ssh2';
import type { AuthenticationType, Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import pRetry from 'p-retry';
import type { Connection } from './remote';
import { RemoteError } from './remoteError';

/** Loaded by the first connection: a preview dials nobody and needs none of it. */
function library(): typeof ssh2 {
  /* eslint-disable-next-line @typescript-eslint/no-require-imports -- see above */
  return require('ssh2') as typeof ssh2;
}

export interface SshLink {
  readonly client: Client;
  /** The TCP socket that keeps this process alive; let go of while nothing runs. */
  readonly socket: Socket;
  /** Ends this connection and the one to the bastion. */
  end(): void;
}

const CONNECT_ATTEMPTS = 3;
/** With libuv's 1 s probes, a peer that vanished is noticed within about 15 s. */
const TCP_KEEPALIVE_MS = 5_000;
export const DEFAULT_CONNECT_TIMEOUT_SECONDS = 10;

/** Retries only what cannot have had an effect: a TCP connection or handshake that did not come about. All attempts share one deadline. */
export async function dial(connection: Connection): Promise<SshLink> {
  const deadline = Date.now() + (connection.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS) * 1000;
  return pRetry(() => dialOnce(connection, deadline), {
    retries: CONNECT_ATTEMPTS - 1,
    minTimeout: 300,
    factor: 2,
    shouldRetry: ({ error }) =>
      error instanceof RemoteError && error.code === 'remote/unreachable' && Date.now() + 500 < deadline,
  });
}

async function dialOnce(connection: Connection, deadline: number): Promise<SshLink> {
  const { bastion } = connection;
  if (bastion === undefined) {
    const socket = await openSocket(connection.host, connection.port, deadline);
    const client = await handshake(connection, socket, deadline);
    return { client, socket, end: () => client.end() };
  }
  const base = await dialOnce({ ...connection, ...bastion, bastion: undefined }, deadline);
  try {
    const stream = await forward(base.client, bastion.host, connection);
    const client = await handshake(connection, stream, deadline);
    const end = (): void => {
      client.end();
      base.end();
    };
    base.client.once('close', () => client.destroy());
    return { client, socket: base.socket, end };
  } catch (error) {
    base.end();
    throw error;
  }
}

function openSocket(host: string, port: number, deadline: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(unreachable(host, `cannot connect to port ${port}: ${error.message}`, error));
    };
    socket.setTimeout(Math.max(1, deadline - Date.now()), () => fail(new Error('no answer in time')));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
      resolve(socket);
    });
  });
}

function forward(client: Client, bastion: string, connection: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, connection.host, connection.port, (error, channel) => {
      if (error === undefined) {
        resolve(channel);
      } else {
        const what = `bastion ${bastion} cannot open a connection to port ${connection.port}: ${error.message}`;
        reject(unreachable(connection.host, what, error));
      }
    });
  });
}

function handshake(connection: Connection, sock: Duplex, deadline: number): Promise<Client> {
  const expected = parseHostKey(connection);
  const config: ConnectConfig = {
    sock: sock as unknown as Socket,
    username: connection.user,
    ...credentials(connection),
    readyTimeout: Math.max(1, deadline - Date.now()),
    keepaliveInterval: 0,
    algorithms: { serverHostKey: hostKeyAlgorithms(expected.type) },
  };
  return new Promise((resolve, reject) => {
    const client = new (library().Client)();
    let found: Buffer | undefined;
    const fail = (error: Error & { level?: string }): void => {
      client.destroy();
      sock.destroy();
      reject(explain(connection, error, expected, found));
    };
    const closed = (): void => fail(new Error('the host closed the connection during the handshake'));
    client.on('error', fail);
    client.once('close', closed);
    client.once('ready', () => {
      client.off('error', fail);
      client.off('close', closed);
      // A broken connection is told to whoever runs something on it; without a listener Node would end the process.
      client.on('error', () => undefined);
      resolve(client);
    });
    client.connect({
      ...config,
      hostVerifier: (key: Buffer) => {
        found = key;
        return key.equals(expected.key);
      },
    });
  });
}

function credentials(connection: Connection): Partial<ConnectConfig> {
  const authHandler: AuthenticationType[] = [];
  const privateKey = connection.privateKey ?? readKeyFile(connection);
  if (privateKey !== undefined) {
    const parsed = library().utils.parseKey(privateKey);
    if (parsed instanceof Error) {
      throw new RemoteError('remote/auth', connection.host, {
        message: `the private key cannot be used: ${parsed.message}`,
        hint: 'Give an unencrypted OpenSSH or PEM private key, or load the key into the ssh agent and set connection.agent.',
      });
    }
    authHandler.push('publickey');
  }
  const agent = connection.agent === true ? process.env.SSH_AUTH_SOCK : undefined;
  if (agent !== undefined) {
    authHandler.push('agent');
  }
  if (authHandler.length === 0) {
    throw new RemoteError('remote/auth', connection.host, {
      message: `no key to log in with as ${connection.user}`,
      hint: 'Set connection.privateKeyFile, the secret kingbase:privateKey, or connection.agent (with SSH_AUTH_SOCK set).',
    });
  }
  return { privateKey, agent, authHandler };
}

function readKeyFile(connection: Connection): string | undefined {
  const path = connection.privateKeyFile?.replace(/^~(?=\/)/, homedir());
  if (path === undefined) {
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RemoteError('remote/auth', connection.host, {
      message: `cannot read the private key file ${path}: ${(cause as Error).message}`,
      hint: 'connection.privateKeyFile is a path on the machine that runs Pulumi.',
      cause,
    });
  }
}

interface HostKey {
  readonly type: string;
  readonly key: Buffer;
}

function parseHostKey(connection: Connection): HostKey {
  const [type, encoded] = connection.hostKey.trim().split(/\s+/);
  const parsed = library().utils.parseKey(connection.hostKey.trim());
  if (parsed instanceof Error || type === undefined || encoded === undefined) {
    throw new RemoteError('remote/host-key', connection.host, {
      message: 'hostKey is not an OpenSSH public key line ("ssh-ed25519 AAAA…")',
      hint: 'Read it on the host itself: cat /etc/ssh/ssh_host_ed25519_key.pub',
    });
  }
  return { type, key: Buffer.from(encoded, 'base64') };
}

/** The host is asked for the very type of key that is pinned; else it would show its favourite and be refused. */
function hostKeyAlgorithms(type: string): ServerHostKeyAlgorithm[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type as ServerHostKeyAlgorithm];
}

export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function explain(
  connection: Connection,
  error: Error & { level?: string },
  expected: HostKey,
  found: Buffer | undefined,
): RemoteError {
  const { host, port, user } = connection;
  if (found !== undefined && !found.equals(expected.key)) {
    return new RemoteError('remote/host-key', host, {
      message: `port ${port} shows another host key: expected ${fingerprint(expected.key)}, found ${fingerprint(found)} (${expected.type})`,
      hint: 'Do not go on before you know why. If the host was reinstalled on purpose, read its key on its own console (cat /etc/ssh/ssh_host_ed25519_key.pub) and put that line into hostKey.',
      cause: error,
    });
  }
  if (/no matching host key/.test(error.message)) {
    return new RemoteError('remote/host-key', host, {
      message: `port ${port} has no host key of the pinned type ${expected.type}`,
      hint: 'Read the keys that the host has on its own console (ls /etc/ssh/ssh_host_*.pub) and pin one of them in hostKey.',
      cause: error,
    });
  }
  if (error.level === 'client-authentication' || error.level === 'agent') {
    return new RemoteError('remote/auth', host, {
      message: `port ${port} refused the login of ${user}: ${error.message}`,
      hint: `Put the public key into ~${user}/.ssh/authorized_keys on the host, or correct connection.user and the key.`,
      cause: error,
    });
  }
  return unreachable(host, `no ssh session on port ${port}: ${error.message}`, error);
}

export function unreachable(host: string, message: string, cause?: unknown): RemoteError {
  return new RemoteError('remote/unreachable', host, {
    message,
    hint: 'Check that the host is up, its address, its firewall, and connection.port; nothing was run by this attempt.',
    cause,
  });
}
