// Proves: the health check that a load balancer asks answers 200 on the primary and on no other node: when all is well, through a failover and the
// rejoin of the killed primary, and through a partition and its repair. A primary that is cut off goes on accepting writes (the database says so
// at that very time) and is announced no more, because it reaches no majority; never do two nodes answer in one round.
// Does not prove: how a load balancer counts these answers; that is AWS's.
// Seen to fail: with fence none in the rendered endpoint.conf, the isolated primary still answers 200 (`yes`), and the round has two.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import { poll } from '../../../lab/run';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, measured, primaryOf } from '../../lab/support/failover';
import { expectHealthy } from '../../lab/support/health';
import { askOnNode, askOverNetwork, announced, databaseNodes, watchCheck } from '../../lab/support/primaryCheck';
import { errorsOf, runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { changeCluster } from '../../lab/support/stackConfig';

const PROMOTED_MS = 300_000;

describeLab('the health check of a load balancer', () => {
  const scene = useSharedLab();

  it('answers on the primary only: through a failover, a partition and their rejoins', async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    const gateway = lab.manifest().gateway;
    const undo = changeCluster(lab, ({ virtualIp: _virtualIp, ...cluster }) => ({
      ...cluster,
      endpoint: { kind: 'loadBalancer', addresses: ['192.0.2.9'], checkSources: [gateway], fence: 'majority' },
    }));
    const run = await runProgram(lab, 'up');
    expect({ ok: run.ok, errors: errorsOf(run) }).toEqual({ ok: true, errors: '' });
    const first = await primaryOf(lab);
    const answers = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all(
          databaseNodes(lab).map(
            async (name) => [name, (await askOverNetwork(lab.node(name).info().host)).status] as const,
          ),
        ),
      );
    const onlyOn = (primary: string): Record<string, number> =>
      Object.fromEntries(databaseNodes(lab).map((name) => [name, name === primary ? 200 : 503]));
    expect(await answers()).toEqual(onlyOn(first.name));

    let cutOff: readonly string[] = [];
    const watch = watchCheck(lab, () => cutOff);
    try {
      const killedAt = Date.now();
      await applyFault(lab, 'kill-primary');
      const second = await poll(
        async () => (await announced(lab)).find((name) => name !== first.name),
        PROMOTED_MS,
        500,
      );
      measured(`killed primary: another node is announced ${((Date.now() - killedAt) / 1000).toFixed(1)} s later`);
      expect((await awaitOtherPrimary(lab, first)).name).toBe(second);
      expect(await answers()).toEqual(onlyOn(second as string));

      const isolated = await primaryOf(lab);
      cutOff = [isolated.name];
      const cutAt = Date.now();
      await applyFault(lab, 'partition', isolated.name);
      const alone = await poll(
        async () => {
          const answer = await askOnNode(lab, isolated.name);
          return answer.status === 503 ? answer : undefined;
        },
        60_000,
        200,
      );
      measured(`isolated primary: withdrawn ${((Date.now() - cutAt) / 1000).toFixed(1)} s after the cut`);
      expect(alone?.said).toBe('no 1 of 3 members can be reached');
      expect(await sql(lab, isolated, 'select sys_is_in_recovery()'), 'it goes on as a primary').toEqual(['f']);
      const third = await poll(
        async () => (await announced(lab)).find((name) => name !== isolated.name),
        PROMOTED_MS,
        500,
      );
      expect((await askOnNode(lab, isolated.name)).status).toBe(503);
      await applyFault(lab, 'heal', isolated.name);
      expect((await awaitOtherPrimary(lab, isolated)).name).toBe(third);
      expect(await answers()).toEqual(onlyOn(third as string));
    } finally {
      await watch.stop();
    }
    const twice = watch.rounds().filter((names) => names.length > 1);
    measured(`${watch.rounds().length} rounds, ${twice.length} with two nodes announced`);
    expect(watch.rounds().length).toBeGreaterThan(20);
    expect(twice).toEqual([]);
    undo();
    const back = await runProgram(lab, 'up');
    expect({ ok: back.ok, errors: errorsOf(back) }).toEqual({ ok: true, errors: '' });
    expect((await askOverNetwork(first.info().host)).status, 'the socket is gone with its files').toBe(0);
    await expectHealthy(lab);
  }, 1_100_000);
});
