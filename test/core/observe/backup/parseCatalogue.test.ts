import { describe, expect, it } from 'vitest';
import { parseCatalogue } from '../../../../core/observe/backup/parseCatalogue';
import { infoJson } from '../../../support/backups';

describe('parseCatalogue', () => {
  it('keeps every digit of a system identifier', () => {
    const catalogue = parseCatalogue('kingbase', infoJson({ system: '7710617077628150842' }));
    expect(catalogue?.databases).toEqual([{ id: 1, systemIdentifier: '7710617077628150842', version: '12' }]);
  });

  it('reads backups with kind, times, segments, sizes and what they rest on', () => {
    const backups = [
      { label: '20261121-133712F', stop: 1_795_268_242 },
      { label: '20261121-133712F_20261122-040000I', stop: 1_795_320_000, error: true },
    ];
    expect(parseCatalogue('kingbase', infoJson({ backups }))?.backups).toEqual([
      {
        label: '20261121-133712F',
        kind: 'full',
        repository: 1,
        startSeconds: 1_795_268_232,
        stopSeconds: 1_795_268_242,
        walStart: '000000010000000000000006',
        walStop: '000000010000000000000007',
        databaseBytes: 85_213_380,
        repositoryBytes: 43_000_000,
        references: [],
        error: false,
        databaseId: 1,
      },
      expect.objectContaining({ kind: 'incremental', references: ['20261121-133712F'], error: true }),
    ]);
  });

  it('reads archives, the status and whether a backup runs', () => {
    expect(parseCatalogue('kingbase', infoJson({ code: 2, message: 'no valid backups' }))).toMatchObject({
      statusCode: 2,
      statusMessage: 'no valid backups',
      cipher: 'none',
      locked: false,
      archives: [
        {
          id: '12-1',
          repository: 1,
          databaseId: 1,
          min: '000000010000000000000005',
          max: '000000010000000000000007',
        },
      ],
    });
    expect(parseCatalogue('kingbase', infoJson().replace('"held":false', '"held":true'))?.locked).toBe(true);
  });

  it('reads a diff and, where the older form has only little, what there is', () => {
    const short =
      '[{"name":"kingbase","status":{"code":0},"backup":[{"label":"x","type":"diff","timestamp":{"start":1,"stop":2}},{"label":"y","type":"full"}],"archive":[{"id":"12-1"}],"db":[{"id":1}]}]';
    expect(parseCatalogue('kingbase', short)).toEqual({
      stanza: 'kingbase',
      statusCode: 0,
      statusMessage: '',
      cipher: 'none',
      backups: [expect.objectContaining({ label: 'x', kind: 'differential', repositoryBytes: 0, walStart: '' })],
      archives: [{ id: '12-1', repository: 1, databaseId: 0, min: null, max: null }],
      databases: [{ id: 1, systemIdentifier: '', version: '' }],
      locked: false,
    });
  });

  it.each([
    ['no JSON', 'ERROR: [055]: unable to load info file'],
    ['another document', '{"name":"kingbase"}'],
    ['another stanza only', '[{"name":"other","status":{"code":0}}]'],
    ['a stanza without a status', '[{"name":"kingbase"}]'],
  ])('takes %s for unreadable', (_, text) => {
    expect(parseCatalogue('kingbase', text)).toBeUndefined();
  });
});
