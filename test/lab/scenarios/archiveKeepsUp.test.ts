// Proves: while clients write at the endpoint and pgbench fills segments (its tables at scale 8, then four clients for ten seconds), the archiver of the primary keeps up: within seconds after the
// load the lag is 0 segments, every segment lies in the repository without a hole, and not one attempt of archiving failed.
// Does not prove: a rate (bench measures it).
// Seen to fail: with archive-push-queue-max=1MB in the nodes' sys_rman.conf (WAL is dropped and called archived, the lag is 0, no attempt failed), the newest
// segment of the repository lies before the last one that the server calls archived.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { catalogueOf, expectLagGone, reportOf } from '../support/backups';
import type { LabNode } from '../../../lab/lab';
import { describeLab } from '../support/describeLab';
import { repositoryOf } from '../support/drills';
import { measured, primaryOf } from '../support/failover';
import { useSharedLab } from '../support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../support/writeLoad';

describeLab('the archive', () => {
  const scene = useSharedLab();
  const table = 'archive_keeps_up';

  it('keeps up with writers', async () => {
    const { lab } = scene;
    const primary = await primaryOf(lab);
    const counts = async (): Promise<readonly number[]> =>
      (await sql(lab, primary, "select archived_count || ' ' || failed_count from sys_stat_archiver"))[0]
        ?.split(' ')
        .map(Number) ?? [];
    const [archived = 0, failed = 0] = await counts();
    const { load } = await underWriteLoad(lab, table, () => pgbench(primary));
    expectNothingLost(load);
    const end = Date.now();
    await sql(
      lab,
      primary,
      'drop table pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers; select sys_switch_wal()',
    );
    await expectLagGone(lab);
    const [after = 0, failedAfter = 0] = await counts();
    measured(`archive: ${after - archived} segments, lag 0 after ${((Date.now() - end) / 1000).toFixed(1)} s`);
    expect(after - archived).toBeGreaterThanOrEqual(4);
    expect(failedAfter - failed).toBe(0);
    expect(Date.parse((await reportOf(lab)).latestRestorableTime ?? '')).toBeGreaterThan(end - 1_000);
    // The server's own word for what is archived is no proof: whoever says so without archiving leaves a hole, or an early end.
    const [last = ''] = await sql(lab, primary, 'select left(last_archived_wal, 24) from sys_stat_archiver');
    const newest = (await catalogueOf(lab)).archive.at(-1)?.max ?? '';
    expect({ last, isThere: newest >= last }, `the newest segment of the repository is ${newest}`).toEqual({
      last: expect.stringMatching(/^[0-9A-F]{24}$/) as string,
      isThere: true,
    });
    const verified = await (await repositoryOf(lab)).verify();
    expect({ code: verified.code }, verified.said).toEqual({ code: 0 });
    await dropTable(lab, table);
  });
});

/** On the node itself, so that a slow network between here and there does not hold it back. */
async function pgbench(primary: LabNode): Promise<void> {
  const { stdout } = await primary.script(
    `set -e
     bench() { runuser -u kingbase -- env PGPASSFILE=/home/kingbase/.kbpass "$(ls /usr/lib/postgresql/*/bin/pgbench)" -h 127.0.0.1 -p 54321 -U system "$@" test; }
     bench --initialize --quiet --scale=8 2>&1
     bench --client=4 --time=10 2>&1`,
    { label: 'pgbench' },
  );
  expect(Number(/number of transactions actually processed: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(0);
  expect(stdout).toContain('number of failed transactions: 0 ');
}
