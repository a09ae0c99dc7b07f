/**
 * The article's situations, one row each: the class, the primary that is preserved, and what is proposed in which order.
 * Seen to fail: each row with the rule of its name taken out of judgeNodes, choosePrimary or planRecovery.
 */
import { describe, expect, it } from 'vitest';
import { ACTION_KINDS } from '../../../core/action/kinds/index';
import { parseActions } from '../../../core/action/parseActions';
import { diagnoseCluster } from '../../../core/recovery/diagnoseCluster';
import type { ClusterDiagnosis, RecoveryEvidence, RecoveryNode } from '../../../core/recovery/types';
import { parseLsn } from '../../../core/observe/lsn';
import { formatLsn } from '../../../core/recovery/standing';
import { OTHER_SYSTEM } from '../../support/observations';
import { project } from './project';
import { live, type World, type WorldEvent } from './world';

const at = (node: number): number => node - 1;
const write = (node: number): WorldEvent => ({ kind: 'write', node: at(node), commit: true, bytes: 2 });
const ship = (node: number): WorldEvent => ({ kind: 'ship', node: at(node), entries: 9 });
const point = (node: number, other: number): WorldEvent => ({ kind: 'point', node: at(node), other: at(other) });
const happens = (
  kind: Exclude<WorldEvent['kind'], 'write' | 'ship' | 'point' | 'reclone'>,
  node: number,
): WorldEvent => ({
  kind,
  node: at(node),
});
const everywhere = (kind: Parameters<typeof happens>[0]): WorldEvent[] => [1, 2, 3].map((node) => happens(kind, node));
/** node2 leads after a failover, node3 follows it. */
const FAILOVER = [
  write(1),
  ship(2),
  ship(3),
  happens('crash', 1),
  happens('promote', 2),
  point(3, 2),
  write(2),
  ship(3),
];

function world(...events: readonly WorldEvent[]): World {
  return live({ size: 3, events: [...events] });
}

function diagnose(evidence: RecoveryEvidence): ClusterDiagnosis {
  return diagnoseCluster(evidence, ['rejoin', 'reclone', 'promote']);
}

/** `rejoin node1!`: the action asks for a confirmation. `hand`: only people can do it. */
function said({ class: failure, primary, steps }: ClusterDiagnosis): readonly [string, string, readonly string[]] {
  const choice =
    primary.kind === 'chosen'
      ? `${primary.node} (${primary.by}${primary.notProved.length > 0 ? ', not proved' : ''})`
      : primary.kind;
  const plan = steps.map(({ record, node, needsConfirm }) =>
    record === undefined ? `hand ${node ?? '-'}` : `${record.kind} ${node ?? '-'}${needsConfirm ? '!' : ''}`,
  );
  return [failure, choice, plan];
}

const ROWS: readonly (readonly [string, readonly WorldEvent[], string, string, readonly string[]])[] = [
  ['all in order', [write(1), ship(2), ship(3)], 'healthy', 'node1 (serving)', []],
  [
    'a standby stopped',
    [happens('stop', 3), write(1)],
    'singlePrimaryFailedStandbys',
    'node1 (serving)',
    ['rejoin node3'],
  ],
  [
    'an empty data directory',
    [happens('wipe', 3)],
    'singlePrimaryFailedStandbys',
    'node1 (serving)',
    ['reclone node3'],
  ],
  [
    'a damaged control file on a standby',
    [happens('damage', 3)],
    'singlePrimaryFailedStandbys',
    'node1 (serving, not proved)',
    ['preserveEvidence node3', 'reclone node3!'],
  ],
  [
    'an old primary with nothing of its own, after a failover',
    FAILOVER,
    'singlePrimaryFailedStandbys',
    'node2 (serving)',
    ['rejoin node1'],
  ],
  [
    'an old primary with transactions that nobody received',
    [write(1), ship(2), ship(3), write(1), happens('crash', 1), happens('promote', 2), point(3, 2), write(2), ship(3)],
    'singlePrimaryFailedStandbys',
    'node2 (serving)',
    ['preserveEvidence node1', 'rejoin node1!'],
  ],
  [
    'a stopped node whose timeline is ahead, without writes',
    [ship(2), ship(3), happens('promote', 3), happens('stop', 3), write(1), ship(2)],
    'singlePrimaryFailedStandbys',
    'node1 (serving)',
    ['rejoin node3'],
  ],
  [
    'a stopped node whose timeline is ahead, with writes on both',
    [ship(2), ship(3), happens('promote', 3), write(3), happens('stop', 3), write(1), ship(2)],
    'singlePrimaryFailedStandbys',
    'undecidable',
    ['preserveEvidence node1', 'preserveEvidence node3', 'hand -'],
  ],
  [
    'the primary killed and nobody promoted',
    [write(1), ship(2), ship(3), happens('crash', 1)],
    'noPrimary',
    'node1 (equal)',
    ['startCluster node1', 'rejoin node2', 'rejoin node3', 'hand -'],
  ],
  [
    'the host of the primary gone and nobody promoted',
    [write(1), ship(2), happens('unreachable', 1)],
    'noPrimary',
    'node2 (lsn, not proved)',
    ['hand node1', 'promote node2!', 'rejoin node3', 'hand -'],
  ],
  [
    'two primaries, one of them without transactions of its own',
    [ship(2), ship(3), happens('promote', 2), write(1), ship(3)],
    'multiplePrimaries',
    'node1 (onlyWrites)',
    ['preserveEvidence node2', 'resolveMultiPrimary node2!', 'hand -'],
  ],
  [
    'a primary without writes of its own, and a stopped node that was promoted and took some',
    [ship(2), ship(3), happens('promote', 2), write(2), happens('stop', 2)],
    'singlePrimaryFailedStandbys',
    'node2 (ancestry)',
    ['preserveEvidence node1', 'hand -'],
  ],
  [
    'two primaries that both took writes',
    [ship(2), ship(3), happens('promote', 2), write(1), write(2), ship(3)],
    'multiplePrimaries',
    'undecidable',
    ['preserveEvidence node1', 'preserveEvidence node2', 'hand -'],
  ],
  [
    'the host of a standby gone',
    [ship(2), ship(3), happens('unreachable', 3)],
    'partialNodeFailure',
    'node1 (serving, not proved)',
    ['hand node3'],
  ],
  [
    'every database stopped in order',
    [write(1), happens('stop', 1), ship(2), ship(3), happens('stop', 2), happens('stop', 3)],
    'fullClusterFailure',
    'node1 (lsn)',
    ['startCluster node1', 'rejoin node2', 'rejoin node3', 'hand -'],
  ],
  [
    'every host gone',
    everywhere('unreachable'),
    'fullClusterFailure',
    'none',
    ['hand node1', 'hand node2', 'hand node3', 'hand -'],
  ],
  [
    'every database stopped after a failover that lost transactions: both histories took writes',
    [
      write(1),
      ship(2),
      ship(3),
      write(1),
      happens('crash', 1),
      happens('promote', 2),
      write(2),
      happens('crash', 2),
      happens('crash', 3),
    ],
    'fullClusterFailure',
    'undecidable',
    ['preserveEvidence node1', 'preserveEvidence node2', 'hand -'],
  ],
  [
    'every database stopped, and a stale standby.signal on the one that was primary',
    [write(1), ship(2), ship(3), ...everywhere('crash'), happens('staleSignal', 1)],
    'fullClusterFailure',
    'node1 (equal)',
    ['startCluster node1', 'rejoin node2', 'rejoin node3', 'hand -'],
  ],
];

describe('diagnoseCluster', () => {
  it.each(ROWS)('%s', (_, events, failure, choice, plan) => {
    expect(said(diagnose(project(world(...events))))).toEqual([failure, choice, plan]);
  });

  it('names a stale standby.signal, and sets it aside before the start', () => {
    const { nodes, steps } = diagnose(project(world(...everywhere('crash'), happens('staleSignal', 1))));
    expect(nodes[0]?.problems).toContain(
      'a stale standby.signal: by its control file (in production) it was primary when it last ran',
    );
    expect(steps[0]?.commands[0]).toMatch(/^node1\$ mv .*standby\.signal /);
  });

  it('names a standby that lost its standby.signal', () => {
    const { nodes } = diagnose(project(world(happens('crash', 3), happens('loseSignal', 3))));
    expect(nodes[2]?.problems.join()).toContain('standby.signal is missing: by its control file (in archive recovery)');
  });

  it('believes no digest that it does not have: a node whose WAL could not be compared is named beside the choice', () => {
    const { primary } = diagnose(
      project(world(happens('stop', 3), write(1), happens('blind', 2), happens('recycle', 1))),
    );
    expect(primary).toMatchObject({ kind: 'chosen', node: 'node1', notProved: [{ node: 'node3' }] });
  });

  it('counts what a wrong choice would lose, and since when', () => {
    const { primary } = diagnose(project(world(...(ROWS[5]?.[1] ?? []))));
    expect(primary).toMatchObject({ loses: [{ node: 'node1', commits: 1, since: { timeline: 1 } }] });
  });

  it('leaves a database of another system alone', () => {
    const evidence = changed(project(world(happens('stop', 3))), 'node3', (node) => ({
      ...node,
      facts: withControl(node, { systemIdentifier: OTHER_SYSTEM }),
    }));
    const diagnosis = diagnose(evidence);
    expect(said(diagnosis)).toEqual(['singlePrimaryFailedStandbys', 'node1 (serving, not proved)', ['hand node3']]);
    expect(diagnosis.steps[0]?.text).toContain('database of another system');
  });

  it('names the primary of a branch first, and keeps its evidence, where its standby was read a moment later', () => {
    const both = [ship(2), ship(3), happens('promote', 2), write(1), write(2), ship(3)];
    const evidence = changed(project(world(...both)), 'node3', (node) => {
      if (!node.observation.reachable || node.observation.server.answers === undefined) return node;
      const { server } = node.observation;
      const later = formatLsn((parseLsn(server.answers?.writeLsn) ?? 0n) + 96n);
      const answers = { ...server.answers, writeLsn: later, replayLsn: later } as typeof server.answers;
      return { ...node, observation: { ...node.observation, server: { ...server, answers } as typeof server } };
    });
    const { primary, steps } = diagnose(evidence);
    expect(primary.kind === 'undecidable' ? primary.branches.map(({ nodes }) => nodes) : primary).toEqual([
      ['node2'],
      ['node1', 'node3'],
    ]);
    expect(steps.map(({ record }) => record?.inputs?.['node'] ?? record?.kind)).toEqual(['node1', 'node2', undefined]);
  });

  it('takes a database that runs and gives no answer for one that may accept writes', () => {
    const evidence = changed(project(world(...everywhere('crash'))), 'node1', (node) =>
      node.observation.reachable
        ? {
            ...node,
            observation: {
              ...node.observation,
              server: { running: true, answers: undefined, reason: 'no answer in time' },
            },
          }
        : node,
    );
    const diagnosis = diagnose(evidence);
    const [failure, choice, plan] = said(diagnosis);
    expect([failure, choice]).toEqual(['fullClusterFailure', 'node2 (equal, not proved)']);
    // Whoever starts it answers for that one by name.
    expect(diagnosis.steps[1]?.record?.inputs).toEqual({
      node: 'node2',
      acceptDataLossOwner: 'NAME',
      acceptDataLossReason: 'not proved against node1',
    });
    expect(plan.slice(0, 2)).toEqual(['hand node1', 'startCluster node2!']);
  });

  it('gives a look for each choice between two primaries that both took writes', () => {
    const { steps } = diagnose(project(world(ship(2), ship(3), happens('promote', 2), write(1), write(2), ship(3))));
    expect(steps.at(-1)?.commands).toEqual([
      expect.stringMatching(
        /^node2\(root\)\$ .*action\.sh --dry-run \S+ resolveMultiPrimary winner=node1 loser=node2$/,
      ),
      expect.stringMatching(
        /^node1\(root\)\$ .*action\.sh --dry-run \S+ resolveMultiPrimary winner=node2 loser=node1$/,
      ),
    ]);
  });

  it('puts a full disk before everything else', () => {
    const disk = {
      what: 'data' as const,
      path: '/kbdata',
      bytes: 1000,
      freeBytes: 10,
      writable: true,
      reason: undefined,
    };
    const evidence = changed(project(world(happens('crash', 1))), 'node1', (node) => ({
      ...node,
      facts: node.facts === undefined ? undefined : { ...node.facts, disks: [disk] },
    }));
    const { steps } = diagnose(evidence);
    expect(steps[0]).toMatchObject({ node: 'node1', text: expect.stringContaining('99 % full') as string });
    expect(steps[0]?.record).toBeUndefined();
  });

  it('gives each record an id of its own that begins with the minute', () => {
    const { steps } = diagnose(project(world(...everywhere('crash'))));
    const ids = steps.flatMap(({ record }) => (record === undefined ? [] : [record.requestId]));
    expect(ids).toEqual([
      '20261121-1700-startCluster-node1',
      '20261121-1700-rejoin-node2',
      '20261121-1700-rejoin-node3',
    ]);
  });

  it('says of each step whether this version has the action', () => {
    const { steps } = diagnose(project(world(...everywhere('crash'))));
    expect(steps.map(({ available }) => available)).toEqual([false, true, true, false]);
  });
});

function changed(
  evidence: RecoveryEvidence,
  name: string,
  change: (node: RecoveryNode) => RecoveryNode,
): RecoveryEvidence {
  return { ...evidence, nodes: evidence.nodes.map((node) => (node.target.name === name ? change(node) : node)) };
}

function withControl(
  { facts }: RecoveryNode,
  change: Partial<NonNullable<NonNullable<RecoveryNode['facts']>['control']>>,
): RecoveryNode['facts'] {
  return facts?.control === undefined ? facts : { ...facts, control: { ...facts.control, ...change } };
}

describe('a proposed record', () => {
  it('is taken as it stands by the configuration, wherever this version has its kind', () => {
    const kinds = ACTION_KINDS.map(({ kind }) => kind);
    const records = ROWS.flatMap(([, events]) => diagnoseCluster(project(world(...events)), kinds).steps)
      .filter(({ available }) => available)
      .flatMap(({ record }) => (record === undefined ? [] : [record]));
    expect(new Set(records.map(({ kind }) => kind)).size).toBeGreaterThan(1);
    for (const record of records) expect(parseActions([record])).toHaveLength(1);
  });
});
