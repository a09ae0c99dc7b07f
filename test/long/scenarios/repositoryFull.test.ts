// Proves: a repository volume that is full to the last block stops no write and takes nobody's place: WAL waits on the primary, and the status says how
// much; with room again the archive catches up by itself, every segment in between is there, and a drill restores what was written meanwhile.
// Does not prove: a volume that stays full until the primary's own WAL directory is full too.
// Seen to fail: with an archive_command that ends with 0 whatever sys_rman says (`|| true` behind it), no WAL waits on the primary within 120 s.
import { expect, it } from 'vitest';
import { applyFault, undoFault } from '../../../lab/faults';
import { poll } from '../../../lab/run';
import { expectLagGone, HOST, reportOf } from '../../lab/support/backups';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { databaseSql, expectNothingLeft, expectPassed, repositoryOf } from '../../lab/support/drills';
import { measured, primaryOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

const TABLE = 'repository_full';
const BULK = `${TABLE}_bulk`;
const ROWS = 20_000;
const SEGMENTS = 2;

describeLab('a repository without room', () => {
  const scene = useSharedLab({ ownCopy: true });

  it('stops no write, and has every segment once there is room again', async () => {
    const { lab } = scene;
    const primary = await primaryOf(lab);
    const view = await ClientView.open(lab);
    const { load } = await underWriteLoad(lab, TABLE, async (writer) => {
      await applyFault(lab, 'fill-disk', HOST);
      await databaseSql(
        lab,
        `create table ${BULK} as select n, md5(n::text) as text from generate_series(1, ${ROWS}) n`,
      );
      for (let n = 0; n < SEGMENTS; n += 1) await databaseSql(lab, 'select txid_current(); select sys_switch_wal()');
      const waits = async (): Promise<true | undefined> =>
        ((await reportOf(lab)).archiveLagSegments ?? 0) >= SEGMENTS ? true : undefined;
      expect(await poll(waits, 120_000, 1_000), 'WAL that waits, in the outputs').toBe(true);
      expect(await writer.firstAckAfter(Date.now(), 60_000), 'a write without an archive').toBeDefined();
      const undoneAt = Date.now();
      await undoFault(lab, 'fill-disk', HOST);
      await expectLagGone(lab);
      measured(
        `repository full: the archive has caught up ${((Date.now() - undoneAt) / 1000).toFixed(1)} s after the undo`,
      );
    }).finally(() => view.close());
    expectNothingLost(load);
    expect(view.writers()).toEqual([primary.name]);

    const repository = await repositoryOf(lab);
    await repository.place({ tables: [`test.public.${BULK}`] });
    try {
      const { tables } = expectPassed(await repository.drill());
      expect(tables).toEqual([
        { name: `test.public.${BULK}`, sourceBefore: ROWS, sourceAfter: ROWS, restored: ROWS, ok: true },
      ]);
      await expectNothingLeft(repository);
    } finally {
      await repository.place({});
    }
    for (const each of [TABLE, BULK]) await dropTable(lab, each);
  }, 400_000);
});
