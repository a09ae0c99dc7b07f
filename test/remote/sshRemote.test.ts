/**
 * The ssh Remote against a real sshd on loopback, logged in as the current user. Proves quoting, streams, time-outs, atomic writes,
 * host key pinning and the wording of refusals. Does not prove sudo on a real host: that is the lab's part.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteError } from '../../remote/remoteError';
import type { Connection, Remote } from '../../remote/remote';
import { openRemote } from '../../remote/sshRemote';
import { closeConnections } from '../../remote/sshPool';
import { freePort, sshdMissing, startSshd, type TestSshd } from '../support/sshd';

const me = userInfo().username;
const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();

async function refusal(connection: Connection): Promise<RemoteError> {
  const error: unknown = await openRemote(connection)
    .exec(['true'], { as: connection.user })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RemoteError);
  return error as RemoteError;
}

describe.skipIf(sshdMissing !== undefined)(`openRemote ${sshdMissing ?? ''}`, () => {
  let sshd: TestSshd;
  let remote: Remote;

  beforeAll(async () => {
    sshd = await startSshd();
    remote = openRemote(sshd.connection);
  });
  afterAll(() => {
    closeConnections();
    sshd.stop();
  });

  it.each([
    ['quotes', `it's "here"`],
    ['a newline', 'a\nb'],
    ['shell characters', '$HOME `id` ; rm -rf / | & > < * ? [a] \\ !'],
    ['Chinese', '金仓数据库'],
    ['nothing', ''],
    ['a leading dash', '-n'],
  ])('hands a word with %s to the command unchanged', async (_what, word) => {
    const result = await remote.exec(['printf', '%s|', word, 'end'], { as: me });
    expect(result).toEqual({ code: 0, stdout: `${word}|end|`, stderr: '' });
  });

  it('gives the command its standard input, also when it is large and binary', async () => {
    const content = Buffer.alloc(3_000_000, Buffer.from([0, 255, 10, 13]));
    const result = await remote.exec(['sha256sum'], { as: me, stdin: content });
    const expected = execFileSync('sha256sum', { input: content, encoding: 'utf8' });
    expect(result.stdout).toBe(expected);
  });

  it('runs a script with quoted variables that no program inherits, under set -euo pipefail', async () => {
    const value = `a'b "c" $d\n;e`;
    const result = await remote.script(
      'printf "%s" "$VALUE"; printf "|%s" "$(env | grep -c "^VALUE=")" || true; cat',
      { VALUE: value },
      { as: me },
    );
    expect(result.stdout).toBe(`${value}|0`);
    await expect(remote.script('false\necho not reached', {}, { as: me })).rejects.toMatchObject({
      code: 'remote/exit',
    });
    await expect(remote.script('echo "$missing"', {}, { as: me })).rejects.toMatchObject({ code: 'remote/exit' });
  });

  it('runs a script larger than any argument list', async () => {
    const result = await remote.script('printf "%s" "${#BIG}"', { BIG: 'x'.repeat(2_500_000) }, { as: me });
    expect(result.stdout).toBe('2500000');
  });

  it('keeps a secret of a script out of the process list while it runs', async () => {
    const secret = `canary-${process.pid}-${Date.now()}`;
    const [begun, seen] = ['begun', 'seen'].map((name) => join(sshd.folder, name)) as [string, string];
    const script = `touch ${begun}; until [ -e ${seen} ]; do sleep 0.1; done; printf "%s" "$SECRET" | wc -c`;
    const running = remote.script(script, { SECRET: secret }, { as: me });
    while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 20));
    const list = execFileSync('ps', ['axeww', '-o', 'args'], { encoding: 'utf8' });
    writeFileSync(seen, '');
    expect(list).not.toContain(secret);
    expect((await running).stdout.trim()).toBe(String(secret.length));
  });

  it('says host, label, exit code and the last lines of stderr when a command fails', async () => {
    const failing = remote.script(
      'for i in $(seq 30); do echo "line $i" >&2; done; exit 7',
      {},
      { as: me, label: 'do it' },
    );
    const error = (await failing.catch((caught: unknown) => caught)) as RemoteError;
    expect(error.code).toBe('remote/exit');
    expect(error.result?.code).toBe(7);
    expect(error.message).toMatch(/^127\.0\.0\.1: do it: exit code 7\n {2}line 19\n/);
    expect(error.message).toContain('  line 30\nHINT: ');
    expect(error.message).not.toContain('line 18');
  });

  it('returns any exit code where that is asked for', async () => {
    expect((await remote.exec(['bash', '-c', 'exit 124'], { as: me, anyExit: true })).code).toBe(124);
  });

  it('stops the whole process group of a command that takes too long', async () => {
    const pids = join(sshd.folder, 'pids');
    const script = `sleep 600 & echo "$$ $!" >${pids}; wait`;
    await expect(remote.script(script, {}, { as: me, timeoutMs: 2000, label: 'wait' })).rejects.toMatchObject({
      code: 'remote/timeout',
      message: expect.stringContaining('wait: no result after 2 s') as string,
    });
    const group = readFileSync(pids, 'utf8').trim().split(' ');
    expect(group).toHaveLength(2);
    // Ends with the test's own time where one of them lives on.
    while (group.some((pid) => existsSync(`/proc/${pid}`))) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('does not wait for a daemon that keeps the output open', async () => {
    const result = await remote.script('setsid sleep 600 & echo $!', {}, { as: me });
    // It still runs: nobody waited for its end.
    process.kill(Number(result.stdout), 'SIGKILL');
  });

  it('runs nothing of a script that did not arrive whole', async () => {
    const mark = join(sshd.folder, 'half');
    const { scriptArgv } = await import('../../remote/shell');
    const { argv, stdin } = scriptArgv(`touch ${mark}\necho done`, {});
    const result = await remote.exec(argv, { as: me, stdin: stdin.slice(0, -6), anyExit: true });
    expect(result.code).toBe(99);
    expect(existsSync(mark)).toBe(false);
  });

  it('writes a file with mode and owner, replacing it in one step, and reads it back', async () => {
    const path = join(sshd.folder, 'put', "it's a file");
    mkdirSync(join(sshd.folder, 'put'));
    writeFileSync(path, 'old');
    const inode = statSync(path).ino;
    const content = Buffer.from([0, 1, 2, 255, 10]);
    await remote.put(path, content, { mode: '0640', owner: `${me}:${group}` });
    expect(readFileSync(path)).toEqual(content);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(statSync(path).ino).not.toBe(inode);
    expect(await remote.get(path)).toEqual(content);
    expect(await remote.get(`${path}-missing`)).toBeUndefined();
  });

  it('serves more commands at once than sshd allows sessions on a connection', async () => {
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, index) => remote.exec(['echo', String(index)], { as: me })),
    );
    expect(results.map((result) => result.stdout.trim())).toEqual(
      Array.from({ length: 24 }, (_, index) => String(index)),
    );
  });

  it('takes the key from a file', async () => {
    const { privateKey: _secret, ...connection } = sshd.connection;
    const result = await openRemote({ ...connection, privateKeyFile: sshd.privateKeyFile }).exec(['echo', 'hi'], {
      as: me,
    });
    expect(result.stdout).toBe('hi\n');
  });

  it('goes through a bastion and pins both keys', async () => {
    const bastion = await startSshd();
    try {
      const { hostKey } = sshd.connection;
      const both = readFileSync(join(sshd.folder, 'login.pub'), 'utf8');
      writeFileSync(join(bastion.folder, 'login.pub'), both);
      const through = {
        ...sshd.connection,
        bastion: { host: '127.0.0.1', port: bastion.connection.port, user: me, hostKey: bastion.connection.hostKey },
      };
      expect((await openRemote(through).exec(['echo', 'hi'], { as: me })).stdout).toBe('hi\n');
      const wrong = await refusal({ ...through, bastion: { ...through.bastion, hostKey } });
      expect(wrong.code).toBe('remote/host-key');
    } finally {
      closeConnections();
      bastion.stop();
    }
  });

  it('refuses another host key and shows both fingerprints', async () => {
    const other = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'login.pub')], { encoding: 'utf8' }).split(
      ' ',
    )[1];
    const real = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host.pub')], { encoding: 'utf8' }).split(' ')[1];
    const hostKey = readFileSync(join(sshd.folder, 'login.pub'), 'utf8');
    const error = await refusal({ ...sshd.connection, hostKey });
    expect(error.code).toBe('remote/host-key');
    expect(error.message).toContain(`expected ${other}, found ${real} (ssh-ed25519)`);
  });

  it('refuses a host that has no key of the pinned type', async () => {
    const file = join(sshd.folder, 'ecdsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', file]);
    const error = await refusal({ ...sshd.connection, hostKey: readFileSync(`${file}.pub`, 'utf8') });
    expect(error.message).toContain('has no host key of the pinned type ecdsa-sha2-nistp256');
  });

  it('says who was refused when the key is not the one', async () => {
    const file = join(sshd.folder, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const error = await refusal({ ...sshd.connection, privateKey: readFileSync(file, 'utf8') });
    expect(error.code).toBe('remote/auth');
    expect(error.message).toContain(`refused the login of ${me}`);
  });

  it('says that a key is unusable or missing before it connects', async () => {
    expect((await refusal({ ...sshd.connection, privateKey: 'no key' })).message).toContain(
      'the private key cannot be used',
    );
    const { privateKey: _secret, ...none } = sshd.connection;
    expect((await refusal(none)).message).toContain(`no key to log in with as ${me}`);
    expect((await refusal({ ...none, privateKeyFile: '/nonexistent' })).message).toContain(
      'cannot read the private key file',
    );
  });

  it('gives up on a port where nothing listens', async () => {
    const error = await refusal({ ...sshd.connection, port: await freePort(), connectTimeoutSeconds: 1 });
    expect(error.code).toBe('remote/unreachable');
    expect(error.message).toMatch(/cannot connect to port \d+: connect ECONNREFUSED/);
  });

  it('opens a new connection when the pooled one has died, and says so when one dies under a command', async () => {
    const second = await startSshd();
    const target = openRemote(second.connection);
    await target.exec(['true'], { as: me });
    const dying = target.script('kill -9 $(ps -o ppid= -p $PPID); sleep 5', {}, { as: me, label: 'cut' });
    await expect(dying).rejects.toMatchObject({
      code: 'remote/unreachable',
      message: expect.stringContaining('the connection broke before the result arrived') as string,
    });
    expect((await target.exec(['echo', 'again'], { as: me })).stdout).toBe('again\n');
    closeConnections();
    second.stop();
  });

  it('gives up on a host that falls silent on an open connection, and does not use that connection again', async () => {
    const silent = await startSshd();
    const target = openRemote({ ...silent.connection, connectTimeoutSeconds: 2 });
    const { stdout } = await target.script('ps -o ppid= -p $PPID', {}, { as: me });
    const session = Number(stdout);
    process.kill(session, 'SIGSTOP');
    await expect(target.exec(['true'], { as: me })).rejects.toMatchObject({
      code: 'remote/unreachable',
      message: expect.stringContaining('no answer within 4 s on a connection that was open') as string,
    });
    expect((await target.exec(['echo', 'again'], { as: me })).stdout).toBe('again\n');
    process.kill(session, 'SIGKILL');
    closeConnections();
    silent.stop();
  });
});
