// A refresh reads the world into the state without running the program; up --refresh repairs exactly what differs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineFixture, thing } from './engineFixture';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

describe('a refresh', () => {
  it('takes over outputs, tells what differs and leaves the outputs of the stack alone', async () => {
    fixture.declare([thing('a', { value: '1' }), thing('b')], { observed: { $from: 'a.observed' } });
    await fixture.run('up');
    fixture.takeLog();
    fixture.setWorld({ a: { observed: 'node2 is primary' } });
    const refreshed = await fixture.run('refresh');
    expect(refreshed).toMatchObject({ ok: true, summary: { update: 1, same: 2 }, outputs: {} });
    expect(fixture.saved('a')?.outputs).toMatchObject({ observed: 'node2 is primary' });
    expect(fixture.events).toContainEqual(
      expect.objectContaining({
        operation: 'refresh',
        name: 'a',
        changes: [{ path: 'observed', kind: 'add', old: undefined, new: '"node2 is primary"' }],
      }),
    );
    expect(fixture.takeLog()).toEqual([]);
  });

  it('before an up repairs drift in what the provider compares, and only that', async () => {
    fixture.declare([thing('a', { value: '1' }), thing('b', { value: '1' })]);
    await fixture.run('up');
    fixture.takeLog();
    fixture.setWorld({ a: { value: 'edited by hand' } });
    expect(await fixture.run('up')).toMatchObject({ summary: { same: 3, update: 0 } });
    expect(await fixture.run('preview', { refresh: true })).toMatchObject({ summary: { same: 2, update: 1 } });
    expect(await fixture.run('up', { refresh: true })).toMatchObject({ ok: true, summary: { same: 2, update: 1 } });
    expect(fixture.takeLog()).toEqual(['update a']);
  });

  it('shows new outputs of the stack with no resource changed, where the provider finds no change', async () => {
    fixture.declare([thing('a')], { primary: { $from: 'a.primary' } });
    fixture.setWorld({ a: { primary: 'node1' } });
    await fixture.run('up');
    await fixture.run('up', { refresh: true });
    fixture.setWorld({ a: { primary: 'node2' } });
    const result = await fixture.run('up', { refresh: true });
    expect(result).toMatchObject({ ok: true, summary: { same: 2, update: 0 }, outputs: { primary: 'node2' } });
    expect(fixture.events.find((event) => event.type === 'outputs')).toMatchObject({
      changes: [{ path: 'primary', kind: 'update', old: '"node1"', new: '"node2"' }],
    });
  });

  it('drops what is gone from the state, and up creates it again', async () => {
    fixture.declare([thing('a'), thing('b', {}, { dependsOn: ['a'] })]);
    await fixture.run('up');
    fixture.takeLog();
    fixture.setWorld({ a: null });
    expect(await fixture.run('refresh')).toMatchObject({ ok: true, summary: { delete: 1, same: 2 } });
    expect(fixture.names()).not.toContain('a');
    expect(fixture.saved('b')?.['dependencies']).toBeUndefined();
    expect(await fixture.run('up')).toMatchObject({ ok: true, summary: { create: 1, same: 2 } });
    expect(fixture.takeLog()).toEqual(['create a', 'created a']);
  });
});
