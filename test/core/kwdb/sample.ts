/** A whole run of a backup: a time-series and a relational database, as the node writes it down. */
import type { BackupManifest, ManifestExport, ManifestObject, ManifestTable } from '../../../core/kwdb/manifest';

export const METER: ManifestTable = {
  database: 'plant',
  schema: 'public',
  table: 'meter',
  kind: 'timeSeries',
  before: 3,
  after: 3,
  csvRows: 3,
  files: ['databases/plant/public/meter/n1.0.csv'],
  cut: false,
  meta: 'databases/plant/meta.sql',
};
export const ORDERS: ManifestTable = {
  ...METER,
  database: 'shop',
  table: 'orders',
  kind: 'relational',
  before: 2,
  after: 2,
  csvRows: 2,
  files: ['databases/shop/public/orders/n1.0.csv'],
  meta: 'databases/shop/public/orders/meta.sql',
};

export const NUMBERS: ManifestObject = {
  database: 'shop',
  name: 'numbers',
  kind: 'SEQUENCE',
  saved: true,
  definition: 'CREATE SEQUENCE numbers MINVALUE 1 MAXVALUE 9223372036854775807 INCREMENT 1 START 1',
  lastValue: '41',
};

export const exported = (subject: string, result = 'succeed'): ManifestExport => ({
  subject,
  exitCode: 0,
  result,
  notices: [],
  error: '',
});

export function manifest(changes: Partial<BackupManifest>): BackupManifest {
  return {
    format: 1,
    run: '20261130T031500Z',
    cluster: 'plant',
    node: 'kw1',
    nodeId: 1,
    version: '3.2.1',
    startedAt: '2026-11-30T03:15:00Z',
    finishedAt: '2026-11-30T03:15:09Z',
    options: '',
    wanted: [],
    exports: [exported('database plant'), exported('database shop', '')],
    tables: [METER, ORDERS],
    objects: [{ database: 'shop', name: 'v', kind: 'VIEW', saved: true }],
    files: [METER, ORDERS].map(({ files }) => ({ path: files[0] as string, bytes: 9, sha256: 'a'.repeat(64) })),
    verdict: 'good',
    ...changes,
  };
}
