/**
 * endpoint.py against a server that keeps interfaces and records as EC2 and Route 53 do: who gets the endpoint, and who is refused. Proves the
 * order of calls, the fence and the signatures; that AWS itself answers so is its documentation's word.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates } from '../../components/templates';
import { renderNode } from '../../core/render/renderNode';
import { planCluster } from '../../core/topology/planCluster';
import { FakeAws, type FakeInterface } from '../support/fakeAws';
import { makeSpec } from '../support/specs';

const PROGRAM = join(__dirname, '../../templates/os/endpoint.py');
const ADDRESS = '10.77.0.100';
const NAME = 'orders.db.internal';

let cloud: FakeAws;
let url: string;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kb-endpoint-'));
  cloud = new FakeAws();
  url = await cloud.start();
  for (const id of ['eni-1', 'eni-2']) {
    cloud.interfaces[id] = { addresses: [`10.77.0.1${id.at(-1)}`], tags: { 'pulumi-kingbase:cluster': 'lab' } };
  }
});
afterEach(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The text that lands on the node, as it is rendered. */
function confOf(kind: 'secondaryAddress' | 'dnsRecord', node: string): string {
  const endpoint = {
    kind,
    addresses: [kind === 'dnsRecord' ? NAME : ADDRESS],
    checkPort: 8008,
    checkSources: [],
    checkIntervalSeconds: 5,
    fence: 'majority',
    region: 'cn-north-1',
    zoneId: 'Z0123456789',
    ttlSeconds: 5,
  } as const;
  const plan = planCluster({ ...makeSpec(), virtualIp: undefined, endpoint });
  const planned = plan.nodes.find(({ name }) => name === node);
  if (planned === undefined) throw new Error(`no node ${node}`);
  const files = renderNode(plan, planned, loadTemplates()).files;
  return files.find(({ path }) => path === '/etc/pulumi-kingbase/endpoint.conf')?.text ?? '';
}

function take(
  kind: 'secondaryAddress' | 'dnsRecord',
  node: string,
  timeline: number | string,
): Promise<{ code: number; said: string }> {
  const conf = join(folder, `${node}.conf`);
  writeFileSync(conf, confOf(kind, node));
  cloud.self = `eni-${node.at(-1)}`;
  const env = {
    PATH: process.env['PATH'],
    KB_ENDPOINT_CONF: conf,
    KB_AWS_IMDS: url,
    KB_AWS_API: url,
    http_proxy: 'http://127.0.0.1:9',
  };
  return new Promise((resolve) => {
    execFile('python3', ['-B', PROGRAM, 'take', String(timeline)], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: (stdout + stderr).trim() }),
    );
  });
}

const holders = (): string[] =>
  Object.entries(cloud.interfaces)
    .filter(([, { addresses }]) => addresses.includes(ADDRESS))
    .map(([id]) => id);
const claim = (id: string): string | undefined => cloud.interfaces[id]?.tags['pulumi-kingbase:timeline'];

describe('an address that moves', () => {
  it('is claimed, then taken, then only looked at', async () => {
    expect(await take('secondaryAddress', 'node1', 3)).toEqual({
      code: 0,
      said: `taken: ${ADDRESS} on eni-1, timeline 3`,
    });
    expect(cloud.calls).toEqual([
      'DescribeNetworkInterfaces',
      'CreateTags',
      'DescribeNetworkInterfaces',
      'AssignPrivateIpAddresses',
      'DescribeNetworkInterfaces',
    ]);
    expect([holders(), claim('eni-1')]).toEqual([['eni-1'], '3']);
    cloud.calls.length = 0;
    expect(await take('secondaryAddress', 'node1', 3)).toEqual({
      code: 0,
      said: `held: ${ADDRESS} on eni-1, timeline 3`,
    });
    expect(cloud.calls).toEqual(['DescribeNetworkInterfaces']);
  });

  it('goes to the promoted node, and the former primary never gets it back', async () => {
    await take('secondaryAddress', 'node1', 3);
    expect((await take('secondaryAddress', 'node2', 4)).code).toBe(0);
    expect(holders()).toEqual(['eni-2']);
    const again = await take('secondaryAddress', 'node1', 3);
    expect(again.code).toBe(3);
    expect(again.said).toMatch(/^refused: eni-2 claims timeline 4, here it is 3; /);
    expect(holders()).toEqual(['eni-2']);
  });

  it('is given to neither of two nodes with the same timeline that claim it at once', async () => {
    cloud.before = (action) => {
      if (action === 'CreateTags') (cloud.interfaces['eni-2'] as FakeInterface).tags['pulumi-kingbase:timeline'] = '4';
    };
    expect((await take('secondaryAddress', 'node1', 4)).code).toBe(3);
    expect(holders()).toEqual([]);
    cloud.before = () => undefined;
    expect((await take('secondaryAddress', 'node2', 4)).code).toBe(3);
  });

  it('is given back where its owner claimed it between the look and the move', async () => {
    cloud.before = (action) => {
      if (action !== 'AssignPrivateIpAddresses' || claim('eni-2') === '9') return;
      const other = cloud.interfaces['eni-2'] as FakeInterface;
      other.tags['pulumi-kingbase:timeline'] = '9';
      other.addresses.push(ADDRESS);
    };
    expect((await take('secondaryAddress', 'node1', 4)).code).toBe(3);
    expect(holders()).toEqual([]);
    expect((await take('secondaryAddress', 'node2', 9)).said).toBe(`taken: ${ADDRESS} on eni-2, timeline 9`);
  });

  it('is not taken by an interface of another cluster, nor without an answer', async () => {
    (cloud.interfaces['eni-1'] as FakeInterface).tags = { 'pulumi-kingbase:cluster': 'other' };
    expect(await take('secondaryAddress', 'node1', 3)).toEqual({
      code: 1,
      said: 'could not be taken: eni-1 has no tag pulumi-kingbase:cluster=lab: it is no interface of this cluster',
    });
    cloud.failWith = 503;
    expect(await take('secondaryAddress', 'node2', 3)).toEqual({
      code: 1,
      said: 'could not be taken: ec2.cn-north-1.amazonaws.com.cn answers 503: InternalError try again',
    });
    expect(cloud.calls.filter((call) => call.startsWith('Assign'))).toEqual([]);
  });

  it('is not asked for with a timeline that is none', async () => {
    for (const timeline of ['0', '-1', 'x', '1;2'])
      expect((await take('secondaryAddress', 'node1', timeline)).code).toBe(2);
    expect(cloud.calls).toEqual([]);
  });
});

describe('a record', () => {
  const values = (): string[] => cloud.records.map(({ name, type, value }) => `${name} ${type} ${value}`).sort();

  it('is made, rewritten by the promoted node, and kept from the former primary', async () => {
    expect(await take('dnsRecord', 'node1', 3)).toEqual({ code: 0, said: `taken: ${NAME} is 10.77.0.11, timeline 3` });
    expect(values()).toEqual([`_primary.${NAME}. TXT "timeline=3 node=node1"`, `${NAME}. A 10.77.0.11`]);
    expect((await take('dnsRecord', 'node1', 3)).said).toBe(`held: ${NAME} is 10.77.0.11, timeline 3`);
    expect((await take('dnsRecord', 'node2', 4)).code).toBe(0);
    expect(values()).toEqual([`_primary.${NAME}. TXT "timeline=4 node=node2"`, `${NAME}. A 10.77.0.12`]);
    expect(await take('dnsRecord', 'node1', 3)).toEqual({
      code: 3,
      said: 'refused: node2 claims timeline 4, here it is 3',
    });
    expect(await take('dnsRecord', 'node1', 4)).toEqual({ code: 3, said: 'refused: node2 claims timeline 4 as well' });
    expect(values()).toEqual([`_primary.${NAME}. TXT "timeline=4 node=node2"`, `${NAME}. A 10.77.0.12`]);
  });

  it('is not rewritten where it changed since it was read', async () => {
    await take('dnsRecord', 'node1', 3);
    cloud.before = (method) => {
      if (method !== 'POST') return;
      cloud.records = cloud.records.map((record) =>
        record.type === 'TXT' ? { ...record, value: '"timeline=9 node=node3"' } : record,
      );
    };
    expect(await take('dnsRecord', 'node2', 4)).toEqual({
      code: 1,
      said: `could not be taken: route53.amazonaws.com.cn answers 400: InvalidChangeBatch DELETE _primary.${NAME}`,
    });
    expect(values()).toContain(`${NAME}. A 10.77.0.11`);
  });

  it('is left alone where its witness is somebody else’s', async () => {
    cloud.records = [{ name: `_primary.${NAME}.`, type: 'TXT', ttl: '60', value: '"v=spf1"' }];
    expect(await take('dnsRecord', 'node1', 3)).toEqual({
      code: 3,
      said: `refused: _primary.${NAME} holds "v=spf1", which is not ours`,
    });
  });
});
