/** AwsNodes at a preview, where AWS has answered nothing: what is known is known (addresses, host keys, endpoint), and nothing fails on what is not. */
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AwsNodes as AwsNodesClass, AwsNodesArgs } from '../../components/nodes/aws';
import { aws, CLUSTER } from '../support/awsNodes';

let AwsNodes: typeof AwsNodesClass;
const types: string[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      // No id and no output of a resource is known yet.
      newResource: ({ type, inputs }) => {
        types.push(type);
        return { id: undefined, state: inputs as Record<string, unknown> };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    'kingbase',
    'prod',
    true,
  );
  ({ AwsNodes } = await import('../../components/nodes/aws'));
});

/** The SDK’s own word for it; not part of its types. */
const isKnown = (output: pulumi.Output<unknown>): Promise<boolean> =>
  (output as unknown as { isKnown: Promise<boolean> }).isKnown;

describe('AwsNodes at a preview', () => {
  it('knows the cluster and leaves open what AWS decides', async () => {
    const args = {
      ...aws({ endpoint: { kind: 'loadBalancer' }, repository: { bucket: 'orders-backups' } }),
      cluster: { ...CLUSTER, version: 'V9', backup: { repository: 'repo', encryption: 'aes-256-cbc' } },
      keySeed: 'c2VlZCBvZiBhIHByZXZpZXcsIGxvbmcgZW5vdWdo',
    } as AwsNodesArgs;
    const made = new AwsNodes('orders', args);
    expect(made.cluster.nodes.map(({ host }) => host)).toEqual([
      '10.20.0.10',
      '10.20.1.11',
      '10.20.2.12',
      '10.20.2.13',
    ]);
    expect(made.cluster.nodes.every(({ hostKey }) => /^ssh-ed25519 AAAA/.test(hostKey ?? ''))).toBe(true);
    expect(made.cluster.endpoint?.addresses).toEqual(['10.20.0.9', '10.20.1.9', '10.20.2.9']);
    expect(await isKnown(made.billable)).toBe(true);
    expect(await isKnown(made.incarnations)).toBe(false);
    expect(await isKnown(made.backupSecrets as pulumi.Output<unknown>)).toBe(false);
    for (let round = 0; round < 40; round += 1) await new Promise((resolve) => setImmediate(resolve));
    const count = (type: string): number => types.filter((one) => one === type).length;
    expect(count('aws:ec2/instance:Instance')).toBe(4);
    expect(count('aws:lb/targetGroupAttachment:TargetGroupAttachment')).toBe(3);
    expect(count('aws:s3/bucketPolicy:BucketPolicy')).toBe(1);
  });
});
