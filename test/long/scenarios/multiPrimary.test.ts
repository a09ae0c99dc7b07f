// Proves: two nodes that both accept writes become one cluster by resolveMultiPrimary. A standby that was promoted by hand beside its primary is rewound,
// while clients at the virtual IP go on writing without a loss. Where the old primary is to stay, its successor is recloned with its old data kept, and
// the standby that followed the successor comes back by rejoin with the timeline that was given up, and not without it; the WAL of that timeline, moved
// aside as the action says, does not keep the next primary from archiving. Both times nothing happens without the token; the loser acknowledges nothing once it is fenced; what only it has is exported
// with checksums, and on no node afterwards; evidence of both is kept; every node has the same rows, and everybody follows the winner. The same id
// again gives the same record; other inputs under it are refused. A winner that repmgr does not know as primary is refused.
// Seen to fail: before givenUp there was no way back for the third node but by hand: the rejoin that the action named was refused as ahead, which is
// part of the test. Without moveAsideArchived the next primary archives nothing ("archiving fails: …09.partial").
// Does not prove: a third primary, nodes that cannot be looked at (test/remote/action/resolveGuards.test.ts).
import { afterEach, expect, it } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { waitForHealth } from '../../../lab/status';
import { act, expectRefused, expectSucceeded, requestId } from '../../lab/support/actions';
import { describeLab } from '../../lab/support/describeLab';
import { expectVirtualIpOn, measured, primaryOf } from '../../lab/support/failover';
import { awaitPromotion, DATABASES, evidenceOf, holdRecovery, onData } from '../../lab/support/formerPrimary';
import { expectHealthy } from '../../lab/support/health';
import { writeOnNode } from '../../lab/support/isolatedWriter';
import { useSharedLab } from '../../lab/support/sharedLab';
import {
  confirmOf,
  expectArchivesOnNextTimeline,
  expectOnlyExported,
  moveAsideArchived,
  resolve,
  resolveWords,
  type Pair,
} from '../../lab/support/twoPrimaries';
import { dropTable, expectNothingLost, underWriteLoad } from '../../lab/support/writeLoad';

/** Against what hangs: an idle machine takes 40 to 50 s for either way, one with twenty times its load five minutes. */
const ONE_WITHIN_SECONDS = 240;
const HEALTHY_WITHIN_MS = 240_000;
const LIMIT = { timeout: 1_200_000 };
const [CLIENTS, ALONE] = ['multi_clients', 'multi_alone'];

describeLab('two primaries with writes on both', () => {
  const scene = useSharedLab();
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  it('become one: the one that was promoted by hand is rewound', LIMIT, async () => {
    const { lab } = scene;
    // The archive holds a timeline now that the cluster may reach by itself.
    scene.doNotHandOn();
    const winner = await primaryOf(lab);
    const pair: Pair = { winner, loser: lab.node(winner.name === 'node2' ? 'node3' : 'node2') };
    await sql(lab, winner, `create table if not exists ${ALONE} (n bigint primary key)`);
    const { load } = await underWriteLoad(lab, CLIENTS, async (writer) => {
      await reached(lab, pair.loser, ALONE);
      await onData(lab, pair.loser.name, '"$bin/sys_ctl" -D "$d" promote -w >/dev/null');
      const alone = await writeOnNode(lab, pair.loser, ALONE);
      undo.push(() => alone.stop());
      expect(await alone.firstAfter(Date.now(), 60_000), 'a write on the second primary').toBeDefined();
      await archived(lab, pair.loser);
      expect(await writer.firstAckAfter(Date.now(), 60_000), 'a write at the virtual IP').toBeDefined();

      const swapped = resolveWords({ winner: pair.loser, loser: pair.winner });
      expectRefused(await act(lab, winner.name, requestId('swapped'), ...swapped), 'resolve/winner-record');
      const id = requestId('rewound');
      expectRefused(await act(lab, pair.loser.name, id, ...resolveWords(pair)), 'resolve/confirm');
      expect(await alone.firstAfter(Date.now(), 60_000), 'a refused request stops nothing').toBeDefined();
      const confirm = await confirmOf(lab, pair);
      const { record } = await resolve(lab, pair, id, confirm);
      await expectResolved(lab, pair, record, { broughtBack: 'rewind', notFollowing: null });
      await alone.stop();
      const own = await expectOnlyExported(lab, { pair, id, record, table: ALONE, acked: await alone.acked() });
      measured(`two primaries, the loser rewound: ${record.seconds} s; ${own} writes exported`);
      expect(await evidenceOf(lab, pair.loser, id)).toEqual(expect.arrayContaining(['./controldata.txt']));
      expect(await waitForHealth(lab, HEALTHY_WITHIN_MS)).toMatchObject({ healthy: true, primary: winner.name });

      const again = await act(lab, pair.loser.name, id, ...resolveWords(pair, confirm));
      expect({ code: again.code, record: again.record }).toEqual({ code: 0, record });
      expectRefused(
        await act(lab, pair.loser.name, id, ...resolveWords(pair, confirm, 'bring=reclone')),
        'action/changed',
      );
      // The next primary of this cluster takes that timeline's number.
      await moveAsideArchived(lab, pair.loser, id);
    });
    expectNothingLost(load);
    expect(load.servers).toEqual([lab.manifest().virtualIp.split('/')[0]]);
    await expectHealthy(lab, { primary: winner.name });
    for (const table of [CLIENTS, ALONE]) await dropTable(lab, table);
  });

  it('become one: the successor, which a standby follows, gives way to the old one', LIMIT, async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    undo.push(await holdRecovery(lab));
    const winner = await primaryOf(lab);
    await sql(lab, winner, `create table if not exists ${ALONE} (n bigint primary key)`);
    await expectHealthy(lab, { primary: winner.name });
    await applyFault(lab, 'partition', winner.name);
    const pair: Pair = { winner, loser: await awaitPromotion(lab, winner) };
    const third = lab.node(DATABASES.find((name) => name !== winner.name && name !== pair.loser.name) ?? '');
    // By itself the successor stops the old one as soon as it is back; with a daemon that died, nobody does.
    await killCompanions([pair.loser, third]);
    await applyFault(lab, 'heal', winner.name);
    const alone = await writeOnNode(lab, pair.loser, ALONE);
    undo.push(() => alone.stop());
    expect(await alone.firstAfter(Date.now(), 60_000), 'a write on the successor').toBeDefined();
    await archived(lab, pair.loser);
    await sql(lab, winner, `set synchronous_commit = local; insert into ${ALONE} values (-1)`);

    const id = requestId('recloned');
    const confirm = await confirmOf(lab, pair, 'bring=reclone');
    const done = await resolve(lab, pair, id, 'bring=reclone', confirm);
    await expectResolved(lab, pair, done.record, { broughtBack: 'reclone', notFollowing: third.name });
    await alone.stop();
    expect(done.said).toMatch(new RegExp(`fact: ${third.name} follows ${pair.loser.name}, and holds its branch`));
    const timeline = /kind: rejoin, inputs: \{node: node\d, givenUp: (\d+)\}/.exec(done.said)?.[1] ?? '';
    expectRefused(await act(lab, third.name, requestId('ahead'), 'rejoin'), 'rejoin/ahead');
    const back = await act(lab, third.name, requestId('third'), 'rejoin', `givenUp=${timeline}`);
    expect(expectSucceeded(back)).toMatchObject({ rung: 'rewind', primary: winner.name });
    const own = await expectOnlyExported(lab, {
      pair,
      id,
      record: done.record,
      table: ALONE,
      acked: await alone.acked(),
    });
    measured(
      `two primaries, the loser recloned: ${done.record.seconds} s; ${own} writes exported; the third ${back.record?.seconds} s`,
    );
    expect(await onData(lab, pair.loser.name, `ls -d "$d.old-${id}"`)).toBe(`${lab.manifest().data}.old-${id}`);
    await onData(lab, pair.loser.name, `rm -r "$d.old-${id}"`);
    for (const step of undo.splice(0).reverse()) await step();
    await expectHealthy(lab, { primary: winner.name });

    await moveAsideArchived(lab, pair.loser, id);
    await expectArchivesOnNextTimeline(lab);
    await dropTable(lab, ALONE);
  });
});

async function expectResolved(
  lab: Lab,
  pair: Pair,
  record: ActionRecord,
  result: Readonly<Record<string, unknown>>,
): Promise<void> {
  expect(record.result).toMatchObject({
    ...{ winner: pair.winner.name, loser: pair.loser.name, stillWritable: null, notLookedAt: null },
    ...result,
  });
  expect(record.seconds).toBeLessThan(ONE_WITHIN_SECONDS);
  const roles = await Promise.all(
    DATABASES.map(async (name) => [name, (await sql(lab, lab.node(name), 'select sys_is_in_recovery()'))[0]]),
  );
  expect(Object.fromEntries(roles)).toEqual(
    Object.fromEntries(DATABASES.map((name) => [name, name === pair.winner.name ? 'f' : 't'])),
  );
  await expectVirtualIpOn(lab, pair.winner.name);
}

/** Until the standby has replayed that the table is there. */
async function reached(lab: Lab, node: LabNode, table: string): Promise<void> {
  const there = async (): Promise<true | undefined> =>
    (await sql(lab, node, `select to_regclass('${table}') is not null`))[0] === 't' ? true : undefined;
  expect(await poll(there, 60_000, 200), `${node.name} has the table ${table}`).toBe(true);
}

/** Until a segment of its own is in the archive, where it takes the name of one that the next primary will write. */
async function archived(lab: Lab, node: LabNode): Promise<void> {
  const segment = (await sql(lab, node, 'select sys_walfile_name(sys_switch_wal())'))[0] ?? '';
  const there = async (): Promise<true | undefined> =>
    ((await sql(lab, node, 'select last_archived_wal from sys_stat_archiver'))[0] ?? '') >= segment ? true : undefined;
  expect(await poll(there, 60_000, 200), `${node.name} has archived ${segment}`).toBe(true);
}

/** Until its repmgrd is started anew, as the actions do; one that is merely stopped would keep the next one from starting. */
async function killCompanions(nodes: readonly LabNode[]): Promise<void> {
  const script = 'pkill -KILL -u kingbase -x hamgr-companion || true';
  await Promise.all(nodes.map((node) => node.script(script, { label: 'kill the companion of repmgrd' })));
}
