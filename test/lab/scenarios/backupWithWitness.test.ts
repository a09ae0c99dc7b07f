// Proves: a cluster of two nodes and a witness (V9, crontab, sys_securecmd) that gets backups while it runs, in a repository on one of its database nodes:
// the first full backup, every WAL segment, verify and drill make it armed; after kill -9 of the primary the standby that holds the repository leads, the
// next backup is of the new timeline, the cluster is armed again, and `up` changes nothing. The witness has no part in it: no sys_rman.conf, no archive.
// Does not prove: that a repository on a database node survives that node's disk (README says that it does not).
import { expect, it } from 'vitest';
import { targetOf } from '../support/backups';
import { backedUpThroughFailover } from '../support/backupsThrough';
import { describeLab } from '../support/describeLab';
import { useWitnessLab } from '../support/witnessLab';

const HOST = 'node2';

describeLab('backups of two nodes and a witness', () => {
  const scene = useWitnessLab('running');

  it('go on after a failover, on the node that holds them', async () => {
    const { lab } = scene;
    await backedUpThroughFailover(lab, HOST, [HOST], async () => {
      const { conf } = await targetOf(lab);
      const { stdout } = await lab.node('witness').script(`ls ${conf} 2>/dev/null || true`);
      expect(stdout, 'sys_rman.conf on the witness').toBe('');
    });
  });
});
