// A preview changes nothing and says what an update would do, unknown values included.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TerminalDisplay } from '../../lab/engine/display/terminal';
import { EngineFixture, thing } from './engineFixture';

let fixture: EngineFixture;
beforeEach(() => {
  fixture = new EngineFixture();
});
afterEach(() => fixture.remove());

/** What a person sees. */
function shown(): string {
  const lines: string[] = [];
  const display = new TerminalDisplay({ write: (text) => lines.push(text), color: false });
  fixture.events.forEach((event) => display.show(event));
  return lines.join('').replaceAll(/in \d+\.\d+s/g, 'in 0.0s');
}

describe('a preview', () => {
  it('touches neither the world nor the state', async () => {
    fixture.declare([thing('a'), { kind: 'local', name: 'cmd', inputs: { create: `touch ${fixture.log}` } }]);
    expect(await fixture.run('preview')).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(fixture.takeLog()).toEqual([]);
    expect(existsSync(fixture.stateFile)).toBe(false);
  });

  it('shows outputs of what is to be created or updated as unknown, and what would be replaced by them', async () => {
    const declare = (value: string): void =>
      fixture.declare(
        [
          thing('a', { value }),
          thing('b', { value: { $from: 'a.made' } }),
          thing('c', { tag: { $from: 'a.made' } }),
          { kind: 'local', name: 'cmd', inputs: { create: 'echo hi', triggers: [{ $from: 'a.made' }] } },
        ],
        { made: { $from: 'a.made' }, name: { $from: 'a.name' } },
      );
    declare('1');
    await fixture.run('preview');
    expect(shown()).toContain('   + made: [unknown]\n   + name: "a"');
    await fixture.run('up');
    fixture.takeLog();
    declare('2');
    expect(await fixture.run('preview')).toMatchObject({ ok: true, summary: { update: 2, replace: 2, same: 1 } });
    expect(fixture.takeLog()).toEqual([]);
    // Siblings are previewed side by side, so only each one's own lines have an order.
    for (const block of [
      ' ~ kingbase:Thing a update\n     ~ value: "1" => "2"\n',
      ' ~ kingbase:Thing b update\n     ~ value: "made 1" => [unknown]\n',
      ' ± kingbase:Thing c replace\n     ~ tag: "made 1" => [unknown]  (replaces)\n',
      ' ± command:local:Command cmd replace\n     ~ triggers[0]: "made 1" => [unknown]  (replaces)\n',
      'Outputs:\n   ~ made: "made 1" => [unknown]\nResources: 2 to update, 2 to replace, 1 unchanged\nDone in 0.0s\n',
    ]) {
      expect(shown()).toContain(block);
    }
    expect(shown().split('\n')).toHaveLength(14);
  });

  it('fails where a check refuses, naming the property, and so does the update', async () => {
    fixture.declare([thing('a', { reject: true }), thing('b', {}, { dependsOn: ['a'] })]);
    for (const command of ['preview', 'up'] as const) {
      const result = await fixture.run(command);
      expect(result.ok).toBe(false);
      expect(result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toMatchObject([
        { message: 'reject: not wanted (value true)', urn: expect.stringContaining('::a') as string },
      ]);
      expect(fixture.takeLog()).toEqual([]);
    }
  });

  it('shows messages of the program and of the dynamic provider while they happen', async () => {
    fixture.declare([thing('a', { say: 'from the handler' })], {}, { 'fixture:say': 'from the program' });
    await fixture.run('up');
    const messages = fixture.events.flatMap((event) =>
      event.type === 'log' && event.severity === 'info' ? [event.message] : [],
    );
    expect(messages).toEqual(['from the program', 'from the handler']);
    const types = fixture.events.map((event) => (event.type === 'log' ? event.message : event.type));
    expect(types.indexOf('from the handler')).toBeLessThan(types.lastIndexOf('step'));
  });
});
