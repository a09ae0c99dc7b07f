/**
 * What an edit of the program does to hosts on AWS that are there: which resources the provider would make anew (by the properties that it cannot change
 * in place), and that in production each of those is protected, so that the engine refuses it before anything is done.
 * Seen to fail: with the options of volumes, addresses and instances taken out, each of the edits made volumes or hosts anew.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AwsNodes as AwsNodesClass, AwsNodesArgs } from '../../components/nodes/aws';
import { aws, CLUSTER } from '../support/awsNodes';
import { recordResources, valueOf, type Declared, type Recorder } from '../support/pulumiMocks';

const SEED = 'c2VlZCBvZiB0ZXN0cyBmb3Iga2V5cyBvZiBob3N0cw==';
const ZONES = ['cn-north-1a', 'cn-north-1b', 'cn-north-1d'];

/** ForceNew in the provider 7.48.0 (its Terraform source), of what we set. */
const FORCE_NEW: Readonly<Record<string, readonly string[]>> = {
  Volume: ['availabilityZone', 'encrypted', 'kmsKeyId'],
  Instance: ['keyName', 'placementGroup', 'primaryNetworkInterface', 'ebsOptimized', 'rootBlockDevice.kmsKeyId'],
  NetworkInterface: ['subnetId'],
  VolumeAttachment: ['deviceName', 'instanceId', 'volumeId'],
  KeyPair: ['publicKey'],
  Bucket: ['bucket', 'objectLockEnabled'],
};

let recorder: Recorder;
let AwsNodes: typeof AwsNodesClass;
let pairs = 0;
beforeAll(async () => {
  recorder = await recordResources((type, name) => ({
    arn: 'arn',
    arnSuffix: 's',
    name,
    prefixListId: 'pl',
    secret: 's',
    // Another key pair has another name.
    ...(type.endsWith('KeyPair') ? { keyName: `pair-${(pairs += 1)}` } : {}),
  }));
  ({ AwsNodes } = await import('../../components/nodes/aws'));
});

type Stack = ReadonlyMap<string, Declared>;

async function stack(more: Record<string, unknown> = {}): Promise<Stack> {
  recorder.clear();
  const { cluster, login, ...rest } = more;
  const args = { ...aws(rest), cluster: { ...CLUSTER, ...(cluster as object) }, keySeed: SEED, login };
  const made = new AwsNodes('orders', args as unknown as AwsNodesArgs);
  await valueOf(made.incarnations);
  for (let round = 0; round < 60; round += 1) await new Promise((resolve) => setImmediate(resolve));
  return new Map(recorder.resources.map((one) => [`${one.type.split(':').at(-1)} ${one.name}`, one]));
}

const at = (inputs: Readonly<Record<string, unknown>>, path: string): string =>
  JSON.stringify(
    path.split('.').reduce((part: unknown, key) => (part as Record<string, unknown> | undefined)?.[key], inputs),
  );

/** Made anew or deleted, and whether the engine refuses that: old and new are protected, or the old one is where there is no new one. */
function ended(before: Stack, after: Stack): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [key, old] of before) {
    const type = key.split(' ')[0] as string;
    const next = after.get(key);
    const forced = (FORCE_NEW[type] ?? []).filter(
      (path) =>
        next !== undefined &&
        at(old.inputs, path) !== at(next.inputs, path) &&
        !next.options.ignoreChanges.includes(path),
    );
    const isOurs = ['Volume', 'Instance', 'NetworkInterface', 'VolumeAttachment', 'KeyPair', 'Bucket'].includes(type);
    if (!isOurs || (next !== undefined && forced.length === 0)) continue;
    const refused = old.options.protect && (next === undefined || next.options.protect);
    result[key] = refused ? 'refused' : next === undefined ? 'deleted' : `made anew: ${forced.join(', ')}`;
  }
  return result;
}

const refusedOf = (...keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, 'refused']));

describe('an edit in production', () => {
  it('gives a key of one’s own to what is made later only', async () => {
    const without = await stack({ production: false, kmsKeyId: undefined });
    expect(ended(without, await stack())).toEqual({});
  });

  it('of the login key makes the key pair anew, and no host', async () => {
    const login = { publicKey: 'ssh-ed25519 AAAAnew', privateKey: 'new' };
    expect(ended(await stack(), await stack({ login }))).toEqual({ 'KeyPair orders-login': 'made anew: publicKey' });
  });

  it('that takes a node out of the list ends nothing, and moves none of the others', async () => {
    const [node1, , node3, repo] = aws()['nodes'] as object[];
    const done = ended(await stack(), await stack({ nodes: [node1, node3, repo] }));
    expect(done).toEqual(
      refusedOf(
        'Instance orders-node2',
        'NetworkInterface orders-node2',
        'Volume orders-node2-data',
        'Volume orders-node2-wal',
        'VolumeAttachment orders-node2-data',
        'VolumeAttachment orders-node2-wal',
        // The zones go in turn: without a zone of its own it would stand in another one.
        'NetworkInterface orders-node3',
      ),
    );
  });

  it('of the zones moves no node', async () => {
    const two = await stack({ network: { cidr: '10.20.0.0/16', zones: ZONES.slice(0, 2) } });
    expect(ended(two, await stack())).toEqual(
      refusedOf('NetworkInterface orders-node3', 'NetworkInterface orders-repo'),
    );
  });

  it('from a volume of backups to a bucket leaves the volume with its host', async () => {
    const cluster = { version: 'V9', backup: { repository: 'repo', encryption: 'aes-256-cbc' } };
    const done = ended(await stack({ cluster }), await stack({ cluster, repository: { bucket: 'orders-backups' } }));
    expect(done).toEqual(refusedOf('Volume orders-repo-backup', 'VolumeAttachment orders-repo-backup'));
  });

  it('of the object lock keeps the bucket', async () => {
    const cluster = { version: 'V9', backup: { repository: 'repo', encryption: 'aes-256-cbc' } };
    const bucket = async (objectLockDays?: number): Promise<Stack> =>
      stack({ cluster, repository: { bucket: 'orders-backups', objectLockDays } });
    expect(ended(await bucket(), await bucket(7))).toEqual({});
    expect(ended(await bucket(7), await bucket())).toEqual({});
  });

  it('of nodes that are named in replace is free to end that node, and no other', async () => {
    const before = await stack();
    const named = await stack({ replace: ['node2'] });
    const free = [...named].filter(
      ([key, { options }]) => before.get(key)?.options.protect === true && !options.protect,
    );
    expect(free.map(([key]) => key).sort()).toEqual([
      'Instance orders-node2',
      'NetworkInterface orders-node2',
      'Volume orders-node2-data',
      'Volume orders-node2-wal',
      'VolumeAttachment orders-node2-data',
      'VolumeAttachment orders-node2-wal',
    ]);
    // A host is ended by what its state says: what lifts the protection in this update would come too late.
    for (const [key, { inputs }] of before)
      if (key.startsWith('Instance ')) expect(inputs, key).toMatchObject({ forceDestroy: true });
    expect(named.get('Instance orders-node2')?.options.ignoreChanges).toEqual([]);
    expect(named.get('Volume orders-node2-data')?.options).toMatchObject({ retainOnDelete: true });
  });
});

it('outside of production nothing is protected, and volumes outlive the stack all the same', async () => {
  const all = await stack({ production: false });
  expect([...all].filter(([, { options }]) => options.protect).map(([key]) => key)).toEqual([]);
  const volumes = [...all].filter(([key]) => key.startsWith('Volume '));
  expect(volumes).toHaveLength(7);
  for (const [key, { options }] of volumes) {
    expect(options, key).toMatchObject({
      retainOnDelete: true,
      ignoreChanges: ['availabilityZone', 'encrypted', 'kmsKeyId'],
    });
  }
});
