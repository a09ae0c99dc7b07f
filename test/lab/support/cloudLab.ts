// Machines that cloud-init sets up from the rendered user data, on a network of their own: the shared clusters stay up beside them.
import { afterAll } from 'vitest';
import { deriveKey, type KeyPair } from '../../../components/nodes/aws/keys';
import { loadTemplates } from '../../../components/templates';
import type { AwsNodePlan } from '../../../core/aws/types';
import { renderUserData } from '../../../core/aws/userData';
import { machinesDown } from '../../../lab/create';
import type { CloudSeed } from '../../../lab/machines/disk';
import { awsPlan } from '../../support/awsNodes';
import { skipReason } from './describeLab';
import { SHARED } from './sharedName';

const SEED = 'c2VlZCBvZiB0aGUgbGFiLCBrbm93biB0byBldmVyeWJvZHk=';
const keyOf = (node: string): KeyPair => deriveKey(SEED, `lab/host/${node}`);

export const CLOUD_LAB = {
  name: `${SHARED.name}-ci`,
  subnet: process.env['KINGBASE_CLOUD_SUBNET'] ?? '10.77.33.0/24',
} as const;

/** Exactly what an instance is given, but for the ids of its volumes. */
export const cloud: CloudSeed = {
  hostKeyOf: (node) => keyOf(node).publicKey,
  userData: (node, loginPublicKey, volumeIds) => {
    const plan = awsPlan();
    const planned = plan.nodes.find(({ name }) => name === node.name) as AwsNodePlan;
    const { privateKey, publicKey } = keyOf(node.name);
    const identity = { hostPrivateKey: privateKey, hostPublicKey: publicKey, loginPublicKey };
    return renderUserData(plan, planned, { identity, volumeIds, templates: loadTemplates() });
  },
};

/** After the last test of the file the machines go; KINGBASE_SCENARIO_KEEP=1 leaves them to the next file. */
export function takesDownCloudLab(): void {
  afterAll(async () => {
    if (skipReason === undefined && process.env['KINGBASE_SCENARIO_KEEP'] === undefined)
      await machinesDown(CLOUD_LAB.name);
  });
}
