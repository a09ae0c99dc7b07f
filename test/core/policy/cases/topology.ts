import { alone, failing, node, resource, three, type PolicyCase, type Sample } from '../sample';

const two = [node(1), node(2)];
const spread = (...places: readonly (readonly [string, number])[]): Sample =>
  three({ nodes: places.map(([location, priority], index) => node(index + 1, { location, priority })) });
const clusterOf = (name: string, hosts: readonly string[], endpoint: string): Sample => [
  resource('kingbase:ha:Cluster', { readWriteEndpoint: endpoint }, name),
  ...hosts.map((host) => resource('kingbase:host:Node', { host, role: 'database' }, `${name}-${host}`, name)),
];

export const topologyCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-cluster-require-standby',
    passes: [three({ nodes: two }), [alone(), { minimum: 0 }]],
    fails: [
      [alone(), ['nodes: 0 standbys are declared; at least 1 are wanted']],
      [three({ nodes: two }), ['nodes: 1 standbys are declared; at least 2 are wanted'], { minimum: 2 }],
    ],
  },
  {
    rule: 'kingbase-cluster-require-witness-for-two',
    passes: [three(), alone(), three({ nodes: [...two, node(3, { role: 'witness' })] })],
    fails: [
      [three({ nodes: two }), ['nodes: two database nodes and no witness: a cut line can make two primaries']],
      // A repository has no vote.
      [
        three({ nodes: [...two, node(3, { role: 'repository' })] }),
        ['nodes: two database nodes and no witness: a cut line can make two primaries'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-trusted-servers',
    passes: [failing({ trustedServers: ['10.77.0.1', '10.77.0.254'] }), alone(), [three(), { minimum: 1 }]],
    fails: [
      [three(), ['failover.trustedServers: 1 declared; at least 2 are wanted']],
      [
        three({ nodes: [...two, node(3, { role: 'witness' })], failover: {} }),
        ['failover.trustedServers: 0 declared; at least 2 are wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-primary-visibility',
    passes: [
      three({ repmgrParameters: { primary_visibility_consensus: true } }),
      three({ nodes: two }),
      failing({ failover: 'manual' }),
    ],
    fails: [
      [three(), ['repmgrParameters.primary_visibility_consensus: is off among 3 nodes']],
      [
        three({
          nodes: [...two, node(3, { role: 'witness' })],
          repmgrParameters: { primary_visibility_consensus: 'no' },
        }),
        ['repmgrParameters.primary_visibility_consensus: is off among 3 nodes'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-automatic-failover',
    passes: [three(), alone({ failover: { failover: 'manual' } })],
    fails: [
      [failing({ failover: 'manual' }), ['failover.failover: is manual: no standby promotes itself']],
      [
        three({ nodes: two, failover: { trustedServers: ['10.77.0.1'], failover: 'manual' } }),
        ['failover.failover: is manual: no standby promotes itself'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-bound-isolated-primary',
    passes: [failing({ runningUnderFailureTrustedServers: false }), alone()],
    fails: [
      [
        three(),
        [
          'failover.runningUnderFailureTrustedServers: an isolated primary takes writes from 9 s on, and nothing stops it',
        ],
      ],
      [
        failing({ runningUnderFailureTrustedServers: false }),
        [
          'failover.runningUnderFailureTrustedServers: an isolated primary takes writes for up to 79 s; at most 30 s are wanted',
        ],
        { maximumSeconds: 30 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-meet-recovery-time',
    passes: [three(), failing({ preset: 'fast' }), alone({ failover: { preset: 'safe' } })],
    fails: [
      [failing({ preset: 'safe' }), ['failover: primary cut off: writes go on after 256 s; the objective is 180 s']],
      [
        three(),
        [
          'failover: host powered off: writes go on after 115.5 s; the objective is 60 s',
          'failover: primary cut off: writes go on after 178.5 s; the objective is 60 s',
        ],
        { objectiveSeconds: 60 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-meet-recovery-point',
    passes: [three(), three({ replication: { synchronous: 'all' } })],
    fails: [
      [
        three({ replication: { synchronous: 'async' } }),
        ['replication.synchronous: host powered off: what no standby had received yet'],
      ],
      [
        alone(),
        [
          'replication.synchronous: host powered off: no standby has a copy, should the host not come back; the archive lies on the same nodes (archive.to is directory); no backups are declared',
        ],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-spread-locations',
    passes: [spread(['a', 100], ['b', 90], ['b', 90])],
    fails: [
      [three(), ['nodes: all database nodes stand in default; at least 2 locations are wanted']],
      [
        spread(['a', 100], ['b', 90], ['b', 90]),
        ['nodes: all database nodes stand in a, b; at least 3 locations are wanted'],
        { minimum: 3 },
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-rank-locations',
    passes: [three(), spread(['a', 100], ['a', 90], ['b', 50]), spread(['a', 100], ['a', 100], ['b', 0])],
    fails: [
      [spread(['a', 100], ['a', 90], ['b', 100]), ['nodes: locations a and b have the same priority']],
      [spread(['x', 10], ['y', 10], ['z', 10]), ['nodes: locations x and y and z have the same priority']],
    ],
  },
  {
    rule: 'kingbase-stack-separate-clusters',
    passes: [
      three(),
      [...clusterOf('a', ['10.0.0.1'], '10.0.0.9:54321'), ...clusterOf('b', ['10.0.0.2'], '10.0.0.2:54321')],
    ],
    fails: [
      [
        [...clusterOf('a', ['10.0.0.1'], '10.0.0.9:54321'), ...clusterOf('b', ['10.0.0.1'], '10.0.0.8:54321')],
        ['10.0.0.1: belongs to the clusters a and b'],
      ],
      [
        [...clusterOf('a', ['10.0.0.1'], '10.0.0.9:54321'), ...clusterOf('b', ['10.0.0.2'], '10.0.0.9:54321')],
        ['10.0.0.9:54321: belongs to the clusters a and b'],
      ],
    ],
  },
];
