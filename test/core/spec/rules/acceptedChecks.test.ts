// Accepted checks are ids.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('acceptedChecks', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'everything at once',
      cluster({ preflight: { accept: ['*'] } }),
      ['preflight.accept[0]: "*" is not the id of a check'],
    ],
    [
      'a check twice',
      cluster({ preflight: { accept: ['os/swap', 'os/swap'] } }),
      ['preflight.accept[1]: same check as preflight.accept[0]'],
    ],
    [
      'an entry of another type only once',
      cluster({ preflight: { accept: [1] } }),
      ['preflight.accept[0]: expected text, found 1'],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
