// Proves: where the state knows a cluster and its data directories are empty (a volume not mounted), `up` refuses with what to do
// and makes no data anywhere: for one standby by the member's refusal (member/data-missing), for all
// nodes by that of the bootstrap (bootstrap/data-missing). With the data
// back, the same cluster goes on.
// Does not prove: how lost data is restored.
import { expect, it } from 'vitest';
import { sql, startCluster, stopCluster } from '../../../lab/cluster';
import type { LabNode } from '../../../lab/lab';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

const DATA = '/kbdata/data';
const ASIDE = '/kbdata/aside';

describeLab('a data volume that is empty although the cluster is known', () => {
  const scene = useSharedLab();
  const members = (): readonly LabNode[] => ['node1', 'node2', 'node3'].map((name) => scene.lab.node(name));

  const empty = async (node: LabNode): Promise<void> => {
    await node.script(`mv ${DATA} ${ASIDE} && install -d -m 0700 -o kingbase -g kingbase ${DATA}`, { label: 'empty' });
  };
  const putBack = async (node: LabNode): Promise<void> => {
    await node.script(`[ ! -d ${ASIDE} ] || { rm -rf ${DATA} && mv ${ASIDE} ${DATA}; }`, { label: 'put back' });
  };
  const filesIn = async (node: LabNode): Promise<string> =>
    (await node.script(`ls -A ${DATA} ${DATA}.bootstrap 2>/dev/null || true`)).stdout.replaceAll(/^\S*:$|\s/gm, '');
  const systemIdentifier = (node: LabNode): Promise<readonly string[]> =>
    sql(scene.lab, node, 'select system_identifier from pg_control_system()');

  it('is refused on one standby, which is not cloned over it, and on all nodes, where nothing is bootstrapped', async () => {
    const { lab } = scene;
    const identifier = await systemIdentifier(lab.node('node1'));
    await stopCluster(lab);
    try {
      await empty(lab.node('node3'));
      // The two others run; only node3 lacks its data.
      for (const name of ['node1', 'node2'])
        await lab
          .node(name)
          .script(
            `/home/kingbase/cluster/lab/kingbase/bin/sys_ctl -w -t 60 -l /home/kingbase/cluster/lab/kingbase/logfile -D ${DATA} start >/dev/null`,
            { as: 'kingbase', label: 'start' },
          );
      const one = await runProgram(lab, 'up', ['--refresh']);
      expect(one.ok).toBe(false);
      expect(errorsOf(one)).toContain(`its data directory ${DATA} is empty`);
      expect(errorsOf(one)).toContain('Mount its volume');
      expect(await filesIn(lab.node('node3'))).toBe('');

      await stopCluster(lab);
      for (const name of ['node1', 'node2']) await empty(lab.node(name));
      const all = await runProgram(lab, 'up', ['--refresh']);
      expect(all.ok).toBe(false);
      expect(errorsOf(all)).toMatch(
        /node1, node2, node3: cluster "\S+" \(system \d+\) exists already, but .* is empty on every node/,
      );
      expect(all.changed.filter((change) => !change.startsWith('update '))).toEqual([]);
      for (const node of members()) expect(await filesIn(node), node.name).toBe('');
    } finally {
      await stopCluster(lab);
      for (const node of members()) await putBack(node);
      for (const node of members()) await node.exec(['systemctl', 'start', 'cron.service']);
      await startCluster(lab);
    }
    for (const node of members()) expect(await systemIdentifier(node), node.name).toEqual(identifier);
    await expectHealthy(lab, { primary: 'node1' });
    const after = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: after.ok, changed: after.changed }).toEqual({ ok: true, changed: [] });
  });
});
