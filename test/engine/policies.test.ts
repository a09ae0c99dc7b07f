// A policy pack is asked about every resource, components with their inputs included, and a mandatory no stops a run before
// anything is created. The pack runs in its own process under @pulumi/policy, unchanged.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineFixture, thing } from './engineFixture';

const policyPacks = [resolve(__dirname, 'fixtures', 'policies')];

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

const messages = (result: { diagnostics: readonly { severity: string; message: string }[] }): readonly string[] =>
  result.diagnostics.map((diagnostic) => `${diagnostic.severity} ${diagnostic.message}`);

describe('a policy pack', () => {
  it('blocks preview and up before anything is created, and lets through what it only advises against', async () => {
    fixture.declare([thing('first'), { kind: 'group', name: 'group', inputs: { size: 1 } }]);
    for (const command of ['preview', 'up'] as const) {
      const result = await fixture.run(command, { policyPacks });
      expect(result.ok).toBe(false);
      expect([...messages(result)].sort()).toEqual([
        'error [mandatory] group-size (fixture-policies): a group has two members or more\nsize is 1',
        'warning [advisory] thing-value (fixture-policies): a thing has a value\nno value',
      ]);
      expect(fixture.takeLog()).toEqual([]);
      expect(existsSync(fixture.stateFile)).toBe(false);
    }
    fixture.declare([thing('first'), { kind: 'group', name: 'group', inputs: { size: 2 } }]);
    const allowed = await fixture.run('up', { policyPacks });
    expect(allowed).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(fixture.events.filter((event) => event.type === 'policy')).not.toEqual([]);
  });

  it('sees the whole stack at the end of a preview', async () => {
    fixture.declare(['a', 'b', 'c', 'd'].map((name) => thing(name, { value: '1' })));
    const result = await fixture.run('up', { policyPacks });
    expect(result.ok).toBe(false);
    expect(messages(result)).toEqual([
      'error [mandatory] few-things (fixture-policies): a stack has three things at most\n4 things',
    ]);
    expect(fixture.takeLog()).toEqual([]);
  });

  it('that cannot be loaded stops the run', async () => {
    fixture.declare([thing('a')]);
    const result = await fixture.run('up', { policyPacks: [fixture.directory] });
    expect(result.ok).toBe(false);
    expect(messages(result)[0]).toContain('no PulumiPolicy.yaml there');
  });
});
