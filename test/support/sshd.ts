/** A real sshd on loopback for one test file, run by the current user on a free port with keys of its own. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Connection } from '../../remote/remote';

const ensured = spawnSync('sh', [resolve(__dirname, '../../scripts/ensureSshd.sh')], { encoding: 'utf8' });
const SSHD = ensured.stdout.trim();

/** Why the tests that need sshd cannot run here; undefined where they can. */
export const sshdMissing: string | undefined =
  ensured.status === 0 ? undefined : `skipped: ${ensured.stderr.split('\n')[0] ?? 'scripts/ensureSshd.sh failed'}`;

export interface TestSshd {
  readonly connection: Connection & { readonly privateKey: string };
  readonly folder: string;
  readonly privateKeyFile: string;
  readonly pid: number;
  stop(): void;
}

export async function startSshd(options: { readonly extraConfig?: readonly string[] } = {}): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-sshd-'));
  for (const [name, type] of [
    ['host', 'ed25519'],
    ['login', 'ed25519'],
  ] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', join(folder, name)]);
  }
  if (userInfo().uid === 0) {
    mkdirSync('/run/sshd', { recursive: true });
  }
  const port = await freePort();
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'login.pub')}`,
    `PidFile ${join(folder, 'pid')}`,
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    ...(userInfo().uid === 0 ? [] : [`SetEnv PATH=${fakeSudo(folder)}:/usr/bin:/bin`]),
    ...(options.extraConfig ?? []),
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'ignore'] });
  await answers(port, child);
  return {
    folder,
    pid: child.pid as number,
    privateKeyFile: join(folder, 'login'),
    connection: {
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      hostKey: readFileSync(join(folder, 'host.pub'), 'utf8').trim(),
      privateKey: readFileSync(join(folder, 'login'), 'utf8'),
      connectTimeoutSeconds: 15,
    },
    stop: () => {
      child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where the tests do not run as root, "root" is whoever runs them. */
function fakeSudo(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sudo'), '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n', {
    mode: 0o755,
  });
  return bin;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) {
      throw new Error(`sshd ended with ${child.exitCode}`);
    }
    if (await canConnect(port)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('sshd did not answer');
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
