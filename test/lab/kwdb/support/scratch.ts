// A stand-in on a store of its own for one test file, gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { standIn, type StandIn } from './standIn';

export interface Scratch {
  readonly kwbase: StandIn;
}

export const ENGINE_LEVEL = 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info';
export const PERSISTED_LEVEL = 'SHOW CLUSTER SETTING ts.wal.wal_level';

/** On a busy machine a process starts in seconds. */
export const BUSY_MS = 120_000;

/** A fresh one, started, for each test. */
export function useStandIn(): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'kwdb-'));
  const scene: { kwbase?: StandIn; count: number } = { count: 0 };
  beforeEach(async () => {
    scene.count += 1;
    scene.kwbase = standIn(join(root, String(scene.count)));
    await scene.kwbase.start();
  }, BUSY_MS);
  afterEach(() => scene.kwbase?.kill9(), BUSY_MS);
  afterAll(() => rmSync(root, { recursive: true, force: true }), BUSY_MS);
  return {
    get kwbase(): StandIn {
      if (scene.kwbase === undefined) throw new Error('there from beforeEach on');
      return scene.kwbase;
    },
  };
}

/** A time-series database `plant` with a table `meter`. */
export async function makeMeter(kwbase: StandIn): Promise<void> {
  await kwbase.rows(
    'CREATE TS DATABASE plant',
    'CREATE TABLE plant.meter (ts TIMESTAMP NOT NULL, v FLOAT) TAGS (dev INT NOT NULL) PRIMARY TAGS (dev)',
  );
}

/** Rows of distinct devices, so that every vgroup gets some. */
export async function insertMeter(kwbase: StandIn, from: number, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => `('2026-01-01 00:00:00', 0.5, ${from + index})`);
  await kwbase.rows(`INSERT INTO plant.meter VALUES ${rows.join(', ')}`);
}

export async function countMeter(kwbase: StandIn): Promise<number> {
  return Number((await kwbase.rows('SELECT count(*) FROM plant.meter'))[0]);
}
