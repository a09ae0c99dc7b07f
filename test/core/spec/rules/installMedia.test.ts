// Media and its files.
import { describe, expect, it } from 'vitest';
import { cluster, messages } from '../exampleCluster';

describe('installMedia', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'media without its files',
      cluster({ install: { source: 'media' } }),
      [
        'install.zip: is missing while install.source is media',
        'install.license: is missing: V8R6 media carries no licence',
      ],
    ],
    [
      'a zip that is not used',
      cluster({ install: { zip: '/media/db.zip' } }),
      ['install.zip: is given while install.source is existing'],
    ],
    [
      'a sum without a zip',
      cluster({ install: { zipSha256: 'a'.repeat(64) } }),
      ['install.zipSha256: is given without install.zip'],
    ],
    [
      'a sum that is none',
      cluster({ install: { source: 'media', zip: '/db.zip', license: '/l', zipSha256: 'abc' } }),
      ['install.zipSha256: is not a SHA-256 sum (3 characters)'],
    ],
    [
      'nothing about V9 media without a licence',
      cluster({ version: 'V9', install: { source: 'media', zip: '/db.zip' } }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });
});
