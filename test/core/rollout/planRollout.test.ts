/** Order of restarts. The properties hold for every set of pending settings: one at a time, never a standby with less than its primary. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeStep,
  pendingSettings,
  planRollout,
  type PendingSetting,
  type RolloutNode,
} from '../../../core/rollout/planRollout';
import type { ServerAnswers } from '../../../core/observe/types';
import { primaryNode } from '../../support/observations';

const raise: PendingSetting = { name: 'max_connections', live: '100', wanted: '200', unit: '' };
const lower: PendingSetting = { name: 'max_wal_senders', live: '32', wanted: '10', unit: '' };
const plain: PendingSetting = { name: 'shared_buffers', live: '65536', wanted: '1GB', unit: '8kB' };

function node(
  name: string,
  role: RolloutNode['role'],
  pending: readonly PendingSetting[],
  changes: Partial<RolloutNode> = {},
): RolloutNode {
  return { name, role, pending, priority: 100, streams: role === 'standby', ...changes };
}

const three = (...pending: PendingSetting[]): RolloutNode[] => [
  node('node1', 'standby', pending),
  node('node2', 'primary', pending),
  node('node3', 'standby', pending),
];

function stepsOf(nodes: readonly RolloutNode[], mode: 'inPlace' | 'switchover' = 'inPlace'): string[] {
  const plan = planRollout(nodes, mode);
  return plan.kind === 'steps' ? plan.steps.map(describeStep) : [plan.finding.code];
}

describe('planRollout', () => {
  it('restarts standbys first, then the primary in place', () => {
    expect(stepsOf(three(plain))).toEqual([
      'node1: restart of the standby for shared_buffers',
      'node3: restart of the standby for shared_buffers',
      'node2: restart of the primary in place for shared_buffers',
    ]);
  });

  it('does nothing where nothing is pending, and only what is left of an interrupted run', () => {
    expect(stepsOf(three())).toEqual([]);
    expect(stepsOf([node('node1', 'standby', []), node('node2', 'primary', [plain])])).toEqual([
      'node2: restart of the primary in place for shared_buffers',
    ]);
  });

  it('raises on the standbys first and lowers on the primary first', () => {
    expect(stepsOf(three(raise))[2]).toContain('node2: restart of the primary');
    expect(stepsOf(three(lower))[0]).toBe('node2: restart of the primary in place for max_wal_senders');
    expect(stepsOf(three({ ...raise, wanted: undefined }))[0]).toContain('node2: restart of the primary');
  });

  it('refuses to raise one and lower another at once, and says what to do', () => {
    const plan = planRollout(three(raise, lower), 'inPlace');
    expect(plan).toMatchObject({ kind: 'refuse', finding: { code: 'rollout/both-ways' } });
    expect(plan.kind === 'refuse' && plan.finding.message).toContain(
      'max_connections is raised while max_wal_senders is lowered',
    );
  });

  it('hands over to the standby of the highest priority, then of the first name', () => {
    const nodes = [
      node('node2', 'primary', [plain]),
      node('node5', 'standby', [], { priority: 0 }),
      node('node4', 'standby', []),
      node('node3', 'standby', []),
      node('node6', 'standby', [], { priority: 200, streams: false }),
    ];
    expect(stepsOf(nodes, 'switchover')).toEqual(['node2: switchover to node3 for shared_buffers']);
    expect(stepsOf([...nodes, node('node7', 'standby', [], { priority: 150 })], 'switchover')).toEqual([
      'node2: switchover to node7 for shared_buffers',
    ]);
  });

  it('restarts in place where nobody can take over, and where a value is lowered', () => {
    expect(stepsOf([node('node2', 'primary', [plain])], 'switchover')).toEqual([
      'node2: restart of the primary in place for shared_buffers',
    ]);
    expect(stepsOf(three(lower), 'switchover')[0]).toContain('in place');
  });

  it('restarts a witness first, whose numbers concern nobody else', () => {
    const witness = node('witness', 'witness', [lower]);
    expect(stepsOf([...three(raise), witness])[0]).toBe('witness: restart of the witness for max_wal_senders');
  });
});

const anyPending = fc.uniqueArray(fc.constantFrom(raise, lower, plain, { ...raise, wanted: undefined }), {
  selector: (setting) => setting.name,
});
const anyCluster = fc.tuple(
  anyPending,
  anyPending,
  anyPending,
  fc.constantFrom('inPlace' as const, 'switchover' as const),
);

describe('for every set of pending settings', () => {
  it('each node that waits is restarted once, and nobody else', () => {
    fc.assert(
      fc.property(anyCluster, ([one, two, three_, mode]) => {
        const nodes = [node('node1', 'primary', one), node('node2', 'standby', two), node('node3', 'standby', three_)];
        const plan = planRollout(nodes, mode);
        if (plan.kind === 'steps') {
          const touched = plan.steps.map((step) => (step.kind === 'switchover' ? step.from : step.node)).sort();
          expect(touched).toEqual(nodes.filter((each) => each.pending.length > 0).map((each) => each.name));
        }
      }),
    );
  });

  it('a standby never runs with less than its primary between two steps', () => {
    fc.assert(
      fc.property(fc.constantFrom(raise, lower), ({ ...setting }) => {
        const nodes = [
          node('node1', 'standby', [setting]),
          node('node2', 'primary', [setting]),
          node('node3', 'standby', [setting]),
        ];
        const plan = planRollout(nodes, 'inPlace');
        const values = new Map(nodes.map((each) => [each.name, Number(setting.live)]));
        for (const step of plan.kind === 'steps' ? plan.steps : []) {
          values.set(step.kind === 'switchover' ? step.from : step.node, Number(setting.wanted));
          expect(Math.min(values.get('node1') ?? 0, values.get('node3') ?? 0)).toBeGreaterThanOrEqual(
            values.get('node2') ?? 0,
          );
        }
      }),
    );
  });
});

describe('pendingSettings', () => {
  it('takes what the server flags, with what the files want last', () => {
    const row = {
      unit: '',
      type: 'integer',
      context: 'postmaster',
      source: 'configuration file',
      file: '/d/es_rep.conf',
      line: 1,
    };
    const answers: ServerAnswers = {
      ...(primaryNode('node1').server.answers as ServerAnswers),
      settings: [
        { ...row, name: 'max_connections', value: '100', pendingRestart: true },
        { ...row, name: 'port', value: '54321', pendingRestart: false },
        { ...row, name: 'wal_level', value: 'replica', pendingRestart: true },
      ],
      fileSettings: ['150', '200'].map((value, at) => ({
        name: 'max_connections',
        value,
        file: '/d/es_rep.conf',
        line: at,
        applied: false,
        error: '',
      })),
    };
    expect(pendingSettings(answers)).toEqual([
      { name: 'max_connections', live: '100', wanted: '200', unit: '' },
      { name: 'wal_level', live: 'replica', wanted: undefined, unit: '' },
    ]);
  });
});
