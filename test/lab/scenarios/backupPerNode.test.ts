// Proves: every database node backs up itself (repository {kind: perNode}, the vendor's single-pro): each has a repository with a first full backup and
// every WAL segment, the standby's from its own archiver (archive_mode always); verified and drilled the cluster is armed; after kill -9 of the primary each
// node's next backup is of the new timeline, the former primary's too, which is a standby by then; the cluster is armed again, and `up` changes nothing.
// Does not prove: how the fork backs up a standby by itself: the lab's sys_rman lets the primary begin and end that backup (lab/toolchain/README.md).
import { it } from 'vitest';
import { backedUpThroughFailover } from '../support/backupsThrough';
import { describeLab } from '../support/describeLab';
import { useWitnessLab } from '../support/witnessLab';

describeLab('backups of every node by itself', () => {
  const scene = useWitnessLab('running');

  it('go on after a failover, on both', async () => {
    await backedUpThroughFailover(scene.lab, { kind: 'perNode' }, ['node1', 'node2']);
  });
});
