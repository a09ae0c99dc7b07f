/** Who may create data, and when. The properties at the end state what must hold for every combination of nodes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBootstrap, findMissingData, type BootstrapDecision } from '../../../core/bootstrap/decideBootstrap';
import type { NodeObservation, ReachableNode } from '../../../core/observe/types';
import {
  bootstrapNote,
  CLUSTER,
  emptyNode,
  foreignNode,
  gone,
  memberNote,
  noLedger,
  OTHER_SYSTEM,
  primaryNode,
  seen,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';

function factsOf(nodes: readonly NodeObservation[]) {
  return {
    cluster: CLUSTER,
    first: 'node1',
    dataDirectory: '/kbdata/data',
    walDirectory: '',
    stateDirectory: '/var/lib/pulumi-kingbase/orders',
    nodes: nodes.map(seen),
  };
}

const decide = (...nodes: readonly NodeObservation[]): BootstrapDecision => decideBootstrap(factsOf(nodes));

const noted = (node: ReachableNode, ledger: Parameters<typeof noLedger>[0]): ReachableNode => ({
  ...node,
  ledger: noLedger(ledger),
});
const joined = (node: ReachableNode): ReachableNode => noted(node, { member: memberNote(node.name, 'joined') });
const left = (node: ReachableNode): ReachableNode => noted(node, { member: memberNote(node.name, 'left') });
const cloning = (node: ReachableNode): ReachableNode => noted(node, { member: memberNote(node.name, 'cloning') });

function codes(decision: BootstrapDecision): string[] {
  return decision.kind === 'refuse' ? decision.findings.map((finding) => finding.code) : [decision.kind];
}

describe('decideBootstrap', () => {
  it('creates on the first node where every node is empty', () => {
    expect(decide(emptyNode('node1'), emptyNode('node2'), emptyNode('node3'))).toEqual({
      kind: 'create',
      node: 'node1',
    });
  });

  it('is blocked by one node that cannot be read', () => {
    const decision = decide(emptyNode('node1'), gone('node2'), emptyNode('node3'));
    expect(decision).toMatchObject({
      kind: 'refuse',
      findings: [
        { code: 'bootstrap/node-unreachable', path: 'node2', message: 'could not be read: connection refused' },
      ],
    });
  });

  it.each([
    ['data of another system', [foreignNode('node1'), emptyNode('node2')]],
    ['data without a control file', [emptyNode('node1'), { ...stoppedPrimary('node2'), control: undefined }]],
    ['data nobody noted, though it could be ours', [emptyNode('node1'), stoppedPrimary('node2')]],
    [
      'a directory that cannot be read',
      [emptyNode('node1'), emptyNode('node2', { data: { ...emptyNode('x').data, state: 'unreadable' } })],
    ],
    [
      'a half-made neighbour that no note explains',
      [emptyNode('node1', { data: { ...emptyNode('x').data, unfinishedBootstrap: true } })],
    ],
    ['foreign data beside a healthy cluster', [joined(primaryNode('node1')), foreignNode('node2')]],
  ] satisfies [string, NodeObservation[]][])('refuses %s', (_what, nodes) => {
    expect(codes(decide(...nodes))).toEqual(['bootstrap/data-not-ours']);
  });

  it('says where the foreign data lies and whose it is', () => {
    const decision = decide(emptyNode('node1'), foreignNode('node2'));
    expect(decision.kind === 'refuse' && decision.findings[0]?.message).toBe(
      `data directory /kbdata/data holds data of system ${OTHER_SYSTEM}; the notes in /var/lib/pulumi-kingbase/orders do not call it a part of cluster "orders"`,
    );
  });

  it.each(['initdb', 'initialised'])(
    'continues a bootstrap that was interrupted after %s, beside the data directory',
    (phase) => {
      const systemIdentifier = phase === 'initdb' ? '' : SYSTEM;
      const node = noted(emptyNode('node2', { data: { ...emptyNode('x').data, unfinishedBootstrap: true } }), {
        bootstrap: bootstrapNote(phase, { systemIdentifier }),
      });
      // The list of nodes may have changed meanwhile: the node where it began counts, not the first.
      expect(decide(emptyNode('node1'), node)).toEqual({ kind: 'continue', node: 'node2', phase });
    },
  );

  it.each(['initialised', 'placed', 'started', 'accounts', 'registered'])(
    'continues after %s where the data is in place',
    (phase) => {
      const ledger = { bootstrap: bootstrapNote(phase) };
      expect(decide(noted(stoppedPrimary('node1'), ledger), emptyNode('node2'))).toEqual({
        kind: 'continue',
        node: 'node1',
        phase,
      });
      expect(decide(noted(primaryNode('node1'), ledger), emptyNode('node2'))).toMatchObject({ kind: 'continue' });
    },
  );

  it.each([
    ['data', { data: '/old/data' }, '/old/data'],
    ['WAL', { wal: '/old/wal' }, '/kbdata/data with WAL in /old/wal'],
  ])('refuses to continue with another %s directory than it was begun in', (_what, paths, begun) => {
    for (const node of [emptyNode('node1'), stoppedPrimary('node1')]) {
      const phase = node.control === undefined ? 'initdb' : 'placed';
      const systemIdentifier = phase === 'initdb' ? '' : SYSTEM;
      const decision = decide(
        noted(node, { bootstrap: bootstrapNote(phase, { ...paths, systemIdentifier }) }),
        emptyNode('node2'),
      );
      expect(codes(decision)).toEqual(['bootstrap/other-directories']);
      expect(JSON.stringify(decision)).toContain(`was begun in ${begun}, not in /kbdata/data; nothing was changed`);
    }
  });

  it('leaves a note that names no directory to the node, which sees what lies there', () => {
    const bootstrap = bootstrapNote('initdb', { systemIdentifier: '', data: undefined, wal: undefined });
    expect(decide(noted(emptyNode('node1'), { bootstrap }))).toEqual({
      kind: 'continue',
      node: 'node1',
      phase: 'initdb',
    });
  });

  it('refuses where the data of an interrupted bootstrap is gone', () => {
    expect(codes(decide(noted(emptyNode('node1'), { bootstrap: bootstrapNote('placed') })))).toEqual([
      'bootstrap/data-missing',
    ]);
  });

  it('adopts the primary that runs, whichever node it is', () => {
    const node1 = noted(standbyNode('node1'), {
      bootstrap: bootstrapNote('done'),
      member: memberNote('node1', 'joined'),
    });
    const expected = { kind: 'adopt', node: 'node2', systemIdentifier: SYSTEM };
    expect(decide(node1, joined(primaryNode('node2')), joined(standbyNode('node3')))).toEqual(expected);
    // A failover before the first creation had ended leaves the bootstrap's note unfinished: there is nothing left to continue.
    const unfinished = noted(standbyNode('node1'), { bootstrap: bootstrapNote('registered') });
    expect(decide(unfinished, joined(primaryNode('node2')))).toEqual(expected);
  });

  it('starts the node that was primary last where the whole cluster is stopped', () => {
    expect(decide(left(stoppedStandby('node1')), left(stoppedPrimary('node2')), left(stoppedStandby('node3')))).toEqual(
      {
        kind: 'start',
        node: 'node2',
        systemIdentifier: SYSTEM,
      },
    );
  });

  it('starts nobody while a standby runs: a failover may be under way', () => {
    const decision = decide(
      joined(stoppedPrimary('node1')),
      joined(standbyNode('node2')),
      joined(stoppedStandby('node3')),
    );
    expect(decision).toMatchObject({ kind: 'wait', finding: { code: 'cluster/no-primary' } });
    expect(decision.kind === 'wait' && decision.finding.message).toContain(
      'node1: stopped, node2: standby, node3: stopped',
    );
    const starting = { ...standbyNode('node2'), server: { running: true, answers: undefined, reason: 'starting up' } };
    expect(decide(joined(stoppedPrimary('node1')), joined(starting))).toMatchObject({ kind: 'wait' });
    const silent = { ...starting, server: { ...starting.server, reason: undefined } };
    expect(JSON.stringify(decide(joined(stoppedPrimary('node1')), joined(silent)))).toContain('node2: starting');
  });

  it('refuses to choose between two former primaries, and names their states', () => {
    const decision = decide(left(stoppedPrimary('node1')), left(stoppedPrimary('node2')));
    expect(codes(decision)).toEqual(['cluster/primary-uncertain']);
    expect(decision.kind === 'refuse' && decision.findings[0]?.message).toContain(
      'node1: shut down, timeline 1, checkpoint 0/5000000',
    );
  });

  it('refuses two primaries', () => {
    const second = primaryNode('node2', {}, { timeline: undefined });
    const decision = decide(joined(primaryNode('node1')), joined(second));
    expect(codes(decision)).toEqual(['cluster/two-primaries']);
    expect(JSON.stringify(decision)).toContain('node1 (timeline 1), node2 (timeline unknown)');
  });

  it('refuses where notes say that data was there, and it is not', () => {
    const node1 = noted(emptyNode('node1'), {
      bootstrap: bootstrapNote('done'),
      member: memberNote('node1', 'joined'),
    });
    const decision = decide(node1, joined(emptyNode('node2')));
    expect(codes(decision)).toEqual(['bootstrap/data-missing']);
    expect(decision.kind === 'refuse' && decision.findings[0]?.path).toBe('node1, node2');
    expect(codes(decide(noted(emptyNode('node1'), { bootstrap: bootstrapNote('done') })))).toEqual([
      'bootstrap/data-missing',
    ]);
    expect(
      codes(decide(noted(emptyNode('node1'), { member: memberNote('node1', 'cloned', { systemIdentifier: '' }) }))),
    ).toEqual(['bootstrap/data-missing']);
  });

  it.each<[string, NodeObservation[], string]>([
    [
      'left by a destroy',
      [
        noted(emptyNode('node1'), { bootstrap: bootstrapNote('done'), member: memberNote('node1', 'left') }),
        left(emptyNode('node2')),
      ],
      'node1, node2',
    ],
    ['noted on one node only', [emptyNode('node1'), left(emptyNode('node2'))], 'node2'],
    ['noted by an interrupted clone', [emptyNode('node1'), cloning(emptyNode('node2'))], 'node2'],
    ['noted by a witness', [emptyNode('node1'), joined(stoppedPrimary('witness'))], 'witness'],
    [
      'noted beside a bootstrap that began anew',
      [
        noted(emptyNode('node1'), { bootstrap: bootstrapNote('initdb', { systemIdentifier: '' }) }),
        left(emptyNode('node2')),
      ],
      'node2',
    ],
  ])('refuses to begin anew while a cluster is %s: its volumes may not be mounted', (_what, nodes, path) => {
    const decision = decide(...nodes);
    expect(codes(decision)).toEqual(['bootstrap/data-missing']);
    expect(decision.kind === 'refuse' && decision.findings[0]?.path).toBe(path);
  });

  it.each<[string, ReachableNode]>([
    ['joined', joined(emptyNode('node2'))],
    ['left by a destroy', left(emptyNode('node2'))],
    ['where the cluster began', noted(emptyNode('node2'), { bootstrap: bootstrapNote('done') })],
  ])('starts nobody while the data of a node is missing (%s): it may have been primary last', (_what, node2) => {
    const decision = decide(left(stoppedPrimary('node1')), node2, emptyNode('node3'));
    expect(codes(decision)).toEqual(['bootstrap/data-missing']);
    expect(decision.kind === 'refuse' && decision.findings[0]).toMatchObject({
      path: 'node2',
      hint: expect.stringContaining('remove /var/lib/pulumi-kingbase/orders there') as string,
    });
    // What runs is adopted all the same: the member says what is wrong on its own node.
    expect(decide(joined(primaryNode('node1')), node2)).toMatchObject({ kind: 'adopt', node: 'node1' });
  });

  it('starts beside a new node, and beside one that was only being cloned', () => {
    const others = [emptyNode('node2'), cloning(emptyNode('node3'))];
    expect(decide(left(stoppedPrimary('node1')), ...others)).toMatchObject({ kind: 'start', node: 'node1' });
  });

  it('knows the unfinished clone of a member as ours', () => {
    const clone = noted({ ...stoppedPrimary('node2'), control: undefined }, { member: memberNote('node2', 'cloning') });
    expect(decide(joined(primaryNode('node1')), clone)).toMatchObject({ kind: 'adopt', node: 'node1' });
  });

  it.each([
    ['no JSON', 'broken'],
    ['no object', '[]'],
    ['a phase of the future', bootstrapNote('sealed')],
    ['another cluster', bootstrapNote('done', { cluster: 'billing' })],
  ])('is blocked by a note that it cannot read: %s', (_what, bootstrap) => {
    expect(codes(decide(noted(emptyNode('node1'), { bootstrap })))).toEqual(['bootstrap/note-unreadable']);
  });

  it('is blocked by notes that disagree', () => {
    const other = noted(emptyNode('node2'), {
      member: memberNote('node2', 'left', { systemIdentifier: OTHER_SYSTEM }),
    });
    expect(codes(decide(left(emptyNode('node1')), other))).toEqual(['bootstrap/notes-disagree']);
    const both = ['node1', 'node2'].map((name) =>
      noted(emptyNode(name), { bootstrap: bootstrapNote('initdb', { systemIdentifier: '' }) }),
    );
    expect(codes(decide(...both))).toEqual(['bootstrap/notes-disagree']);
  });
});

describe('findMissingData', () => {
  const missing = (...nodes: NodeObservation[]) => findMissingData(factsOf(nodes), SYSTEM)?.code;

  it('finds that a known cluster has no data anywhere', () => {
    expect(missing(emptyNode('node1'), emptyNode('node2'))).toBe('bootstrap/data-missing');
  });

  it('says nothing while one node has data or cannot be read, or where there is no node', () => {
    expect(missing(emptyNode('node1'), stoppedStandby('node2'))).toBeUndefined();
    expect(missing(emptyNode('node1'), gone('node2'))).toBeUndefined();
    expect(missing()).toBeUndefined();
  });
});

const anyNode = (name: string) =>
  fc
    .tuple(
      fc.constantFrom('empty', 'foreign', 'stoppedPrimary', 'stoppedStandby', 'primary', 'standby', 'gone', 'partial'),
      fc.constantFrom(undefined, 'cloning', 'cloned', 'joined', 'left'),
      fc.constantFrom(undefined, 'initdb', 'initialised', 'placed', 'registered', 'done'),
    )
    .map(([state, member, bootstrap]): NodeObservation => {
      const kinds: Record<string, () => NodeObservation> = {
        empty: () => emptyNode(name),
        foreign: () => foreignNode(name),
        stoppedPrimary: () => stoppedPrimary(name),
        stoppedStandby: () => stoppedStandby(name),
        primary: () => primaryNode(name),
        standby: () => standbyNode(name),
        gone: () => gone(name),
        partial: () => ({ ...stoppedPrimary(name), control: undefined }),
      };
      const node = (kinds[state] as () => NodeObservation)();
      return node.reachable
        ? noted(node, {
            member: member === undefined ? undefined : memberNote(name, member),
            bootstrap:
              bootstrap === undefined
                ? undefined
                : bootstrapNote(bootstrap, { systemIdentifier: bootstrap === 'initdb' ? '' : SYSTEM }),
          })
        : node;
    });

describe('for every combination of nodes', () => {
  const nodes = fc.tuple(anyNode('node1'), anyNode('node2'), anyNode('node3'));

  it('data is created only where every node was read and is empty', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const decision = decide(...list);
        if (decision.kind === 'create') {
          expect(list.every((node) => node.reachable && node.data.state === 'empty')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a bootstrap never begins on one node while another one is unfinished elsewhere', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const decision = decide(...list);
        const unfinished = list.filter(
          (node) =>
            node.reachable && /"phase":"(initdb|initialised|placed|registered)"/.test(node.ledger.bootstrap ?? ''),
        );
        if (decision.kind === 'create') {
          expect(unfinished).toEqual([]);
        }
        if (decision.kind === 'continue') {
          expect(unfinished.map((node) => node.name)).toEqual([decision.node]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('no database is started while any other runs', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        if (decide(...list).kind === 'start') {
          expect(list.every((node) => node.reachable && !node.server.running)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('foreign data stops everything', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        if (list.some((node) => node.reachable && node.control?.systemIdentifier === OTHER_SYSTEM)) {
          expect(decide(...list).kind).toBe('refuse');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
