/** Views in the plan of a restore: which are made, where, and which are left, and why. */
import { expect, it } from 'vitest';
import type { ManifestObject } from '../../../core/kwdb/manifest';
import { planRestore, type RestoreStep, type RestoreWorld } from '../../../core/kwdb/restore/planRestore';
import { manifest, NUMBERS } from './sample';

const WORLD: RestoreWorld = {
  ...{ manifest: manifest({}), nodeId: 1, root: 'pulumi-kwdb/plant', databases: {}, tables: [], sequences: {} },
  metas: { 'databases/shop/meta.sql': 'CREATE DATABASE shop;\n' },
};

it('makes views after rows, as they are, and leaves what its text would make of another database', () => {
  const view = (name: string, definition: string | null, more: object = {}): ManifestObject => ({
    ...{ database: 'shop', name, kind: 'VIEW', saved: true, definition },
    ...more,
  });
  const plain = 'CREATE VIEW plain (n) AS SELECT 1 AS n';
  const objects = [
    view('v', 'CREATE VIEW v (id) AS SELECT id FROM shop.public.orders'),
    view('q', 'CREATE VIEW q (id) AS SELECT id FROM "shop"."public"."orders"'),
    view('plain', plain),
    view('m', 'CREATE MATERIALIZED VIEW m (n) AS SELECT 1', { kind: 'MATERIALIZED VIEW', schema: 'public' }),
    view('other', 'CREATE VIEW other (id) AS SELECT id FROM workshop.public.shops'),
    view('inner', 'CREATE VIEW inner (id) AS SELECT 1', { schema: 'sales' }),
    view('temp', 'CREATE TEMP VIEW temp (id) AS SELECT 1'),
    view('old', null),
    view('elsewhere', plain, { database: 'plant' }),
    NUMBERS,
  ];
  const plan = (as?: string): readonly RestoreStep[] =>
    planRestore(
      { ...WORLD, manifest: manifest({ objects }) },
      { requestId: 'r1', run: '20261130T031500Z', database: 'shop', ...(as === undefined ? {} : { as }) },
    );
  const views = (as?: string): string[] =>
    plan(as).flatMap((step) => {
      if (step.op === 'view') return [`${step.name} in ${step.database}: ${step.statement.slice(0, 24)}`];
      return step.op === 'leave' ? [`${step.name}: ${step.reason}`] : [];
    });
  const never = [
    'inner: it belongs into schema sales, which its text does not say',
    'temp: its text does not begin with CREATE VIEW',
    'old: the manifest of an older version holds no text of it',
  ];
  expect(views()).toEqual([
    'v in shop: CREATE VIEW v (id) AS SE',
    'q in shop: CREATE VIEW q (id) AS SE',
    'plain in shop: CREATE VIEW plain (n) AS',
    'm in shop: CREATE MATERIALIZED VIEW',
    'other in shop: CREATE VIEW other (id) A',
    ...never,
  ]);
  expect(views('shop2')).toEqual([
    'v: its text names database shop, and would read that one',
    'q: its text names database shop, and would read that one',
    'plain in shop2: CREATE VIEW plain (n) AS',
    'm in shop2: CREATE MATERIALIZED VIEW',
    'other in shop2: CREATE VIEW other (id) A',
    ...never,
  ]);
  expect(
    plan()
      .map(({ op }) => op)
      .slice(-10),
  ).toEqual(['count', ...['view', 'view', 'view', 'view', 'view', 'leave', 'leave', 'leave'], 'level']);
});
