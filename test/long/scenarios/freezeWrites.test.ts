// Proves: freezeWrites ends the writes of clients on every node, also of the one that becomes primary afterwards; autovacuum rests; repmgr goes on
// recording; the program has nothing to change; thaw gives the writes back; nothing acknowledged is lost on any node. The evidence of a node is
// packed meanwhile, and holds what it says by its checksums.
// Does not prove: anything about a session that asks for writing by itself (docs/emergency.md says so).
// Seen to fail: with the loop over the nodes in step_set cut to the primary, the new primary takes writes.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import { act, requestId } from '../../lab/support/actions';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, expectProgramAgrees, primaryOf } from '../../lab/support/failover';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable, endpointOf, expectNothingLost, underWriteLoad, verdictOf } from '../../lab/support/writeLoad';
import { Writer } from '../../../lab/history/writer';

describeLab('writes that are frozen', () => {
  const scene = useSharedLab();
  const table = 'frozen_writes';

  it('stop on every node, stay stopped through a failover, and go on after thaw', async () => {
    const { lab } = scene;
    const old = await primaryOf(lab);
    const { load } = await underWriteLoad(lab, table, async () => Promise.resolve());
    expectNothingLost(load);

    const writer = new Writer(await endpointOf(lab), { table });
    await writer.prepare();
    writer.start();
    try {
      expect(await writer.firstAckAfter(0, 30_000), 'a write before the freeze').toBeDefined();
      const frozen = await act(lab, old.name, requestId('freeze'), 'freezeWrites');
      expect({ code: frozen.code, said: frozen.said }).toMatchObject({ code: 0 });
      const since = Date.now();
      const names = lab
        .nodes()
        .filter((node) => node.info().role === 'database')
        .map(({ name }) => name);
      expect(frozen.record?.result).toMatchObject({ frozen: names.map((node) => ({ node })), notReached: null });
      for (const name of names) {
        expect(await sql(lab, lab.node(name), 'show autovacuum')).toEqual(['off']);
      }

      const evidence = await act(lab, old.name, requestId('evidence'), 'preserveEvidence', `node=${old.name}`);
      expect({ code: evidence.code, said: evidence.said }).toMatchObject({ code: 0 });
      const { archive, sha256 } = evidence.record?.result as { readonly archive: string; readonly sha256: string };
      expect((await old.exec(['sha256sum', archive])).stdout).toContain(sha256);

      await applyFault(lab, 'kill-primary');
      const now = await awaitOtherPrimary(lab, old);
      expect(await writer.firstAckAfter(since, 5_000), 'a write while all is frozen').toBeUndefined();
      expect(writer.attempts.at(-1)?.error).toContain('read-only transaction');
      await expectProgramAgrees(lab, now.name);

      const thawed = await act(lab, now.name, requestId('thaw'), 'thaw');
      expect({ code: thawed.code, said: thawed.said }).toMatchObject({ code: 0 });
      expect(await writer.firstAckAfter(Date.now(), 30_000), 'a write after the thaw').toBeDefined();
    } finally {
      await writer.stop();
    }
    const { lost, disagreement } = await verdictOf(lab, writer);
    expect({ lost, disagreement }).toEqual({ lost: {}, disagreement: [] });
    for (const node of lab.nodes().filter((each) => each.info().role === 'database')) {
      expect(await sql(lab, node, 'show default_transaction_read_only; show autovacuum')).toEqual(['off', 'on']);
    }
    await dropTable(lab, table);
  });
});
