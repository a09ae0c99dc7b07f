/** What follows from a ClusterSpec: tables of exact results. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, hostPort, sortedCidrs, toCidr, widestCidrs } from '../../../core/topology/addresses';
import { toNodeTarget } from '../../../core/topology/nodeTarget';
import { planCluster } from '../../../core/topology/planCluster';
import { makeNode, makeSpec, makeWitnessSpec } from '../../support/specs';

describe('planCluster', () => {
  it('writes the conninfo in the order of the vendor’s installer', () => {
    expect(planCluster(makeSpec()).nodes[1]?.conninfo).toBe(
      'host=10.77.0.12 user=esrep dbname=esrep port=54321 connect_timeout=10 keepalives=1 keepalives_idle=2 ' +
        'keepalives_interval=2 keepalives_count=3 tcp_user_timeout=9000',
    );
  });

  it('names the slot by the id, not by the position', () => {
    const nodes = [makeNode('a', '10.0.0.1', 7), makeNode('b', '10.0.0.2', 3)];
    expect(planCluster(makeSpec({ nodes })).nodes.map((node) => node.slotName)).toEqual([
      'repmgr_slot_7',
      'repmgr_slot_3',
    ]);
  });

  it('puts the kbha line of V8R6 into /etc/cron.d with the user column', () => {
    const bin = '/home/kingbase/cluster/lab/kingbase/bin';
    expect(planCluster(makeSpec()).nodes[0]?.cron).toEqual({
      form: 'cron.d',
      path: '/etc/cron.d/KINGBASECRON',
      line: `*/1 * * * * kingbase  . /etc/profile;${bin}/kbha -A daemon -f ${bin}/../etc/repmgr.conf >> ${bin}/../log/kbha.log 2>&1`,
    });
  });

  it('puts the kbha line of V9 into the crontab of the user', () => {
    const prefix = '/home/kingbase/cluster/kingbase';
    expect(planCluster(makeWitnessSpec()).nodes[2]?.cron).toEqual({
      form: 'crontab',
      path: 'crontab:kingbase',
      line: `*/1 * * * *  . /etc/profile;${prefix}/bin/kbha -A daemon -f ${prefix}/etc/repmgr.conf`,
    });
  });

  it('opens the database to nodes and clients, the channels to nodes only', () => {
    const rules = planCluster(makeWitnessSpec({ clients: ['192.168.5.0/24', '10.77.1.13/32'] })).nodes[0]?.firewall;
    const peers = ['10.77.1.12/32', '10.77.1.13/32'];
    expect(rules).toEqual([
      { port: 54321, protocol: 'tcp', sources: [...peers, '192.168.5.0/24'], why: 'database: nodes and clients' },
      { port: 22, protocol: 'tcp', sources: peers, why: 'ssh between the nodes' },
      { port: 'icmp', protocol: 'icmp', sources: [...peers, '192.168.5.0/24'], why: 'ping between the nodes' },
      { port: 8890, protocol: 'tcp', sources: peers, why: 'sys_securecmdd between the nodes' },
    ]);
  });

  it('keeps a repository node out of the database and gives it no cron line', () => {
    const repository = makeNode('repo', '10.77.0.14', 0, { role: 'repository' });
    const plan = planCluster(makeSpec({ nodes: [makeNode('node1', '10.77.0.11', 1), repository], clients: [] }));
    expect(plan.nodes[1]?.firewall.map((rule) => rule.port)).toEqual([22, 'icmp']);
    expect(plan.nodes[1]?.cron).toBeUndefined();
    expect(plan.nodes[0]?.firewall.map((rule) => rule.port)).toEqual([22, 'icmp']);
    expect(plan.nodes[0]?.peers).toMatchObject([{ name: 'repo', role: 'repository', sshPort: 22 }]);
  });

  it('takes the tools that the user prepared for the virtual IP where that is declared', () => {
    const paths = (privilege: 'setuidCopy' | 'existing') =>
      planCluster(makeSpec({ virtualIp: { privilege } })).nodes[0]?.paths;
    expect(paths('existing')).toMatchObject({ ipPath: '/sbin/ip', arpingPath: '/sbin/arping' });
    expect(paths('setuidCopy')?.ipPath).toBe('/usr/local/lib/pulumi-kingbase/bin/ip');
  });

  it('opens nothing on a node alone', () => {
    const plan = planCluster(makeSpec({ nodes: [makeNode('node1', '10.77.0.11', 1)], clients: [] }));
    expect(plan.nodes[0]?.firewall).toEqual([]);
  });

  it('takes the ssh port of the channel for all, else that of each node', () => {
    const nodes = [makeNode('a', '10.0.0.1', 1, { connection: { port: 2201 } }), makeNode('b', '10.0.0.2', 2)];
    const ports = (kind: 'ssh' | 'securecmdd', port: number) =>
      planCluster(makeSpec({ nodes, remoteChannel: { kind, port } })).nodes.map((node) => node.ports);
    expect(ports('ssh', 2222).map((port) => port.ssh)).toEqual([2222, 2222]);
    expect(ports('securecmdd', 8890)).toEqual([
      { database: 54321, ssh: 2201, remoteChannel: 8890 },
      { database: 54321, ssh: 22, remoteChannel: 8890 },
    ]);
  });

  it('gives endpoints that name no role', () => {
    expect(planCluster(makeSpec()).endpoints).toEqual({
      readWrite: '10.77.0.100:54321',
      readOnly:
        'postgresql://10.77.0.11:54321,10.77.0.12:54321,10.77.0.13:54321/test?target_session_attrs=prefer-standby',
      multiHostUri:
        'postgresql://10.77.0.11:54321,10.77.0.12:54321,10.77.0.13:54321/test?target_session_attrs=read-write',
      jdbc: 'jdbc:kingbase8://10.77.0.100:54321/test',
    });
  });

  it('gives several hosts where there is no virtual IP, without the witness', () => {
    const plan = planCluster({ ...makeWitnessSpec(), virtualIp: undefined });
    expect(plan.endpoints.readWrite).toBe('10.77.1.11:54321,10.77.1.12:54321');
    expect(plan.endpoints.jdbc).toBe(
      'jdbc:kingbase8://10.77.1.11:54321,10.77.1.12:54321/kingbase?targetServerType=master',
    );
  });
});

describe('toNodeTarget', () => {
  it('is plain data that survives JSON', () => {
    const spec = makeWitnessSpec();
    const target = toNodeTarget(planCluster(spec).nodes[0]!, spec);
    expect(JSON.parse(JSON.stringify(target))).toEqual(target);
    expect(target).toMatchObject({
      bin: '/home/kingbase/cluster/kingbase/bin',
      data: '/kbdata/data',
      wal: '/kbwal/wal',
      state: '/var/lib/pulumi-kingbase/lab',
      passwordFile: '/home/kingbase/.kbpass',
      serverLog: '/home/kingbase/cluster/kingbase/logfile',
      maintenanceDb: 'kingbase',
      virtualIp: '10.77.1.100/24',
      cron: { form: 'crontab' },
    });
  });

  it('leaves out what a node does not have', () => {
    const spec = {
      ...makeSpec({ nodes: [makeNode('r', '10.0.0.1', 1, { role: 'repository' })] }),
      virtualIp: undefined,
    };
    const target = toNodeTarget(planCluster(spec).nodes[0]!, spec);
    expect(Object.keys(target)).not.toEqual(expect.arrayContaining(['wal']));
    expect(target).not.toHaveProperty('cron');
    expect(target).not.toHaveProperty('virtualIp');
    expect(target.maintenanceDb).toBe('test');
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.11', '10.0.0.11/32'],
    ['10.0.8.5/24', '10.0.8.0/24'],
    ['FD00:0::1', 'fd00::1/128'],
    ['fd00::1/64', 'fd00::/64'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('writes %s as %s', (address, cidr) => {
    expect(toCidr(address)).toBe(cidr);
  });

  it.each(['node1', '', '10.0.0', '10.0.0.1/33', '10.0.0.1/', 'fd00::1/129', '10.0.0.1/-1', '10.0.0.1; drop'])(
    'refuses %j, for files are bound to addresses',
    (address) => {
      expect(() => toCidr(address)).toThrow(`"${address}" is not an IP address or network`);
    },
  );

  it('sorts by number, IPv4 first, without doubles', () => {
    expect(
      sortedCidrs(['fd00::1', '10.0.0.100', '10.0.0.9', '9.0.0.0/8', '10.0.0.9/32', '10.0.0.0/24', '10.0.0.0/16']),
    ).toEqual([...['9.0.0.0/8', '10.0.0.0/16', '10.0.0.0/24', '10.0.0.9/32', '10.0.0.100/32', 'fd00::1/128']]);
  });

  it('keeps no network inside another, and covers the same addresses', () => {
    const cidr = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(8, 16, 24, 30, 32),
    );
    const list = fc.array(cidr.map(([a, b, length]) => `10.0.${a}.${b}/${length}`));
    fc.assert(
      fc.property(list, (cidrs) => {
        const widest = widestCidrs(cidrs);
        const all = cidrs.map(toCidr);
        expect(all.every((each) => widest.some((network) => contains(network, each)))).toBe(true);
        expect(widest.some((a) => widest.some((b) => a !== b && contains(a, b)))).toBe(false);
        expect(widest.every((each) => all.includes(each))).toBe(true);
      }),
    );
  });

  it('never takes one family for the other', () => {
    expect(contains('0.0.0.0/0', '::/0')).toBe(false);
    expect(hostPort('fd00::1', 54321)).toBe('[fd00::1]:54321');
  });
});
