/** The report of a cluster from what its nodes said, and the health rule: one mutation of a healthy cluster per reason. */
import { describe, expect, it } from 'vitest';
import { buildClusterReport, type ObservedNode } from '../../../core/observe/clusterReport';
import type { NodeObservation, ServerAnswers } from '../../../core/observe/types';
import {
  emptyNode,
  gone,
  hostOf,
  observed,
  primaryNode,
  record,
  showRow,
  standbyNode,
  stoppedPrimary,
  THREE_RECORDS,
  THREE_ROWS,
} from '../../support/observations';

const repository = (): NodeObservation => ({
  ...emptyNode('repo'),
  data: { ...emptyNode('repo').data, state: 'absent' },
});

function cluster(changes: Partial<Record<'node1' | 'node2' | 'node3' | 'repo', NodeObservation>> = {}): ObservedNode[] {
  const nodes = {
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    repo: repository(),
    ...changes,
  };
  return Object.values(nodes).map((node) => observed(node));
}

const report = (changes: Parameters<typeof cluster>[0] = {}) => buildClusterReport('orders', cluster(changes));

const answers = (node: ReturnType<typeof primaryNode>): ServerAnswers => node.server.answers as ServerAnswers;
const primaryWith = (changes: Partial<ServerAnswers>) => primaryNode('node1', {}, changes);
const replicasOfNode1 = answers(primaryNode('node1')).replicas;

describe('buildClusterReport', () => {
  it('says of a healthy cluster who is who', () => {
    const { nodes, ...rest } = report();
    expect(rest).toEqual({
      cluster: 'orders',
      primary: 'node1',
      healthy: true,
      reasons: [],
      warnings: [],
      virtualIp: null,
      synchronousStandbyNames: 'ANY 1(node2,node3)',
      settingConflicts: [],
      pendingRestart: {},
    });
    expect(
      nodes.map(({ name, role, status, upstream, timeline, lagBytes, repmgrd, kbha }) => [
        name,
        role,
        status,
        upstream,
        timeline,
        lagBytes,
        repmgrd,
        kbha,
      ]),
    ).toEqual([
      ['node1', 'primary', '* running', null, 1, null, true, true],
      ['node2', 'standby', 'running', 'node1', 1, 0, true, true],
      ['node3', 'standby', 'running', 'node1', 1, 0, true, true],
      ['repo', 'repository', 'reachable', null, null, null, null, null],
    ]);
  });

  it('counts a witness as witness, never as a second primary', () => {
    const nodes = cluster();
    nodes.push(observed(primaryNode('witness', {}, { replicas: [] })));
    const records = [...THREE_RECORDS, record('witness', 'witness')];
    const rows = [...THREE_ROWS, showRow('witness', 'witness', '* running')];
    const withWitness = nodes.map((node) =>
      node.observation.reachable
        ? { ...node, observation: { ...node.observation, repmgr: { records, paused: false, clusterShow: rows } } }
        : node,
    );
    const result = buildClusterReport('orders', withWitness);
    expect(result.reasons).toEqual([]);
    expect(result.nodes.at(-1)).toMatchObject({ role: 'witness', status: '* running', lagBytes: null });
  });

  it('makes up the words of repmgr where it gave no table', () => {
    const blind = (node: ReturnType<typeof primaryNode>, records = THREE_RECORDS) => ({
      ...node,
      repmgr: { records, paused: false, clusterShow: undefined },
    });
    const result = report({
      node1: blind(primaryNode('node1')),
      node2: blind(standbyNode('node2')),
      node3: gone('node3'),
    });
    expect(result.nodes.map((node) => node.status)).toEqual(['* running', 'running', '? unreachable', 'reachable']);
    expect(result.nodes[2]).toMatchObject({
      role: 'unknown',
      repmgrd: null,
      kbha: null,
      automation: null,
      reason: 'connection refused',
    });
  });

  it('measures the lag of a standby that is not attached by its own position', () => {
    const node1 = primaryWith({ replicas: replicasOfNode1.filter((row) => row.name !== 'node2') });
    const node2 = standbyNode('node2', {}, { replayLsn: '0/4FFFF00', receiver: undefined });
    expect(report({ node1, node2 }).nodes[1]).toMatchObject({ lagBytes: 256, upstream: 'node1' });
  });

  it('takes the word of the highest timeline where two nodes accept writes, and names no primary', () => {
    const node2 = primaryNode(
      'node2',
      { repmgr: { records: THREE_RECORDS, paused: false, clusterShow: [showRow('node1', 'primary', '- failed')] } },
      { timeline: 2 },
    );
    const result = report({ node2 });
    expect(result.primary).toBeNull();
    expect(result.synchronousStandbyNames).toBeNull();
    expect(result.nodes[0]?.status).toBe('- failed');
    expect(result.reasons).toContain('2 nodes accept writes: node1 (timeline 1), node2 (timeline 2)');
  });

  it('finds the holders of the virtual IP whatever prefix length it is bound with', () => {
    const nodes = cluster({ node1: primaryNode('node1', { addresses: ['10.0.0.100/32'] }) }).map((node) => ({
      ...node,
      target: { ...node.target, virtualIp: '10.0.0.100/24' },
    }));
    const result = buildClusterReport('orders', nodes);
    expect(result.virtualIp).toEqual({ address: '10.0.0.100/24', holders: ['node1'] });
    expect(result.healthy).toBe(true);
  });

  it('lists overridden settings with both places and settings that wait for a restart', () => {
    const node1 = primaryNode(
      'node1',
      { managedSettingsText: 'work_mem=8MB\nshared_buffers=1GB\n' },
      {
        settings: [
          {
            name: 'work_mem',
            value: '1024',
            unit: 'kB',
            type: 'integer',
            context: 'user',
            source: 'configuration file',
            file: '/kbdata/data/kingbase.auto.conf',
            line: 3,
            pendingRestart: false,
          },
          {
            name: 'shared_buffers',
            value: '65536',
            unit: '8kB',
            type: 'integer',
            context: 'postmaster',
            source: 'configuration file',
            file: '/kbdata/data/es_rep.conf',
            line: 2,
            pendingRestart: true,
          },
        ],
      },
    );
    const result = report({ node1 });
    expect(result.settingConflicts).toMatchObject([
      {
        node: 'node1',
        name: 'work_mem',
        effect: 'overridden',
        writtenAt: '/kbdata/data/es_rep.conf:1',
        liveAt: '/kbdata/data/kingbase.auto.conf:3',
      },
    ]);
    expect(result.warnings).toContainEqual(
      expect.stringMatching(
        /^node1: work_mem: written \S+ at \/kbdata\/data\/es_rep\.conf:1, in effect \S+ from \/kbdata\/data\/kingbase\.auto\.conf:3$/,
      ),
    );
    expect(result.pendingRestart).toEqual({ node1: ['shared_buffers'] });
  });

  it('warns of what is no fault: paused or missing automation, nodes that are registered but not declared', () => {
    const records = [...THREE_RECORDS, record('node4', 'standby')];
    const repmgr = { records, paused: false, clusterShow: THREE_ROWS };
    const result = report({
      node1: primaryNode('node1', { repmgr }),
      node2: standbyNode('node2', { repmgr, automation: 'paused' }),
      node3: standbyNode('node3', { repmgr, automation: 'missing' }),
    });
    expect(result.healthy).toBe(true);
    expect(result.warnings).toEqual([
      'node2: automation is paused (its kbha cron line is commented out): nothing restarts kbha there',
      'node3: its kbha cron line is missing: nothing restarts kbha there',
      'node4: registered with repmgr as node 4, but not declared',
    ]);
  });
});

const show = (changes: Parameters<typeof showRow>[3], status = 'running') =>
  THREE_ROWS.map((row) => (row.name === 'node2' ? showRow('node2', 'standby', status, changes) : row));
const repmgrOf = (rows: typeof THREE_ROWS, records = THREE_RECORDS) => ({ records, paused: false, clusterShow: rows });

describe('health', () => {
  it.each<[string, Parameters<typeof cluster>[0], string]>([
    ['a node that cannot be read', { node3: gone('node3') }, 'node3: connection refused'],
    ['a repository that cannot be read', { repo: gone('repo') }, 'repo: connection refused'],
    ['a database that is down', { node3: stoppedPrimary('node3') }, 'node3: the database does not run'],
    ['no primary', { node1: stoppedPrimary('node1') }, 'no node accepts writes: there is no primary'],
    [
      'a mark of repmgr',
      { node1: primaryNode('node1', { repmgr: repmgrOf(show({}, '! running as primary')) }) },
      'node2: repmgr says "! running as primary" (registered as standby, but accepts writes: two primaries, or its record was not updated)',
    ],
    [
      'a word nobody knows',
      { node1: primaryNode('node1', { repmgr: repmgrOf(show({}, 'odd')) }) },
      'node2: repmgr says "odd"',
    ],
    [
      'a standby that is not attached',
      { node1: primaryWith({ replicas: replicasOfNode1.slice(1) }) },
      'node2: not connected to the primary node1 for replication',
    ],
    [
      'a standby that catches up',
      { node1: primaryWith({ replicas: replicasOfNode1.map((row) => ({ ...row, state: 'catchup' })) }) },
      'node2: replication from node1 is in state catchup, not streaming',
    ],
    [
      'a cascade',
      { node1: primaryNode('node1', { repmgr: repmgrOf(show({ upstream: 'node3' })) }) },
      'node2: registered as following node3, but the primary is node1',
    ],
    [
      'an upstream that repmgr doubts',
      { node1: primaryNode('node1', { repmgr: repmgrOf(show({ upstream: '? node1' })) }) },
      'node2: repmgr doubts its upstream ("? node1")',
    ],
    ['an old timeline', { node1: primaryWith({ timeline: 2 }) }, 'node2: on timeline 1, the primary is on 2'],
    ['repmgrd down', { node2: standbyNode('node2', { repmgrdPid: null }) }, 'node2: repmgrd does not run'],
    ['kbha down', { node2: standbyNode('node2', { kbhaPid: null }) }, 'node2: kbha does not run'],
    [
      'repmgrd paused',
      { node2: standbyNode('node2', { repmgr: { ...repmgrOf(THREE_ROWS), paused: true } }) },
      'node2: repmgrd is paused: no automatic failover',
    ],
    [
      'records that cannot be read',
      { node1: primaryNode('node1', { repmgr: { records: undefined, paused: false, clusterShow: THREE_ROWS } }) },
      'node1: the repmgr records could not be read',
    ],
    [
      'a node that is not registered',
      { node1: primaryNode('node1', { repmgr: repmgrOf(THREE_ROWS, THREE_RECORDS.slice(0, 2)) }) },
      'node3: not registered with repmgr',
    ],
    [
      'an id that is somebody else’s',
      {
        node1: primaryNode('node1', {
          repmgr: repmgrOf(THREE_ROWS, [...THREE_RECORDS.slice(0, 2), record('node3', 'standby', { name: 'old3' })]),
        }),
      },
      'node3: node id 3 is registered as "old3"',
    ],
    [
      'another table on another node',
      { node3: standbyNode('node3', { repmgr: repmgrOf(THREE_ROWS, [record('node2', 'primary')]) }) },
      'node3: its repmgr records differ from those of node1',
    ],
  ])('%s is a reason', (_what, changes, reason) => {
    const result = report(changes);
    expect(result.healthy).toBe(false);
    expect(result.reasons).toContain(reason);
  });

  it('wants the virtual IP on the primary and nowhere else', () => {
    const nodes = cluster({ node2: standbyNode('node2', { addresses: ['10.0.0.100/24'] }) }).map((node) => ({
      ...node,
      target: { ...node.target, virtualIp: '10.0.0.100/24' },
    }));
    expect(buildClusterReport('orders', nodes).reasons).toEqual([
      'node2: holds the virtual IP 10.0.0.100/24 although it is not the primary',
      'node1: is primary but does not hold the virtual IP 10.0.0.100/24',
    ]);
  });

  it('wants one host to answer for the virtual IP, and names whoever answers beside the holder', () => {
    const [own, stranger] = ['02:fc:00:00:00:0a', '00:16:3e:00:00:01'];
    const answered = (answers: readonly string[]): readonly string[] => {
      const nodes = cluster({
        node1: primaryNode('node1', { addresses: ['10.0.0.100/24'], hardwareAddress: own }),
        node3: standbyNode('node3', { virtualIpAnswers: answers }),
      }).map((node) => ({ ...node, target: { ...node.target, virtualIp: '10.0.0.100/24' } }));
      return buildClusterReport('orders', nodes).reasons;
    };
    expect(answered([own])).toEqual([]);
    // A network may answer for its hosts.
    expect(answered([stranger])).toEqual([]);
    expect(answered([stranger, own])).toEqual([
      'the virtual IP 10.0.0.100/24 is answered by 2 hosts: a host that is no node of this cluster (00:16:3e:00:00:01), node1 (02:fc:00:00:00:0a)',
    ]);
  });

  it('says that a node was never registered where nobody has a record of it', () => {
    const result = report({ node1: stoppedPrimary('node1'), node2: gone('node2'), node3: gone('node3') });
    expect(result.nodes[0]?.status).toBe('not registered');
  });

  it('shows two writable nodes of unknown timeline as such', () => {
    const result = report({
      node1: primaryWith({ timeline: undefined }),
      node2: primaryNode('node2', {}, { timeline: undefined }),
    });
    expect(result.reasons[0]).toBe('2 nodes accept writes: node1 (timeline unknown), node2 (timeline unknown)');
    expect(hostOf('node1')).toBe('10.0.0.11');
  });
});
