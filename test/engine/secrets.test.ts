// Secrets never reach the state file, the events or the child processes in clear; the passphrase form is Pulumi's own.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newCrypter, openCrypter } from '../../lab/engine/secrets';
import { readStackConfig, setStackConfig } from '../../lab/engine/stackConfig';
import { EngineFixture, passphrase, thing } from './engineFixture';

const canary = 'Kb-canary-7f3a';
const secretMark = '1b47061264138c4ac30d75fd1eb44270';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

describe('secrets', () => {
  it('are encrypted in inputs, outputs and stack outputs, and stay out of events', async () => {
    fixture.declare(
      [
        thing(
          'a',
          { secretValue: { $config: 'pw' }, nested: { inner: { $config: 'pw' }, open: 'x' }, say: { $config: 'pw' } },
          { additionalSecretOutputs: ['made'] },
        ),
        thing('b', { value: { $from: 'a.made' } }),
      ],
      { pw: { $config: 'pw' }, made: { $from: 'a.made' } },
    );
    await fixture.setSecret('pw', canary);
    const result = await fixture.run('up');
    expect(result).toMatchObject({ ok: true, outputs: { pw: canary, made: 'made undefined' } });
    expect(readFileSync(fixture.stateFile, 'utf8')).not.toContain(canary);
    expect(JSON.stringify(fixture.events)).not.toContain(canary);
    expect(fixture.events).toContainEqual(expect.objectContaining({ type: 'log', message: '[secret]' }));
    const { inputs, outputs } = fixture.saved('a') ?? {};
    const encrypted = expect.objectContaining({ ciphertext: expect.stringMatching(/^v1:/) as string }) as unknown;
    expect(inputs).toMatchObject({ secretValue: encrypted, nested: { inner: encrypted, open: 'x' } });
    expect(outputs).toMatchObject({ secretValue: encrypted, nested: { inner: encrypted, open: 'x' }, made: encrypted });
    // Secret by descent: b's input came from a's secret output.
    expect(fixture.saved('b')?.inputs?.['value']).toMatchObject({ ciphertext: expect.any(String) as string });
    expect(readFileSync(fixture.stateFile, 'utf8')).toContain(secretMark);
    expect(await fixture.run('up')).toMatchObject({ summary: { same: 3, update: 0 } });
  });

  it('are masked in the lines of a preview, and a change of theirs is seen all the same', async () => {
    const declare = (value: string): void =>
      fixture.declare([
        thing('a', { secretValue: { $secret: value }, nested: { deep: [{ text: `plain ${value}` }] } }),
      ]);
    declare('one-1234');
    await fixture.run('up');
    declare('two-1234');
    await fixture.run('preview');
    const step = fixture.events.find((event) => event.type === 'step' && event.name === 'a');
    expect(step).toMatchObject({
      operation: 'update',
      changes: [
        { path: 'nested.deep[0].text', kind: 'update', old: '"plain one-1234"', new: '"plain two-1234"' },
        { path: 'secretValue', kind: 'update', old: '[secret]', new: '[secret]' },
      ],
    });
  });

  it('are refused with the wrong passphrase before anything starts', async () => {
    fixture.declare([thing('a')]);
    await fixture.run('up');
    fixture.takeLog();
    await expect(fixture.run('up', { passphrase: 'wrong' })).rejects.toThrow('the passphrase does not fit');
    expect(fixture.takeLog()).toEqual([]);
  });

  it('open with a salt and ciphertext as the Pulumi CLI writes them', async () => {
    const salt = 'v1:NERtOvPqryc=:v1:RcvZ7AjCTbNI99Kw:u1chjxUP7953IskL/KVOsVLuJyF9wQ==';
    const crypter = await openCrypter('pw', salt);
    expect(crypter.decrypt('v1:OGk53Js+37uyfLTD:GLHR8dQGxOjsmrxv6FfRkZdNh/BqJw==')).toBe('s3cret');
    expect(crypter.decrypt(crypter.encrypt('往返'))).toBe('往返');
    const fresh = await newCrypter('other');
    await expect(openCrypter('pw', fresh.salt)).rejects.toThrow('the passphrase does not fit');
  });
});

describe('the stack config file', () => {
  it('is set and read back, paths and secrets inside objects included', async () => {
    const options = { file: fixture.configFile, passphrase, project: 'kingbase' };
    await setStackConfig(options, { key: 'cluster.nodes[0].host', value: '10.0.0.1', path: true });
    await setStackConfig(options, { key: 'cluster.nodes[0].priority', value: '100', path: true });
    await setStackConfig(options, { key: 'passwords.system', value: canary, path: true, secret: true });
    await setStackConfig(options, { key: 'aws:region', value: 'cn-north-1' });
    expect(readFileSync(fixture.configFile, 'utf8')).not.toContain(canary);
    const config = await readStackConfig(options);
    expect(config.secretKeys).toEqual(['kingbase:passwords']);
    expect(config.values).toMatchObject({
      'kingbase:cluster': '{"nodes":[{"host":"10.0.0.1","priority":100}]}',
      'kingbase:passwords': `{"system":"${canary}"}`,
      'aws:region': 'cn-north-1',
    });
  });
});
