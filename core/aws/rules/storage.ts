// Volumes: nothing that is lost with a stop, room for the WAL that is kept on purpose, figures that gp3 takes, a key of one's own.
import type { Finding } from '../../finding';
import type { AwsNodesSpec, VolumeUse } from '../types';
import { finding, type AwsRule } from './rule';

const USES: readonly VolumeUse[] = ['data', 'wal', 'backup'];

/** gp3: at most 500 operations per second and GiB, and 0.25 MiB/s for each operation (AWS: General Purpose SSD volumes). */
const IOPS_PER_GIB = 500;
const MIBPS_PER_IOPS = 0.25;

export const storage: AwsRule = (spec) => [...USES.flatMap((use) => volume(spec, use)), ...key(spec), ...bucket(spec)];

function volume({ volumes }: AwsNodesSpec, use: VolumeUse): readonly Finding[] {
  const path = `volumes.${use}`;
  const { instanceStore, sizeGiB, iops, throughputMiBps } = volumes[use];
  if (instanceStore) {
    const hint = 'Leave instanceStore out: such disks are empty after a stop, a move of the host or a failure.';
    return [
      finding(
        'instance-store',
        `${path}.instanceStore`,
        `would hold ${WORDS[use]} on disks that are lost with a stop`,
        hint,
      ),
    ];
  }
  const mostIops = Math.max(3000, sizeGiB * IOPS_PER_GIB);
  const mostThroughput = Math.max(125, iops * MIBPS_PER_IOPS);
  return [
    ...(iops <= mostIops
      ? []
      : [
          finding(
            'iops',
            `${path}.iops`,
            `${iops} is above the ${mostIops} of ${sizeGiB} GiB`,
            `gp3 gives ${IOPS_PER_GIB} for each GiB.`,
          ),
        ]),
    ...(throughputMiBps <= mostThroughput
      ? []
      : [
          finding(
            'throughput',
            `${path}.throughputMiBps`,
            `${throughputMiBps} MiB/s is above the ${mostThroughput} of ${iops} operations`,
            'Raise iops: gp3 gives 0.25 MiB/s for each.',
          ),
        ]),
  ];
}

const WORDS: Readonly<Record<VolumeUse, string>> = { data: 'the data', wal: 'the WAL', backup: 'the backups' };

function key(spec: AwsNodesSpec): readonly Finding[] {
  if (spec.kmsKeyId === undefined) {
    const hint =
      'Give the ARN of a key of your own: with the account’s default key nobody else’s account can ever read a snapshot. production: false takes it.';
    return spec.production ? [finding('no-kms-key', 'kmsKeyId', 'is missing', hint)] : [];
  }
  const region = spec.kmsKeyId.split(':')[3];
  return region === spec.region
    ? []
    : [
        finding(
          'key-elsewhere',
          'kmsKeyId',
          `lies in ${region}, the nodes in ${spec.region}`,
          'Volumes take keys of their own region only.',
        ),
      ];
}

function bucket({ repository, nodes }: AwsNodesSpec): readonly Finding[] {
  const hasNode = nodes.some(({ role }) => role === 'repository');
  if (repository === undefined || hasNode) return [];
  const hint = 'Add a node with role repository: sys_rman reaches the bucket through it.';
  return [finding('no-repository-node', 'repository', 'has no node that writes to it', hint)];
}
