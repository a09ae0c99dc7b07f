// Proves: a host that was reinstalled under its address (another machine-id, another host key, nothing on its disks) is touched by
// nobody while the configuration has its old key or a wrong one; with the new key `up` makes it anew and it joins as a standby of
// whoever is primary, never a second cluster. And the primary cannot be taken out of the configuration: it is refused before
// anything is changed on any host.
// Does not prove: a host that was reinstalled with its old host keys, which only a refresh can see.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { utils } from 'ssh2';
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { hostKeyFile } from '../../../lab/machines/disk';
import { addNode, removeNode } from '../../../lab/nodes';
import type { ClusterConfig } from '../../../lab/stack/stackFile';
import { describeLab } from '../../lab/support/describeLab';
import { footprintOf, rewritten } from '../../lab/support/footprint';
import { expectHealthy } from '../../lab/support/health';
import { changedOnHosts, listHosts } from '../../lab/support/hostListing';
import { errorsOf, runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { changeCluster } from '../../lab/support/stackConfig';

/** What a running cluster writes by itself. */
const ALIVE =
  /^\S+ [-+] (\/kbdata\/data|\/home\/kingbase\/cluster\/lab\/kingbase\/(log|archive|logfile|etc\/kbha\.nodes))/;

describeLab('a host of a running cluster', () => {
  const scene = useSharedLab();
  const changesOnHosts = async (work: () => Promise<void>): Promise<readonly string[]> => {
    const before = await listHosts(scene.lab);
    await work();
    return changedOnHosts(before, await listHosts(scene.lab)).filter((line) => !ALIVE.test(line));
  };

  it('is held back while it is the primary and leaves the configuration; nothing is changed anywhere', async () => {
    const { lab } = scene;
    const before = await footprintOf(lab);
    const undo = changeCluster(lab, (cluster) => ({
      ...cluster,
      nodes: (cluster.nodes ?? []).filter(({ name }) => name !== 'node1'),
    }));
    try {
      const changed = await changesOnHosts(async () => {
        const run = await runProgram(lab, 'up');
        expect(run.ok).toBe(false);
        expect(errorsOf(run)).toContain('node1 is the primary and is not removed');
        expect(errorsOf(run)).toContain('Switch over to another node first');
      });
      expect(changed).toEqual([]);
    } finally {
      undo();
    }
    const after = await footprintOf(lab);
    expect({ rewritten: rewritten(before, after), started: after.started }).toEqual({
      rewritten: [],
      started: before.started,
    });
    // The component's record of its inputs was written by the run that was refused; nothing that acts on a host was.
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [`update ${lab.name}`] });
  });

  it('joins anew after it was reinstalled, with its new key in the configuration and not before', async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    const identifier = await sql(lab, lab.node('node1'), 'select system_identifier from pg_control_system()');
    const { hostKey: oldKey } = lab.manifest().nodes.find(({ name }) => name === 'node3') ?? {};
    const withKey = (hostKey: string | undefined) => (cluster: ClusterConfig) => ({
      ...cluster,
      nodes: (cluster.nodes ?? []).map((node) => (node.name === 'node3' ? { ...node, hostKey } : node)),
    });
    await removeNode(lab, 'node3');
    for (const file of ['node3', 'node3.pub'].map((name) => join(dirname(hostKeyFile(lab.name, 'node3')), name)))
      rmSync(file);
    await addNode(lab, 'node3', { octet: 13 });

    let undo = changeCluster(lab, withKey(oldKey));
    const kept = await changesOnHosts(async () => {
      const old = await runProgram(lab, 'up', ['--refresh']);
      expect(old.changed).toEqual([]);
      expect(old.outputs['topology']).toContain('shows another host key');
    });
    undo();
    undo = changeCluster(lab, withKey(utils.generateKeyPairSync('ed25519').public));
    const refused = await changesOnHosts(async () => {
      const wrong = await runProgram(lab, 'up');
      expect(wrong.ok).toBe(false);
      expect(errorsOf(wrong)).toContain('shows another host key');
    });
    undo();
    expect({ kept, refused }).toEqual({ kept: [], refused: [] });

    const run = await runProgram(lab, 'up');
    expect(errorsOf(run)).toBe('');
    expect(run.changed.filter((change) => !/^update /.test(change))).toEqual([]);
    await expectHealthy(lab, { primary: 'node1' });
    expect(await sql(lab, lab.node('node3'), 'select system_identifier from pg_control_system()')).toEqual(identifier);
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });
});
