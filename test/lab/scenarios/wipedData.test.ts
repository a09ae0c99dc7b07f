// Proves: where the state knows a cluster and its data directories are empty (a volume not mounted), `up` refuses with what to do
// and makes no data anywhere: for one standby by the member's refusal (member/data-missing), for all
// nodes by that of the bootstrap (bootstrap/data-missing). With the data
// back, the same cluster goes on. And where the node's note still calls a standby in use an unfinished clone (somebody finished
// it by hand), nothing is wiped; started, it is taken as it is; a copy that really was cut off is made anew.
// Does not prove: how lost data is restored.
// Seen to fail: with every empty directory taken for a new one by decideMember, up succeeds and clones over the missing volume; without
// findMissingData the bootstrap says nothing and only the members refuse; with every noted clone taken for an unfinished one, the
// refusal is no longer that of the decision (the node itself still looks again and wipes nothing: a second guard).
import { expect, it } from 'vitest';
import { sql, startCluster, stopCluster } from '../../../lab/cluster';
import type { Lab, LabNode } from '../../../lab/lab';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

const DATA = '/kbdata/data';
const ASIDE = '/kbdata/aside';
const PREFIX = '/home/kingbase/cluster/lab/kingbase';
const BIN = `${PREFIX}/bin`;

describeLab('a data volume that is empty although the cluster is known', () => {
  const scene = useSharedLab();
  const members = (): readonly LabNode[] => ['node1', 'node2', 'node3'].map((name) => scene.lab.node(name));

  const empty = async (node: LabNode): Promise<void> => {
    await node.script(`mv ${DATA} ${ASIDE} && install -d -m 0700 -o kingbase -g kingbase ${DATA}`, { label: 'empty' });
  };
  const putBack = async (node: LabNode): Promise<void> => {
    await node.script(`[ ! -d ${ASIDE} ] || { rm -rf ${DATA} && mv ${ASIDE} ${DATA}; }`, { label: 'put back' });
  };
  const startDatabases = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      const script = `${BIN}/sys_ctl -D ${DATA} status >/dev/null || ${BIN}/sys_ctl -w -t 60 -l ${PREFIX}/logfile -D ${DATA} start >/dev/null`;
      await lab().node(name).script(script, { as: 'kingbase', label: 'start' });
    }
  };
  const lab = (): Lab => scene.lab;
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
      await startDatabases('node1', 'node2');
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

  it('is nothing to wipe where a note calls a standby in use an unfinished clone; what was cut off is cloned anew', async () => {
    const { lab } = scene;
    const node3 = lab.node('node3');
    const note = `/var/lib/pulumi-kingbase/${lab.name}/member.json`;
    const callItUnfinished = `sed -i 's/"phase":"[a-z]*"/"phase":"cloning"/' ${note}`;
    /** Only this copy has it: the primary, of which another would be made, has not. */
    const mark = `${DATA}/only-in-this-copy`;
    const isWiped = async (): Promise<boolean> =>
      (await node3.exec(['test', '-e', mark], { anyExit: true })).code !== 0;
    await node3.exec(['touch', mark], { as: 'kingbase' });
    try {
      await stopCluster(lab);
      await node3.script(callItUnfinished, { label: 'note' });
      await startDatabases('node1', 'node2');
      const refused = await runProgram(lab, 'up', ['--refresh']);
      expect(refused.ok).toBe(false);
      expect(errorsOf(refused)).toContain('but a database was started in it since; nothing was wiped');
      expect(errorsOf(refused)).toContain('start it yourself (sys_ctl start) and run again');
      expect(await isWiped()).toBe(false);

      await startDatabases('node3');
      const taken = await runProgram(lab, 'up', ['--refresh']);
      expect(errorsOf(taken)).toBe('');
      expect(await isWiped()).toBe(false);
      expect((await node3.exec(['cat', note])).stdout).toContain('"phase":"joined"');

      await stopCluster(lab);
      // As a clone that was killed leaves it: a label, no control file, and nothing that a server writes.
      await node3.script(`${callItUnfinished}; cd ${DATA}; touch backup_label; rm -f *.opts *.pid global/*_control`, {
        label: 'cut off',
      });
      await startDatabases('node1', 'node2');
      const again = await runProgram(lab, 'up', ['--refresh']);
      expect(errorsOf(again)).toBe('');
      expect(await isWiped()).toBe(true);
    } finally {
      for (const node of members()) await node.exec(['systemctl', 'start', 'cron.service']);
      await startCluster(lab);
    }
    await expectHealthy(lab, { primary: 'node1' });
    const after = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: after.ok, changed: after.changed }).toEqual({ ok: true, changed: [] });
  });
});
