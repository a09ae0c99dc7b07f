/** kingbase:v8r3:Cluster under the SDK's mock monitor: exact children, their order, inputs, outputs and secrets. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClusterArgsError } from '../../components/clusterArgsError';
import { Cluster, type V8r3ClusterArgs } from '../../components/v8r3';
import { v8r3Input, v8r3Node } from '../core/v8r3/exampleV8r3';
import { recordResources, SECRET, valueOf, type Recorder } from '../support/pulumiMocks';

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
const PASSWORDS = { system: 'canary-system', supermanager: 'canary-super', pcp: 'canary-pcp', watchdog: 'canary-wd' };

let recorder: Recorder;
beforeAll(async () => {
  recorder = await recordResources((type, name) =>
    type.endsWith(':V8r3Host') ? { publicKey: `ssh-ed25519 KEY${name}` } : {},
  );
});
beforeEach(() => recorder.clear());

async function declare(more: Record<string, unknown> = {}): Promise<Cluster> {
  const cluster = new Cluster('r3ha', { ...v8r3Input(more), passwords: PASSWORDS } as unknown as V8r3ClusterArgs);
  await valueOf(cluster.urn);
  await valueOf(cluster.detectionTable);
  // The trust waits for the keys, and is the last to be declared.
  for (let waited = 0; waited < 200 && recorder.names(`${DYNAMIC}Files`).length < 6; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return cluster;
}

const names = (suffix: string): string[] => ['node101', 'node102'].map((node) => `r3ha-${node}-${suffix}`);

describe('a V8R3 cluster', () => {
  it('declares exactly these resources', async () => {
    await declare();
    const declared = [...new Set(recorder.resources.map(({ type }) => type))].sort();
    expect(Object.fromEntries(declared.map((type) => [type, recorder.names(type)]))).toEqual({
      'kingbase:v8r3:Cluster': ['r3ha'],
      'kingbase:v8r3:Node': ['r3ha-node101', 'r3ha-node102'],
      [`${DYNAMIC}V8r3Preflight`]: ['r3ha-preflight'],
      [`${DYNAMIC}V8r3Host`]: names('host'),
      [`${DYNAMIC}Files`]: ['database', 'files', 'trust'].flatMap(names).sort(),
      [`${DYNAMIC}SecretFiles`]: names('secrets'),
    });
  });

  it('orders them: nothing before the preflight of all, cron lines after what they read, trust after all keys', async () => {
    await declare();
    expect(recorder.find('r3ha-preflight').dependsOn).toEqual([]);
    expect(recorder.find('r3ha-node102-host').dependsOn).toEqual(['r3ha-preflight']);
    expect(recorder.find('r3ha-node102-files').dependsOn).toEqual(['r3ha-node102-host']);
    expect(recorder.find('r3ha-node102-secrets').dependsOn).toEqual(['r3ha-node102-host']);
    expect(recorder.find('r3ha-node102-database').dependsOn).toEqual(['r3ha-node102-secrets']);
    expect(recorder.find('r3ha-node102-trust').dependsOn).toEqual(names('host'));
  });

  it('keeps every password secret, and no clear text of one anywhere', async () => {
    await declare();
    const secrets = recorder.find('r3ha-node101-secrets');
    expect(secrets.additionalSecretOutputs).toEqual(['secrets']);
    expect(Object.keys(secrets.inputs['secrets'] as object).sort()).toEqual([
      'pcp',
      'supermanager',
      'system',
      'watchdog',
    ]);
    const others = recorder.resources.filter(({ name }) => !name.endsWith('-secrets'));
    expect(JSON.stringify(others)).not.toContain('canary');
    expect(JSON.stringify(secrets.sent)).toContain(SECRET);
  });

  it('gives a node without a pool neither its files nor its passwords', async () => {
    const cluster = new Cluster('r3ha', {
      ...v8r3Input({ nodes: [v8r3Node(1), v8r3Node(2), v8r3Node(3)] }),
      passwords: PASSWORDS,
    } as unknown as V8r3ClusterArgs);
    await valueOf(cluster.urn);
    for (let waited = 0; waited < 200 && recorder.names(`${DYNAMIC}Files`).length < 9; waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const secrets = recorder.find('r3ha-node103-secrets').inputs;
    expect(Object.keys(secrets['files'] as object).map((path) => path.split('/').at(-1))).toEqual([
      'HAmodule.conf',
      'recovery.done',
    ]);
    expect(Object.keys(secrets['secrets'] as object).sort()).toEqual(['pcp', 'supermanager', 'system']);
  });

  it('tells its endpoints and the detection budget', async () => {
    const cluster = await declare();
    expect(await valueOf(cluster.poolEndpoint)).toBe('192.168.1.205:9999');
    expect(await valueOf(cluster.databaseEndpoint)).toBe('192.168.1.204:54321');
    const rows = await valueOf(cluster.detection);
    expect(rows.map(({ fault, detection }) => [fault, detection?.worst])).toEqual([
      ['refused', 61],
      ['noRoute', 141],
      ['blackholed', 141],
      ['hung', 221],
    ]);
  });

  it('refuses a wrong input with every finding', async () => {
    const wrong = v8r3Input({ nodes: [v8r3Node(1), v8r3Node(1)], trustedServers: ['::1'] });
    const make = () => new Cluster('r3ha', { ...wrong, passwords: PASSWORDS } as unknown as V8r3ClusterArgs);
    expect(make).toThrow(ClusterArgsError);
    expect(make).toThrow(/trustedServers\[0\][\s\S]*nodes\[1\]\.name/);
  });
});
