// The lab of KWDB nodes as far as it needs no machine: which words ask for it, and what it prints.
import { describe, expect, it } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { WRONG_USE } from '../../../lab/commandLine';
import { isKwdb, kwdbText } from '../../../lab/kwdbLab';

describe('a lab of KWDB', () => {
  it.each([
    [{}, false],
    [{ system: 'kingbase' }, false],
    [{ form: 'witness' }, false],
    [{ system: 'kwdb' }, true],
    [{ form: 'kwdb' }, true],
    [{ system: 'kwdb', form: 'kwdb' }, true],
  ])('%j asks for it: %s', (options, wanted) => {
    expect(isKwdb(options)).toBe(wanted);
  });

  it.each([
    [{ system: 'kwdb', form: 'witness' }, /--form witness and --system kwdb do not go together/],
    [{ system: 'kingbase', form: 'kwdb' }, /--form kwdb and --system kingbase do not go together/],
  ])('is refused as %j, a mistake in the command', (options, message) => {
    const ask = () => isKwdb(options);
    expect(ask).toThrow(KingbaseError);
    expect(ask).toThrow(message);
    expect(WRONG_USE.has('lab/bad-option')).toBe(true);
  });

  it('is refused with a medium of KingbaseES', () => {
    expect(() => isKwdb({ system: 'kwdb', media: '/media' })).toThrow(
      /--media is an installation medium of KingbaseES/,
    );
  });

  it('prints what each engine runs beside what is persisted, and a node that does not answer as such', () => {
    const nodes = [
      { name: 'node1', host: '10.77.0.11', service: 'active', walLevel: 2, persistedLevel: 1 },
      { name: 'node2', host: '10.77.0.12', service: 'failed' },
    ];
    expect(kwdbText({ lab: 'x', healthy: false, nodes })).toBe(
      [
        'node   host        kaiwudb  engine level  persisted level',
        'node1  10.77.0.11  active   2             1',
        'node2  10.77.0.12  failed   -             -',
        '',
      ].join('\n'),
    );
  });
});
