import { v8r3Node, v8r3Spec } from '../../v8r3/exampleV8r3';
import { resource, type PolicyCase, type Sample } from '../sample';

const site = (more: Record<string, unknown> = {}): Sample => [
  resource('kingbase:v8r3:Cluster', v8r3Spec(more) as unknown as Record<string, unknown>, 'r3ha'),
];
const check = (healthCheck: Record<string, number>, pool: Record<string, unknown> = {}): Sample =>
  site({ pool: { healthCheck, ...pool } });
const three = [v8r3Node(1), v8r3Node(2), v8r3Node(3)];

export const v8r3Cases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-v8r3-decide-primary-recovery',
    passes: [site(), site({ recovery: { automaticPrimary: true } })],
    fails: [
      [site({ recovery: {} }), ['recovery.automaticPrimary: is not decided; the scripts take 0']],
      [
        site({ recovery: { checkDisk: false }, nodes: three }),
        ['recovery.automaticPrimary: is not decided; the scripts take 0'],
      ],
    ],
  },
  {
    rule: 'kingbase-v8r3-refuse-rewind-of-async',
    passes: [site({ recovery: { automaticPrimary: true } }), site({ replication: { synchronous: false } })],
    fails: [
      [
        site({ recovery: { automaticPrimary: true }, replication: { synchronous: false } }),
        ['recovery.automaticPrimary: is true while replication.synchronous is false'],
      ],
      [
        site({ recovery: { automaticPrimary: true }, replication: { synchronous: false }, nodes: three }),
        ['recovery.automaticPrimary: is true while replication.synchronous is false'],
      ],
    ],
  },
  {
    rule: 'kingbase-v8r3-require-synchronous',
    passes: [site()],
    fails: [
      [
        site({ replication: { synchronous: false } }),
        ['replication.synchronous: is false: acknowledged commits can be lost in a failover'],
      ],
      [
        site({ replication: { synchronous: false }, nodes: three }),
        ['replication.synchronous: is false: acknowledged commits can be lost in a failover'],
      ],
    ],
  },
  {
    rule: 'kingbase-v8r3-require-two-gateways',
    passes: [site(), [site({ trustedServers: ['192.168.1.1'] }), { minimum: 1 }]],
    fails: [
      [site({ trustedServers: ['192.168.1.1'] }), ['trustedServers: 1 declared; at least 2 are wanted']],
      [site(), ['trustedServers: 2 declared; at least 3 are wanted'], { minimum: 3 }],
    ],
  },
  {
    rule: 'kingbase-v8r3-meet-detection-time',
    passes: [site(), check({ maxRetries: 3, retryDelaySeconds: 2 })],
    fails: [
      // The seed's numbers: a nominal 30 s.
      [
        check({ maxRetries: 10, retryDelaySeconds: 3 }),
        [
          'pool.healthCheck: host off: noticed after up to 151 s; the objective is 60 s',
          'pool.healthCheck: nobody answers: noticed after up to 151 s; the objective is 60 s',
        ],
        { objectiveSeconds: 60 },
      ],
      [
        check({ maxRetries: 20, retryDelaySeconds: 10 }),
        [
          'pool.healthCheck: database killed: noticed after up to 201 s; the objective is 180 s',
          'pool.healthCheck: host off: noticed after up to 421 s; the objective is 180 s',
          'pool.healthCheck: nobody answers: noticed after up to 421 s; the objective is 180 s',
        ],
      ],
    ],
  },
  {
    rule: 'kingbase-v8r3-bound-hung-detection',
    passes: [site(), check({ timeoutSeconds: 5, maxRetries: 3, retryDelaySeconds: 2 })],
    fails: [
      // What the installer writes.
      [
        check({ timeoutSeconds: 120 }),
        ['pool.healthCheck.timeoutSeconds: a hung primary is noticed after up to 1021 s; at most 300 s are wanted'],
      ],
      [
        site(),
        ['pool.healthCheck.timeoutSeconds: a hung primary is noticed after up to 221 s; at most 60 s are wanted'],
        { maximumSeconds: 60 },
      ],
    ],
  },
];
