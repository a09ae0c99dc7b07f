// What the engine does with a program over its life: the CLI's rules of create, update, replace and delete. Proven against the
// fixture program in the SDK's own processes; nothing here is a mock. It does not prove what a provider does with a host.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineFixture, thing } from './engineFixture';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

describe('the engine', () => {
  it('creates in dependency order, then finds nothing to do, then updates what changed and what reads it', async () => {
    const chain = (value: string): void =>
      fixture.declare(
        [
          { kind: 'group', name: 'group', inputs: { size: 2 } },
          thing('a', { value }, { parent: 'group' }),
          thing('b', { value: { $from: 'a.made' } }, { parent: 'group' }),
          thing('c', { value: 'alone' }, { dependsOn: ['b'] }),
        ],
        { last: { $from: 'b.made' } },
      );
    chain('1');
    const first = await fixture.run('up');
    expect(first).toMatchObject({ ok: true, summary: { create: 5, same: 0 }, outputs: { last: 'made made 1' } });
    expect(fixture.takeLog()).toEqual(['create a', 'created a', 'create b', 'created b', 'create c', 'created c']);
    expect(fixture.saved('b')).toMatchObject({
      urn: 'urn:pulumi:test::fixture::kingbase:test:Group$pulumi-nodejs:dynamic/kingbase:Thing::b',
      id: 'b-1',
      dependencies: ['urn:pulumi:test::fixture::kingbase:test:Group$pulumi-nodejs:dynamic/kingbase:Thing::a'],
    });

    const before = fixture.state();
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { create: 0, update: 0, same: 5 } });
    expect(fixture.takeLog()).toEqual([]);
    expect(fixture.state()).toEqual(before);

    chain('2');
    expect(await fixture.run('up')).toMatchObject({
      summary: { update: 2, same: 3 },
      outputs: { last: 'made made 2' },
    });
    expect(fixture.takeLog()).toEqual(['update a', 'update b']);
  });

  it('creates the replacement first and deletes the old one last, after what depends on it moved over', async () => {
    const tagged = (tag: string): void =>
      fixture.declare([thing('a', { tag, value: tag }), thing('b', { value: { $from: 'a.made' } })]);
    tagged('x');
    await fixture.run('up');
    fixture.takeLog();
    tagged('y');
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { replace: 1, update: 1 } });
    expect(fixture.takeLog()).toEqual(['create a y', 'created a', 'update b', 'delete a-x']);
    expect(fixture.names().filter((name) => name === 'a')).toHaveLength(1);
  });

  it('deletes first where asked, by the provider or by the program, and takes along what would be replaced with it', async () => {
    const tagged = (tag: string, options: Record<string, unknown>): void =>
      fixture.declare([
        thing('a', { tag, value: tag }, options),
        thing('b', { tag: { $from: 'a.id' } }),
        thing('c', { value: { $from: 'a.id' } }),
      ]);
    tagged('x', {});
    await fixture.run('up');
    fixture.takeLog();
    tagged('y', { deleteBeforeReplace: true });
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { replace: 2, update: 1 } });
    expect(fixture.takeLog().filter((line) => !line.startsWith('created'))).toEqual([
      'delete b-a-x',
      'delete a-x',
      'create a y',
      'create b a-y',
      'update c',
    ]);
  });

  it('deletes what the program no longer has, dependents first, after everything else', async () => {
    fixture.declare([thing('a'), thing('b', {}, { dependsOn: ['a'] }), thing('c', {}, { dependsOn: ['b'] })]);
    await fixture.run('up');
    fixture.takeLog();
    fixture.declare([thing('d')]);
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { create: 1, delete: 3, same: 1 } });
    expect(fixture.takeLog()).toEqual(['create d', 'created d', 'delete c-1', 'delete b-1', 'delete a-1']);
    expect(await fixture.run('destroy')).toMatchObject({ ok: true, summary: { delete: 2 } });
    expect(fixture.state().deployment.resources).toEqual([]);
  });

  it('leaves ignored properties as they are, also deep inside', async () => {
    const declared = (value: string, inner: string, kept: string): void =>
      fixture.declare([thing('a', { value, nested: { inner, kept } }, { ignoreChanges: ['value', 'nested.inner'] })]);
    declared('1', 'x', 'k');
    await fixture.run('up');
    declared('2', 'y', 'k');
    expect(await fixture.run('up')).toMatchObject({ summary: { update: 0, same: 2 } });
    declared('2', 'y', 'l');
    expect(await fixture.run('up')).toMatchObject({ summary: { update: 1 } });
    expect(fixture.saved('a')?.inputs).toMatchObject({ value: '1', nested: { inner: 'x', kept: 'l' } });
  });

  it('refuses to delete or replace what is protected and forgets without deleting what is to be retained', async () => {
    fixture.declare([thing('a', { tag: 'x' }, { protect: true }), thing('b', {}, { retainOnDelete: true })]);
    await fixture.run('up');
    fixture.takeLog();
    fixture.declare([thing('a', { tag: 'y' }, { protect: true })]);
    const replaced = await fixture.run('up');
    expect(replaced.ok).toBe(false);
    expect(replaced.diagnostics[0]?.message).toContain('protected and would be replaced');
    fixture.declare([]);
    const removed = await fixture.run('up');
    expect(removed.ok).toBe(false);
    expect(removed.diagnostics.map((diagnostic) => diagnostic.message).join()).toContain('protected');
    expect(fixture.takeLog()).toEqual([]);
    expect(fixture.names()).toContain('a');
  });

  it('finds a renamed resource by its alias', async () => {
    fixture.declare([thing('old', { value: '1' })]);
    await fixture.run('up');
    fixture.takeLog();
    // The name is an input of the fixture, so only its value tells that the resource is the same one.
    fixture.declare([thing('new', { value: '1' }, { aliases: [{ name: 'old' }] })]);
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { create: 0, delete: 0, same: 2 } });
    expect(fixture.takeLog()).toEqual([]);
    expect(fixture.saved('new')).toMatchObject({ id: 'old-1' });
  });

  it('refuses by name what it does not carry', async () => {
    fixture.declare([thing('a', {}, { import: 'x' })]);
    const result = await fixture.run('up');
    expect(result.ok).toBe(false);
    expect(result.diagnostics[0]?.message).toContain('the stand-in engine does not carry import');
  });
});
