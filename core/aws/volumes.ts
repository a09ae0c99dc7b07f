// Which volumes a node has, what they are called and where they are mounted.
import type { NodeRole } from '../spec/types';
import type { AwsNodesSpec, VolumePlan, VolumeUse } from './types';

export const MOUNT_POINTS: Readonly<Record<VolumeUse, string>> = { data: '/kbdata', wal: '/kbwal', backup: '/kbrepo' };
const DEVICES: Readonly<Record<VolumeUse, string>> = { data: '/dev/sdf', wal: '/dev/sdg', backup: '/dev/sdh' };

const USES: Readonly<Record<NodeRole, readonly VolumeUse[]>> = {
  database: ['data', 'wal'],
  // Its own small instance holds repmgr's metadata only.
  witness: ['data'],
  repository: ['backup'],
};

/** A repository in a bucket needs no volume: the node only passes through. */
export function planVolumes(spec: AwsNodesSpec, role: NodeRole): readonly VolumePlan[] {
  const uses = USES[role].filter((use) => use !== 'backup' || spec.repository === undefined);
  return uses.map((use) => ({
    ...spec.volumes[use],
    use,
    label: `kb-${use}`,
    mountPoint: MOUNT_POINTS[use],
    deviceName: DEVICES[use],
  }));
}
