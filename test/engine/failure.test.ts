// Failures, kills and competing runs: what was done is in the state, what was under way is done again, nothing else is touched.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineFixture, fixtureProgram, passphrase, thing } from './engineFixture';

const cli = process.env['ENGINE_CLI'] ?? resolve(__dirname, '..', '..', 'dist', 'lab', 'engine', 'cli.js');

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

const errorsOf = (result: { diagnostics: readonly { severity: string; message: string }[] }): readonly string[] =>
  result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map((diagnostic) => diagnostic.message);

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 1200; waited += 1) {
    if (condition()) return;
    await sleep(100);
  }
  throw new Error(`waited in vain for: ${what}`);
}

describe('a failed step', () => {
  const resources = [
    // Each waits until the other has begun: bad fails while slow is at work, however busy the machine is.
    thing('slow', { waitFor: 'create bad', sleepMs: 700 }),
    thing('bad', { waitFor: 'create slow', failOn: 'create' }),
    thing('after', { value: { $from: 'bad.made' } }),
    thing('afterSlow', {}, { dependsOn: ['slow'] }),
  ];

  it('is told once; what depends on it does not start, what runs is finished and saved', async () => {
    fixture.declare(resources, { out: { $from: 'after.made' } });
    const result = await fixture.run('up');
    expect(result.ok).toBe(false);
    expect(errorsOf(result)).toEqual(['cannot create bad\nHINT: try another.']);
    expect([...fixture.takeLog()].sort()).toEqual(['create bad', 'create slow', 'created slow']);
    expect(fixture.names()).toContain('slow');
    expect(fixture.names()).not.toContain('bad');
    expect(fixture.state().deployment.pending_operations).toBeUndefined();
  });

  it('lets everything independent finish with continueOnError, and fails all the same', async () => {
    fixture.declare(resources);
    const result = await fixture.run('up', { continueOnError: true });
    expect(result.ok).toBe(false);
    expect(errorsOf(result)).toEqual(['cannot create bad\nHINT: try another.']);
    expect(fixture.takeLog()).toContain('created afterSlow');
    expect(fixture.names()).not.toContain('after');
  });

  it('keeps the old state and outputs where an update or delete fails, and the next run carries on', async () => {
    fixture.declare([thing('a', { value: '1' }), thing('gone', { failOn: 'delete' })], { made: { $from: 'a.made' } });
    await fixture.run('up');
    fixture.declare([thing('a', { value: '2', failOn: 'update' })], { made: { $from: 'a.made' } });
    const failed = await fixture.run('up');
    expect(errorsOf(failed)).toEqual(['cannot update a']);
    expect(failed.outputs).toEqual({ made: 'made 1' });
    expect(fixture.saved('a')?.outputs).toMatchObject({ value: '1' });
    fixture.declare([thing('a', { value: '2' })]);
    expect(errorsOf(await fixture.run('up'))).toEqual(['cannot delete gone']);
    expect(fixture.saved('a')?.outputs).toMatchObject({ value: '2' });
    expect(fixture.names()).toContain('gone');
  });

  it('of the program itself is told once and deletes nothing', async () => {
    fixture.declare([thing('a')]);
    await fixture.run('up');
    fixture.declare([], {}, { 'fixture:throw': 'the program is wrong' });
    const result = await fixture.run('up');
    expect(result.ok).toBe(false);
    expect(errorsOf(result)).toHaveLength(1);
    expect(errorsOf(result)[0]).toContain('the program is wrong');
    expect(fixture.names()).toContain('a');
  });
});

describe('a run that cannot start', () => {
  it('says why: no project, no config, a configuration too large for a process', async () => {
    await expect(fixture.run('up', { program: fixture.directory })).rejects.toThrow('Pulumi.yaml: no such file');
    await expect(fixture.run('up', { configFile: '/nowhere.yaml' })).rejects.toThrow('no such stack config file');
    fixture.declare([thing('a', { value: 'x'.repeat(140_000) })]);
    const result = await fixture.run('preview');
    expect(result.ok).toBe(false);
    expect(errorsOf(result)[0]).toContain('PULUMI_CONFIG: 1');
    expect(existsSync(`${fixture.stateFile}.lock`)).toBe(false);
  });
});

describe('a run that is stopped', () => {
  const startCli = (): ReturnType<typeof spawn> =>
    spawn(
      process.execPath,
      [cli, 'up', '--program', fixtureProgram, '--stack', 'test', '--config-file', fixture.configFile].concat([
        '--state',
        fixture.stateFile,
      ]),
      {
        stdio: 'ignore',
        env: {
          ...process.env,
          PULUMI_CONFIG_PASSPHRASE: passphrase,
          FIXTURE_LOG: fixture.log,
          FIXTURE_WORLD: fixture.world,
        },
      },
    );
  const say = (line: string): void => appendFileSync(fixture.log, `${line}\n`);
  const logHas = (line: string) => (): boolean =>
    existsSync(fixture.log) && readFileSync(fixture.log, 'utf8').includes(line);

  it('by kill -9 leaves the intent in the state; its processes die with it, and the next run creates again', async () => {
    fixture.declare([
      thing('a'),
      thing('b', { waitFor: 'go' }, { dependsOn: ['a'] }),
      thing('c', {}, { dependsOn: ['b'] }),
    ]);
    const child = startCli();
    await until(logHas('create b'), 'the creation of b');
    child.kill('SIGKILL');
    await sleep(1000);
    // The handler did not outlive the engine: it would go on now.
    say('go');
    await sleep(1000);
    expect(fixture.takeLog()).toEqual(['create a', 'created a', 'create b', 'go']);
    fixture.declare([thing('a'), thing('b', {}, { dependsOn: ['a'] }), thing('c', {}, { dependsOn: ['b'] })]);
    expect(fixture.state().deployment.pending_operations).toMatchObject([
      { type: 'creating', resource: { urn: expect.stringContaining('::b') as string } },
    ]);
    expect(existsSync(`${fixture.stateFile}.lock`)).toBe(true);

    const result = await fixture.run('up');
    expect(result).toMatchObject({ ok: true, summary: { create: 2, same: 2 } });
    expect(result.diagnostics[0]).toMatchObject({ severity: 'warning' });
    expect(result.diagnostics[0]?.message).toContain('::b, interrupted while creating');
    expect(fixture.takeLog()).toEqual(['create b', 'created b', 'create c', 'created c']);
    expect(fixture.state().deployment.pending_operations).toBeUndefined();
    expect(existsSync(`${fixture.stateFile}.lock`)).toBe(false);
  });

  it('by an interrupt finishes what runs, saves it and starts nothing more', async () => {
    fixture.declare([thing('a', { waitFor: 'go' }), thing('b', {}, { dependsOn: ['a'] })]);
    const child = startCli();
    const exit = new Promise((settle) => child.on('exit', settle));
    await until(logHas('create a'), 'the creation of a');
    child.kill('SIGINT');
    await sleep(1000);
    say('go');
    expect(await exit).toBe(1);
    expect(fixture.takeLog()).toEqual(['create a', 'go', 'created a']);
    expect(fixture.saved('a')).toMatchObject({ id: 'a-1' });
    expect(fixture.state().deployment.pending_operations).toBeUndefined();
  });

  it('keeps its lock against a second one while it lives', async () => {
    fixture.declare([thing('a', { waitFor: 'go' })]);
    const first = fixture.run('up');
    await until(logHas('create a'), 'the creation of a');
    await expect(fixture.run('up')).rejects.toThrow(`process ${process.pid}`);
    say('go');
    expect(await first).toMatchObject({ ok: true });
    expect(existsSync(join(fixture.directory, 'state.json.lock'))).toBe(false);
  });
});
