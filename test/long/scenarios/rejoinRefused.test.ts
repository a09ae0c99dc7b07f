// Proves: `rejoin` of a killed primary whose WAL around the fork was recycled takes that WAL from the archive; where nobody has it any more the request is
// refused with the hint to reclone, and nothing changes, until a record allows the copy. A stale standby.signal on a killed primary does not make it a
// standby: follow is refused. A node whose timeline is ahead of the primary's is refused by rejoin and by reclone; nothing of it is discarded, and once an
// operator has set its data aside, reclone brings it back.
// Seen to fail: the first, with --kb1-path left out of what rejoin.sh asks the archive; the refusals, with prove_not_newest or the look for the fork's
// segment taken out, in test/remote/action/rejoin.test.ts.
import { afterEach, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { act, expectRefused, expectSucceeded, requestId } from '../../lab/support/actions';
import { describeLab } from '../../lab/support/describeLab';
import { measured, primaryOf } from '../../lab/support/failover';
import { digestOfData, holdRecovery, losePrimary, onData } from '../../lab/support/formerPrimary';
import { expectHealthy } from '../../lab/support/health';
import { useSharedLab } from '../../lab/support/sharedLab';

const LIMIT = { timeout: 300_000 };
/** Full segments behind the fork, in the archive as well, and a checkpoint after which the node itself needs none of them. */
const RECYCLES = `
insert into lost_wal values (2); select sys_switch_wal(); insert into lost_wal values (2); select sys_switch_wal();
checkpoint; insert into lost_wal values (2); checkpoint;`;

describeLab('a node that cannot simply be brought back', () => {
  const scene = useSharedLab();
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  it('gets the WAL that was recycled on it from the archive', LIMIT, async () => {
    const { lab } = scene;
    undo.push(await holdRecovery(lab));
    const old = await primaryOf(lab);
    await sql(lab, old, 'create table lost_wal (n int)');
    const now = await losePrimary(lab, old, `${RECYCLES}\n${ARCHIVED}`);
    // All that a crash recovery does not need.
    const gone = await onData(
      lab,
      old.name,
      `redo=$("$bin/sys_controldata" -D "$d" | sed -n "s/^Latest checkpoint's REDO WAL file: *//p")
cd "$d/pg_wal"; for f in *; do if [[ $f =~ ^[0-9A-F]{24}$ && $f < $redo ]]; then echo "$f"; rm "$f"; fi; done`,
    );
    expect(gone.split('\n').length).toBeGreaterThanOrEqual(2);
    const done = await act(lab, old.name, requestId('recycled'), 'rejoin');
    expect(expectSucceeded(done)).toMatchObject({ rung: 'rewind', primary: now.name });
    expect(done.said).toMatch(/the segment of the fork, [0-9A-F]{24}, is gone here and is in the archive/);
    measured(`rejoin by rewind with WAL from the archive: ${done.record?.seconds} s`);
    await expectHealthy(lab, { primary: now.name });
  });

  it('is refused where nobody has that WAL, and recloned where the record allows it', LIMIT, async () => {
    const { lab } = scene;
    undo.push(await holdRecovery(lab));
    const old = await primaryOf(lab);
    const now = await losePrimary(lab, old, 'insert into lost_wal values (4)');
    await onData(lab, old.name, 'cd "$d/pg_wal"; rm -f 0*[0-9A-F]');
    // A DBA's slip, or a script's. kbha would start the node on it: it is held still.
    await onData(lab, old.name, 'pkill -STOP -u kingbase -x kbha; touch "$d/standby.signal"');
    const before = await digestOfData(lab, old);
    expectRefused(await act(lab, old.name, requestId('follow'), 'rejoin', 'maxRung=follow'), 'rejoin/needs-reclone');
    const refused = await act(lab, old.name, requestId('refused'), 'rejoin');
    expectRefused(refused, 'rejoin/needs-reclone');
    expect(refused.said).toMatch(/is neither here nor in the archive.*\n.*HINT: Set maxRung: reclone/);
    expect(await digestOfData(lab, old)).toBe(before);
    const id = requestId('recloned');
    const done = await act(lab, old.name, id, 'rejoin', 'maxRung=reclone');
    expect(expectSucceeded(done)).toMatchObject({ rung: 'reclone', primary: now.name });
    await expectHealthy(lab, { primary: now.name });
    await onData(lab, old.name, `rm -r "$d.old-${id}"`);
  });

  it('is refused where its timeline is ahead, and keeps what only it has', LIMIT, async () => {
    const { lab } = scene;
    // Its archiver would push a timeline that the cluster may reach by itself.
    scene.doNotHandOn();
    undo.push(await holdRecovery(lab));
    const primary = await primaryOf(lab);
    const ahead = lab.node(['node1', 'node2', 'node3'].find((name) => name !== primary.name) ?? '');
    await ahead.script('pkill -STOP -u kingbase -x kbha; pkill -STOP -u kingbase -x repmgrd');
    await sql(lab, ahead, `alter system set archive_command = 'false'; select sys_reload_conf()`);
    await onData(lab, ahead.name, '"$bin/sys_ctl" -D "$d" promote -w >/dev/null');
    await sql(lab, ahead, 'set synchronous_commit = local; insert into lost_wal values (5)');
    expectRefused(await act(lab, ahead.name, requestId('two'), 'rejoin'), 'rejoin/runs-as-primary');
    await onData(lab, ahead.name, '"$bin/sys_ctl" -D "$d" -m fast -w stop >/dev/null');
    const before = await digestOfData(lab, ahead);
    for (const kind of ['rejoin', 'reclone']) {
      const refused = await act(lab, ahead.name, requestId(kind), kind);
      expectRefused(refused, `${kind}/ahead`);
      expect(refused.said).toContain('this node may hold newer data');
    }
    expect(await digestOfData(lab, ahead)).toBe(before);
    await onData(lab, ahead.name, 'mv "$d" "$d.decided"');
    expectSucceeded(await act(lab, ahead.name, requestId('fresh'), 'reclone', 'source=primary'));
    await expectHealthy(lab, { primary: primary.name });
    await onData(lab, ahead.name, 'rm -r "$d.decided"');
    await sql(lab, primary, 'drop table lost_wal');
  });
});

/** The archiver sends in order: what is behind the last but one is there when that is. */
const ARCHIVED = `do $$ begin
  for i in 1..300 loop
    perform pg_stat_clear_snapshot();
    exit when (select last_archived_wal from sys_stat_archiver) >= sys_walfile_name(sys_current_wal_lsn() - 16777216);
    perform pg_sleep(0.1);
  end loop;
end $$;`;
