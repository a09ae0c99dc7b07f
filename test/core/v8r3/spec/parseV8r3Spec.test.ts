/** What the specification of a V8R3 cluster takes, fills in and refuses: every finding at once, with path, words and hint. */
import { describe, expect, it } from 'vitest';
import { formatFindings } from '../../../../core/finding';
import { parseV8r3Spec } from '../../../../core/v8r3/spec/parseV8r3Spec';
import { v8r3Input, v8r3Node, v8r3Spec } from '../exampleV8r3';

function said(more: Record<string, unknown>): string[] {
  const parsed = parseV8r3Spec(v8r3Input(more));
  return parsed.ok ? [] : parsed.findings.map(({ path, message }) => `${path}: ${message}`);
}

describe('the specification of a V8R3 cluster', () => {
  it('fills in the installer’s values, with a health check that a hung server cannot outlast', () => {
    const spec = v8r3Spec({ recovery: {}, directories: {} });
    expect(spec.pools).toEqual(['node101', 'node102']);
    expect(spec.nodes.map(({ id, weight, netDevice }) => [id, weight, netDevice])).toEqual([
      [0, 1, 'enp0s3'],
      [1, 1, 'enp0s3'],
    ]);
    expect(spec.pool.healthCheck).toEqual({
      periodSeconds: 1,
      timeoutSeconds: 20,
      maxRetries: 6,
      retryDelaySeconds: 10,
    });
    expect(spec.pool.watchdog.priorities).toEqual([3, 2]);
    expect(spec.directories).toEqual({
      cluster: '/home/kingbase/cluster/r3ha',
      data: '/home/kingbase/cluster/r3ha/db/data',
      archive: '/home/kingbase/cluster/r3ha/archive',
    });
    expect(spec.recovery.automaticPrimary).toBeUndefined();
    expect(spec.recovery.mountPoints).toEqual(['/home/kingbase/cluster/r3ha/db/data']);
    expect(spec.recovery.arpingPath).toBe('/home/kingbase/cluster/r3ha/db/bin');
  });

  it('takes its name from the resource, and misses it where there is none', () => {
    const { name: _name, ...nameless } = v8r3Input();
    expect(parseV8r3Spec(nameless, 'branch').ok).toBe(true);
    const parsed = parseV8r3Spec(nameless);
    expect(parsed.ok ? '' : formatFindings(parsed.findings)).toContain('name: is missing');
  });

  it('keeps a device, login and parameters of one node', () => {
    const nodes = [v8r3Node(1, { netDevice: undefined, user: 'dba', port: 2222 }), v8r3Node(2)];
    const spec = v8r3Spec({ nodes, pool: { parameters: { child_life_time: 300, log_connections: true } } });
    expect(spec.nodes[0]).toMatchObject({ netDevice: 'eth0', connection: { user: 'dba', port: 2222 } });
    expect(spec.pool.parameters).toEqual({ child_life_time: '300', log_connections: 'on' });
  });

  it('says everything that is wrong at once', () => {
    const nodes = [v8r3Node(1, { name: 'Node-1' }), v8r3Node(2, { host: '192.168.1.101', weight: -1 })];
    expect(
      said({
        nodes,
        virtualIps: { database: '192.168.1.204', cluster: '10.1.1.1/24' },
        trustedServers: ['192.168.1.102', 'gateway.bank.cn'],
        pool: { port: 54321, parameters: { wd_port: 1, 'bad name': 1, reset_query_list: "'x'" } },
        database: { parameters: { synchronous_standby_names: '*', 'a b': 1 } },
      }),
    ).toEqual([
      'nodes[1].weight: -1 is below the minimum 0',
      'nodes[0].name: "Node-1" cannot be a node name',
      'trustedServers[1]: "gateway.bank.cn" is a name, not an IP address',
      'virtualIps.database: "192.168.1.204" is not an IPv4 address with a prefix length',
      'virtualIps.cluster: 10.1.1.1/24 is not in the subnet of "Node-1" (192.168.1.101)',
      'virtualIps.cluster: 10.1.1.1/24 is not in the subnet of "node102" (192.168.1.101)',
      'nodes[1].host: same address as nodes[0].host ("192.168.1.101")',
      'pool.port: 54321 is also database.port',
      'pool.parameters.wd_port: is written by this program',
      'pool.parameters.bad name: "bad name" is not the name of a parameter',
      'pool.parameters.reset_query_list: has a quote, a backslash or a #, which kingbasecluster.conf cannot carry for certain',
      'database.parameters.synchronous_standby_names: cannot be set here',
      'database.parameters.a b: "a b" is not the name of a parameter',
    ]);
  });

  it.each([
    [
      'one address for both',
      { virtualIps: { database: '192.168.1.204/24', cluster: '192.168.1.204/24' } },
      ['virtualIps.cluster: 192.168.1.204 is also virtualIps.database'],
    ],
    ['IPv6', { trustedServers: ['fd00::1'] }, ['trustedServers[0]: fd00::1 is an IPv6 address']],
    ['a pool that is no node', { pools: ['node101', 'node109'] }, ['pools[1]: "node109" is no node of this cluster']],
    ['one pool twice', { pools: ['node101', 'node101'] }, ['pools[1]: same node as pools[0]']],
    ['three pools', { pools: ['node101', 'node102', 'node103'] }, ['pools: has 3 entries, at most 2 allowed']],
    ['a pool without a name', { pools: ['', 'node102'] }, ['pools[0]: is empty']],
    ['one node', { nodes: [v8r3Node(1)] }, ['nodes: has 1 entries, at least 2 needed']],
    [
      'the port of ssh',
      { pool: { watchdogPort: 2222 }, connection: { port: 2222 } },
      ['pool.watchdogPort: 2222 is also the port of ssh'],
    ],
    [
      'a silence of two heartbeats',
      { pool: { watchdog: { heartbeatKeepaliveSeconds: 5, heartbeatDeadtimeSeconds: 10 } } },
      ['pool.watchdog.heartbeatDeadtimeSeconds: 10 s is no more than two heartbeats of 5 s'],
    ],
    [
      'data around everything',
      { directories: { cluster: '/kb/r3', data: '/kb/r3' } },
      [
        'directories.data: "/kb/r3" holds cluster ("/kb/r3")',
        'directories.data: "/kb/r3" holds archive ("/kb/r3/archive")',
      ],
    ],
    [
      'a system directory',
      { directories: { cluster: '/opt' } },
      ['directories.cluster: "/opt" is a directory of the system'],
    ],
    [
      'root as owner',
      { os: { user: 'root' } },
      ['os.user: the server refuses to run as root', 'os.group: the server refuses to run as root'],
    ],
    ['a third account', { pool: { executeUser: 'ops' } }, ['pool.executeUser: "ops" is neither root nor kingbase']],
    [
      'a line break',
      { database: { parameters: { search_path: 'a\nb' } } },
      ['database.parameters.search_path: has the control character 0x0a at position 2'],
    ],
    ['a misspelt key', { virtualIp: '10.0.0.1/24' }, ['virtualIp: unknown key "virtualIp"']],
  ])('refuses %s', (_what, more, wanted) => {
    expect(said(more)).toEqual(wanted);
  });

  it('tells what it wants where it gets nothing', () => {
    for (const nothing of [undefined, null, [], 'x']) {
      const parsed = parseV8r3Spec(nothing);
      expect(
        parsed.ok ? [] : parsed.findings.map(({ path, hint }) => [path, hint?.includes('docs/reference/v8r3.md')]),
      ).toEqual([['v8r3', true]]);
    }
  });
});
