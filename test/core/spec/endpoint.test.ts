/** The endpoint of a cloud: what each kind needs, and what the plan makes of it. */
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { cloudEndpoint } from '../../../core/budget/cloudEndpoint';
import { computeRto } from '../../../core/budget/computeRto';
import { renderNode } from '../../../core/render/renderNode';
import { planCluster } from '../../../core/topology/planCluster';
import type { NodePlan } from '../../../core/topology/types';
import { cluster, messages, node, spec } from './exampleCluster';

const BALANCED = { kind: 'loadBalancer', addresses: ['10.77.0.90', '10.77.1.90'], checkSources: ['10.77.0.0/24'] };
const MOVED = { kind: 'secondaryAddress', addresses: ['10.77.0.90'], region: 'cn-north-1' };
const RECORD = { kind: 'dnsRecord', addresses: ['orders.db.internal'], region: 'cn-north-1', zoneId: 'Z0123456789' };
const at = (endpoint: Record<string, unknown>, more: Record<string, unknown> = {}) => {
  const { virtualIp: _virtualIp, ...rest } = cluster({ endpoint, ...more });
  return rest;
};

describe('the endpoint', () => {
  it.each([BALANCED, MOVED, RECORD])('is taken as $kind', (endpoint) => {
    expect(messages(at(endpoint))).toEqual([]);
  });

  it.each<readonly [string, Record<string, unknown>, readonly string[]]>([
    [
      'beside a virtual IP',
      cluster({ endpoint: BALANCED }),
      ['endpoint: is declared beside virtualIp (10.77.0.100/24)'],
    ],
    [
      'at a name that moves nowhere',
      at({ ...MOVED, addresses: ['orders.internal'] }),
      ['endpoint.addresses[0]: "orders.internal" is no IP address'],
    ],
    [
      'at an address that is no name',
      at({ ...RECORD, addresses: ['10.0.0.1'] }),
      ['endpoint.addresses[0]: "10.0.0.1" is no host name'],
    ],
    [
      'at nothing that is either',
      at({ ...BALANCED, addresses: ['a b'] }),
      ['endpoint.addresses[0]: "a b" is no IP address or host name'],
    ],
    [
      'at a node',
      at({ ...MOVED, addresses: ['10.77.0.11'] }),
      ['endpoint.addresses[0]: 10.77.0.11 is the address of node1'],
    ],
    [
      'at two addresses that move',
      at({ ...MOVED, addresses: ['10.77.0.90', '10.77.0.91'] }),
      ['endpoint.addresses: has 2 entries; a secondaryAddress is one'],
    ],
    [
      'asked by nobody',
      at({ ...BALANCED, checkSources: [] }),
      ['endpoint.checkSources: is empty: nobody may ask the check'],
    ],
    [
      'asked by everybody',
      at({ ...BALANCED, checkSources: ['0.0.0.0/0'] }),
      ['endpoint.checkSources[0]: 0.0.0.0/0 is wider than any network of one owner'],
    ],
    [
      'asked by a name',
      at({ ...BALANCED, checkSources: ['lb/24'] }),
      ['endpoint.checkSources[0]: "lb/24" is not a network'],
    ],
    ['moved without a region', at({ ...MOVED, region: undefined }), ['endpoint.region: is missing']],
    ['rewritten without a zone', at({ ...RECORD, zoneId: undefined }), ['endpoint.zoneId: is missing']],
    [
      'checked at the port of the database',
      at({ ...BALANCED, checkPort: 54321 }),
      ['endpoint.checkPort: 54321 is the port of the database'],
    ],
    [
      'checked at the port of the channel',
      at({ ...BALANCED, checkPort: 8890 }, { remoteChannel: 'securecmdd' }),
      ['endpoint.checkPort: 8890 is the port of the remote channel'],
    ],
  ])('%s is refused', (_, input, wanted) => {
    expect(messages(input)).toEqual(wanted);
  });

  it('asks for a majority only where one can be lost', () => {
    expect(spec(at(BALANCED)).endpoint?.fence).toBe('majority');
    expect(spec(at(BALANCED, { nodes: [node(1), node(2)] })).endpoint?.fence).toBe('none');
    expect(spec(at({ ...BALANCED, fence: 'none' })).endpoint?.fence).toBe('none');
  });
});

describe('its plan', () => {
  const plan = (endpoint: Record<string, unknown>) => planCluster(spec(at(endpoint)));
  const files = (
    endpoint: Record<string, unknown>,
    nodes: readonly Record<string, unknown>[] = [node(1), node(2), node(3)],
  ) => {
    const planned = planCluster(spec(at(endpoint, { nodes })));
    const last = planned.nodes.at(-1) as NodePlan;
    return { planned, rendered: renderNode(planned, last, loadTemplates()) };
  };
  const ours = /endpoint|primary-check|pulumi-kingbase-check|aws\.py/;
  const paths = (endpoint: Record<string, unknown>, nodes?: readonly Record<string, unknown>[]) =>
    files(endpoint, nodes)
      .rendered.files.map(({ path }) => path)
      .filter((path) => ours.test(path));

  it('is what clients are told', () => {
    expect(plan(BALANCED).endpoints.readWrite).toBe('10.77.0.90:54321,10.77.1.90:54321');
    expect(plan(RECORD).endpoints.jdbc).toBe('jdbc:kingbase8://orders.db.internal:54321/test');
  });

  it('opens the port of the check to who asks it, on database nodes', () => {
    const rule = { port: 8008, protocol: 'tcp', sources: ['10.77.0.0/24'], why: 'health check' };
    expect(plan(BALANCED).nodes[0]?.firewall).toContainEqual(rule);
    expect(plan(MOVED).nodes[0]?.firewall.map(({ port }) => port)).not.toContain(8008);
  });

  it('lets the moved address in, from which the primary reaches itself', () => {
    const hba = files(MOVED).rendered.databaseFiles.find(({ path }) => path.endsWith('sys_hba.conf'))?.text;
    expect(hba).toContain('10.77.0.90/32');
  });

  it('puts the check under a socket, and a mover under a service', async () => {
    expect(paths(BALANCED)).toEqual([
      '/etc/pulumi-kingbase/endpoint.conf',
      '/etc/systemd/system/pulumi-kingbase-check.socket',
      '/etc/systemd/system/pulumi-kingbase-check@.service',
      '/etc/systemd/system/multi-user.target.d/61-pulumi-kingbase-endpoint.conf',
      '/usr/local/lib/pulumi-kingbase/primary-check.sh',
    ]);
    expect(paths(RECORD)).toEqual([
      '/etc/pulumi-kingbase/endpoint.conf',
      '/etc/systemd/system/pulumi-kingbase-endpoint.service',
      '/etc/systemd/system/multi-user.target.d/61-pulumi-kingbase-endpoint.conf',
      '/usr/local/lib/pulumi-kingbase/primary-check.sh',
      '/usr/local/lib/pulumi-kingbase/endpoint.sh',
      '/usr/local/lib/pulumi-kingbase/endpoint.py',
      '/usr/local/lib/pulumi-kingbase/aws.py',
    ]);
    expect(paths(BALANCED, [node(1), node(2), node(3, { role: 'witness' })])).toEqual([]);
    for (const endpoint of [BALANCED, MOVED, RECORD]) {
      const text = files(endpoint)
        .rendered.files.filter(({ path, program }) => ours.test(path) && program === undefined)
        .map(({ path, text: body }) => `==> ${path}\n${body}`)
        .join('\n');
      await expect(text).toMatchFileSnapshot(`../../golden/aws/endpoint-${endpoint.kind}.txt`);
    }
  });

  it('says when a program is missing', () => {
    const { planned } = files(BALANCED);
    const { 'program:os/primary-check.sh': _gone, ...rest } = loadTemplates();
    expect(() => renderNode(planned, planned.nodes[0] as NodePlan, rest)).toThrow(
      'there is no program os/primary-check.sh',
    );
  });
});

describe('its time', () => {
  it.each([
    [BALANCED, { best: 5, expected: 9.5, worst: 28 }],
    [
      { ...BALANCED, checkIntervalSeconds: 30 },
      { best: 30, expected: 47, worst: 78 },
    ],
    [MOVED, { best: 0.5, expected: 3.5, worst: 30 }],
    [RECORD, { best: 1.5, expected: 26, worst: 95 }],
    [
      { ...RECORD, ttlSeconds: 60 },
      { best: 1.5, expected: 53.5, worst: 150 },
    ],
  ])('is a phase of the budget: %j', (endpoint, seconds) => {
    const whole = spec(at(endpoint));
    expect(cloudEndpoint(whole.endpoint as NonNullable<typeof whole.endpoint>).seconds).toEqual(seconds);
    const phase = computeRto(whole, 'databaseKilled').phases.find(({ name }) => name === 'endpoint');
    expect(phase?.seconds).toEqual(seconds);
  });
});
