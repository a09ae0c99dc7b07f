// Markers written one after the other, and drills to points between them: the one before the point is there, the one after it is not.
import { expect } from 'vitest';
import type { Lab } from '../../../lab/lab';
import { sleep } from '../../../lab/run';
import { databaseSql, detailOf, expectNothingLeft, expectPassed, type Repository } from './drills';
import { measured } from './failover';
import type { Chance } from './seed';

interface Point {
  /** Markers up to this one are there. */
  readonly after: number;
  readonly target: string;
}

const TABLE = 'drill_markers';
const CHECK = 'markers';

export async function drillBetweenMarkers(
  lab: Lab,
  repository: Repository,
  rounds: number,
  chance: Chance,
): Promise<void> {
  await repository.place({
    tables: [],
    checks: [
      { name: CHECK, database: 'test', query: `select coalesce(max(n), 0)::text || ' of ' || count(*) from ${TABLE}` },
    ],
  });
  try {
    await databaseSql(lab, `drop table if exists ${TABLE}; create table ${TABLE} (n int primary key)`);
    const points = await writeMarkers(lab, rounds, chance);
    for (const { after, target } of points) {
      const drilled = await repository.drill('--no-verify', '--target', target);
      const record = expectPassed(drilled);
      expect(detailOf(drilled, `query ${CHECK}`), target).toBe(`gave '${after} of ${after}'`);
      measured(`${target}: restore ${record.restoreSeconds} s, replay ${record.replaySeconds} s`);
      await expectNothingLeft(repository);
    }
  } finally {
    await databaseSql(lab, `drop table if exists ${TABLE}`);
    await repository.place({});
  }
}

/** One more marker than points: after each point another commit follows. */
async function writeMarkers(lab: Lab, rounds: number, chance: Chance): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (let n = 1; n <= rounds + 1; n += 1) {
    await databaseSql(lab, `insert into ${TABLE} values (${n})`);
    await sleep(chance.between(50, 400));
    if (n <= rounds) points.push({ after: n, target: await pointNow(lab, n, chance) });
    await sleep(chance.between(50, 400));
  }
  return points;
}

async function pointNow(lab: Lab, n: number, chance: Chance): Promise<string> {
  const kind = chance.oneOf(['time', 'time', 'lsn', 'name']);
  const value: Readonly<Record<string, string>> = {
    time: `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    lsn: 'select sys_current_wal_lsn()',
    name: `select 'marker_${n}' from sys_create_restore_point('marker_${n}')`,
  };
  const [answer] = await databaseSql(lab, value[kind] ?? '');
  return `${kind}=${answer}`;
}
