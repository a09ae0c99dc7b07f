// The state is Pulumi's deployment format: one file is adopted by another stack without a change. That a real CLI takes ours,
// and we take its, is proven only with ENGINE=pulumi and a CLI on PATH; elsewhere that test counts as skipped.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportState, importState, readOutputs } from '../../lab/engine/importExport';
import { newCrypter } from '../../lab/engine/secrets';
import { acquireLock } from '../../lab/engine/state/lock';
import { EngineFixture, fixtureProgram, passphrase, thing } from './engineFixture';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

describe('the state file', () => {
  it('names its format, its secrets provider, and every resource with provider, parent and dependencies', async () => {
    fixture.declare([
      thing('a'),
      { kind: 'local', name: 'cmd', inputs: { create: 'true' }, options: { dependsOn: ['a'] } },
    ]);
    await fixture.run('up');
    const { version, deployment } = fixture.state();
    const manifest = deployment['manifest'] as { version: string; magic: string };
    expect(version).toBe(3);
    expect(manifest.magic).toBe(createHash('sha256').update(manifest.version).digest('hex'));
    expect(deployment['secrets_providers']).toMatchObject({
      type: 'passphrase',
      state: { salt: expect.stringMatching(/^v1:/) as string },
    });
    const provider = fixture.saved('default_1_2_1');
    expect(provider).toMatchObject({
      type: 'pulumi:providers:command',
      inputs: { version: '1.2.1', __internal: {} },
      outputs: { version: '1.2.1' },
    });
    expect(fixture.saved('cmd')).toMatchObject({
      custom: true,
      id: expect.stringMatching(/^cmd[0-9a-f]{8}$/) as string,
      parent: 'urn:pulumi:test::fixture::pulumi:pulumi:Stack::fixture-test',
      provider: `${provider?.urn ?? ''}::${provider?.id ?? ''}`,
      dependencies: [fixture.saved('a')?.urn],
      propertyDependencies: { create: [] },
      replaceOnChanges: ['triggers[*]'],
    });
    // Whatever is depended on comes first.
    const order = fixture.names();
    expect(order.indexOf('default_1_2_1')).toBeLessThan(order.indexOf('cmd'));
    expect(order.indexOf('a')).toBeLessThan(order.indexOf('cmd'));
  });

  it('goes through export and import into another file and is found unchanged', async () => {
    fixture.declare([thing('a', { secretValue: { $secret: 's3cret' } })], { out: { $from: 'a.made' } });
    await fixture.run('up');
    fixture.takeLog();
    const other = join(fixture.directory, 'other.json');
    await importState(other, exportState(fixture.stateFile), passphrase);
    expect(await fixture.run('up', { stateFile: other })).toMatchObject({ ok: true, summary: { same: 2, create: 0 } });
    expect(fixture.takeLog()).toEqual([]);
    expect(await readOutputs(other, passphrase)).toEqual({ out: 'made undefined' });
    await expect(importState(other, '{"version":2}', passphrase)).rejects.toThrow('not a deployment of version 3');
    await expect(importState(other, exportState(fixture.stateFile), 'wrong')).rejects.toThrow('does not fit');
    expect(() => exportState(join(fixture.directory, 'none.json'))).toThrow('no such state file');
  });

  it('made under another salt is read with its own and saved under the one of the stack file', async () => {
    fixture.declare([thing('a', { secretValue: { $secret: 's3cret' } })]);
    await fixture.run('up');
    const salt = (await newCrypter(passphrase)).salt;
    fixture.declare([thing('a', { secretValue: { $secret: 's3cret' } }), thing('b')]);
    writeFileSync(fixture.configFile, `encryptionsalt: ${salt}\n${readFileSync(fixture.configFile, 'utf8')}`);
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { same: 2, create: 1 } });
    expect(fixture.state().deployment['secrets_providers']).toMatchObject({ state: { salt } });
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { same: 3 } });
  });

  it('of a newer version or of another secrets provider is refused untouched', async () => {
    const texts = [
      '{"version":4,"deployment":{}}',
      '{"version":3,"deployment":{"secrets_providers":{"type":"cloud"}}}',
      '{"version":3,"depl',
    ];
    for (const text of texts) {
      writeFileSync(fixture.stateFile, text);
      await expect(fixture.run('up')).rejects.toThrow(fixture.stateFile);
      expect(readFileSync(fixture.stateFile, 'utf8')).toBe(text);
    }
  });
});

describe('the lock', () => {
  it('of a process that is gone does not block, one of a living process does', () => {
    const path = `${fixture.stateFile}.lock`;
    const lock = acquireLock(fixture.stateFile);
    const mine = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(() => acquireLock(fixture.stateFile)).toThrow(`process ${process.pid}`);
    lock.release();
    expect(existsSync(path)).toBe(false);
    // Gone; the pid taken over by another process; left over from before a reboot; half a file.
    const stale = [{ ...mine, pid: 4_194_300 }, { ...mine, started: '1' }, { ...mine, boot: 'another' }, {}];
    for (const holder of stale) {
      writeFileSync(path, JSON.stringify(holder));
      acquireLock(fixture.stateFile).release();
    }
    writeFileSync(path, JSON.stringify({ ...mine, host: 'elsewhere', pid: 1 }));
    expect(() => acquireLock(fixture.stateFile)).toThrow('elsewhere');
  });
});

const withCli = process.env['ENGINE'] === 'pulumi';

describe.skipIf(!withCli)(`the Pulumi CLI${withCli ? '' : ' (skipped: needs ENGINE=pulumi and a CLI on PATH)'}`, () => {
  it('adopts our state without a change, and we adopt what it makes of it', async () => {
    const program = join(fixture.directory, 'program');
    const backend = join(fixture.directory, 'backend');
    cpSync(fixtureProgram, program, { recursive: true });
    symlinkSync(resolve(__dirname, '..', '..', 'node_modules'), join(program, 'node_modules'));
    mkdirSync(backend);
    const pulumi = (...words: string[]): string =>
      execFileSync('pulumi', [...words, '-C', program, '--non-interactive'], {
        encoding: 'utf8',
        env: {
          ...process.env,
          PULUMI_BACKEND_URL: `file://${backend}`,
          PULUMI_CONFIG_PASSPHRASE: passphrase,
          FIXTURE_LOG: fixture.log,
          FIXTURE_WORLD: fixture.world,
        },
      });
    pulumi('stack', 'init', 'test', '--secrets-provider', 'passphrase');
    // One salt for both: the CLI's stack file is the config of our run too.
    const salt = readFileSync(join(program, 'Pulumi.test.yaml'), 'utf8');
    const declare = (value: string): void => {
      fixture.declare(
        [
          { kind: 'group', name: 'group', inputs: { size: 2, pw: { $secret: 's3cret' } } },
          thing('a', { value, secretValue: { $secret: 's3cret' } }, { parent: 'group' }),
          { kind: 'local', name: 'cmd', inputs: { create: 'echo hi', triggers: [{ $from: 'a.made' }] } },
        ],
        { made: { $from: 'a.made' }, pw: { $secret: 's3cret' } },
      );
      const text = salt + readFileSync(fixture.configFile, 'utf8');
      writeFileSync(fixture.configFile, text);
      writeFileSync(join(program, 'Pulumi.test.yaml'), text);
    };
    declare('1');
    expect(await fixture.run('up', { program })).toMatchObject({ ok: true, summary: { create: 4 } });
    pulumi('stack', 'import', '--file', fixture.stateFile);
    expect(pulumi('preview', '--expect-no-changes')).toContain('4 unchanged');
    expect(pulumi('preview', '--refresh', '--expect-no-changes')).toContain('4 unchanged');
    declare('2');
    pulumi('up', '--yes', '--skip-preview');
    await importState(fixture.stateFile, pulumi('stack', 'export'), passphrase);
    expect(await fixture.run('up', { program })).toMatchObject({ ok: true, summary: { same: 4 } });
  });
});
