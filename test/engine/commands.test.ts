// The stand-in for the command provider: rules of @pulumi/command 1.2.1 on this machine and over ssh to a real sshd on loopback.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sshdMissing, startSshd, type TestSshd } from '../support/sshd';
import { EngineFixture } from './engineFixture';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

const append = (text: string): string => `echo ${text} >> ${fixture.log}`;

describe('a local command', () => {
  const declare = (inputs: object): void =>
    fixture.declare([{ kind: 'local', name: 'cmd', inputs: { ...inputs } }], { out: { $from: 'cmd.stdout' } });

  it('runs create, on a change update (or create again), on changed triggers the new create and then the old delete', async () => {
    const base = {
      create: `${append('create $WORD "<$PULUMI_COMMAND_STDOUT>"')}; echo one; echo oops >&2`,
      triggers: [1],
    };
    const rest = { delete: append('delete'), environment: { WORD: 'hi' } };
    declare({ ...base, ...rest });
    expect(await fixture.run('up')).toMatchObject({ ok: true, outputs: { out: 'one' } });
    expect(fixture.saved('cmd')?.outputs).toMatchObject({ stdout: 'one', stderr: 'oops' });
    declare({ ...base, ...rest, environment: { WORD: 'again' } });
    expect(await fixture.run('up')).toMatchObject({ summary: { update: 1 } });
    declare({ ...base, ...rest, update: `${append('update')}; echo two` });
    expect(await fixture.run('up')).toMatchObject({ summary: { update: 1 }, outputs: { out: 'two' } });
    declare({ ...base, ...rest, triggers: [2] });
    expect(await fixture.run('up')).toMatchObject({ summary: { replace: 1, update: 0 } });
    expect(fixture.takeLog()).toEqual(['create hi <>', 'create again <one>', 'update', 'create hi <>', 'delete']);
    expect(await fixture.run('refresh')).toMatchObject({ ok: true, summary: { update: 0 } });
    expect(await fixture.run('destroy')).toMatchObject({ ok: true });
    expect(fixture.takeLog()).toEqual(['delete']);
  });

  it('that fails says how and what it printed', async () => {
    declare({ create: 'echo almost; echo no >&2; exit 3' });
    const result = await fixture.run('up');
    const error = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    expect(error?.message).toMatch(/^exit status 3: running "echo almost; echo no >&2; exit 3":\n/);
    expect(error?.message).toContain('no\n');
    expect(fixture.names()).not.toContain('cmd');
  });
});

describe.skipIf(sshdMissing !== undefined)(`a remote command ${sshdMissing ?? ''}`, () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd({ extraConfig: ['Subsystem sftp internal-sftp'] });
  });
  afterAll(() => sshd.stop());

  const connection = (): object => {
    const { host, port, user, hostKey, privateKey } = sshd.connection;
    return { host, port, user, hostKey, privateKey: { $secret: privateKey } };
  };

  it('runs on the host, keeps its connection secret and deletes over ssh', async () => {
    const inputs = { connection: connection(), create: 'cat', stdin: 'through ssh\n', delete: append('gone') };
    fixture.declare([{ kind: 'remote', name: 'cmd', inputs }], { out: { $from: 'cmd.stdout' } });
    expect(await fixture.run('up')).toMatchObject({ ok: true, outputs: { out: 'through ssh' } });
    expect(fixture.saved('cmd')).toMatchObject({
      inputs: { connection: { ciphertext: expect.any(String) as string } },
      additionalSecretOutputs: ['connection'],
    });
    expect(readFileSync(fixture.stateFile, 'utf8')).not.toContain('OPENSSH PRIVATE KEY');
    expect(await fixture.run('up')).toMatchObject({ summary: { same: 2 } });
    expect(await fixture.run('destroy')).toMatchObject({ ok: true });
    expect(fixture.takeLog()).toEqual(['gone']);
  });

  it('is refused by a host that shows another key, and without a key to compare with', async () => {
    const other = readFileSync(join(sshd.folder, 'login.pub'), 'utf8').trim();
    const run = async (change: object): Promise<string> => {
      const inputs = { connection: { ...connection(), dialErrorLimit: 0, ...change }, create: 'true' };
      fixture.declare([{ kind: 'remote', name: 'cmd', inputs }]);
      const result = await fixture.run('up');
      expect(result.ok).toBe(false);
      return result.diagnostics.map((diagnostic) => diagnostic.message).join('\n');
    };
    expect(await run({ hostKey: other })).toContain('after 1 failed attempts');
    expect(await run({ hostKey: undefined })).toContain('connection.hostKey is missing');
  });

  it('copies a file, again when its content changed, and not when nothing did', async () => {
    const source = join(fixture.directory, 'source');
    const target = join(fixture.directory, 'made', 'here', 'copy');
    const declare = (): void =>
      fixture.declare([
        {
          kind: 'copy',
          name: 'copy',
          inputs: { connection: connection(), source: { $file: source }, remotePath: target },
        },
      ]);
    writeFileSync(source, 'first');
    declare();
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { create: 2 } });
    expect(readFileSync(target, 'utf8')).toBe('first');
    expect(await fixture.run('up')).toMatchObject({ summary: { same: 2 } });
    writeFileSync(source, 'second');
    expect(await fixture.run('up')).toMatchObject({ summary: { update: 1 } });
    expect(readFileSync(target, 'utf8')).toBe('second');
  });
});
