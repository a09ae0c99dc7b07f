/** The records under kingbase:actions. */
import { describe, expect, it } from 'vitest';
import { parseActions } from '../../../core/action/parseActions';
import type { KingbaseError } from '../../../core/finding';

function findings(value: unknown): string[] {
  try {
    parseActions(value);
    return [];
  } catch (error) {
    return (error as KingbaseError).findings.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('parseActions', () => {
  it('takes none, and drills with or without inputs', () => {
    expect(parseActions(undefined)).toEqual([]);
    expect(parseActions([{ requestId: 'a', kind: 'drill' }])).toEqual([{ requestId: 'a', kind: 'drill', inputs: {} }]);
    const inputs = { target: 'xid=5', timeline: 1, set: '20260512-110154F', verify: false, node: 'repo' };
    expect(parseActions([{ requestId: 'a', kind: 'drill', inputs }])).toEqual([
      { requestId: 'a', kind: 'drill', inputs },
    ]);
  });

  it('gathers every mistake with its place', () => {
    expect(
      findings([
        { requestId: 'a', kind: 'drill', inputs: { target: 'soon' } },
        { requestId: 'a', kind: 'restore', why: 'x' },
        { requestId: 'no good', kind: 'drill', inputs: { tables: [], timeline: 'one' } },
        { requestId: 'b', inputs: 5 },
        'drill',
        null,
      ]),
    ).toEqual([
      'kingbase:actions[0].inputs.target: "soon" is no target',
      'kingbase:actions[1].why: is no field of it',
      'kingbase:actions[1].kind: "restore" is no kind of action',
      'kingbase:actions[2].requestId: "no good" is no request id',
      'kingbase:actions[2].inputs.tables: is no field of it',
      'kingbase:actions[2].inputs.timeline: is not a number',
      'kingbase:actions[3].kind: nothing is no kind of action',
      'kingbase:actions[3].inputs: is not an object',
      'kingbase:actions[4]: is not an object',
      'kingbase:actions[5]: is not an object',
      'kingbase:actions[1].requestId: "a" stands there twice',
    ]);
    expect(findings({})).toEqual(['kingbase:actions: is not a list']);
  });
});
