/** The promises of decideMember, for every combination of nodes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeObservation, ReachableNode, ServerAnswers } from '../../../core/observe/types';
import { decide, withNote, notAnswering } from '../../support/memberFacts';
import {
  cutOffClone,
  emptyNode,
  foreignNode,
  gone,
  noLedger,
  primaryNode,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';

const STATES: Record<string, (name: string) => ReachableNode> = {
  empty: emptyNode,
  foreign: foreignNode,
  partial: (name) => ({ ...cutOffClone(name), ledger: noLedger() }),
  whole: (name) => ({ ...cutOffClone(name, true), ledger: noLedger() }),
  broken: (name) => ({ ...stoppedPrimary(name), control: undefined }),
  stoppedPrimary,
  stoppedStandby,
  primary: primaryNode,
  standby: standbyNode,
  starting: (name) => notAnswering(standbyNode(name)),
};
const PHASES = [undefined, 'cloning', 'cloned', 'joined', 'left'] as const;

const anyReachable = (name: string) =>
  fc
    .tuple(
      fc.constantFrom(...Object.keys(STATES)),
      fc.constantFrom(...PHASES),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom({}, {}, {}, { data: '/old/data' }, { wal: '/old/wal' }, { data: undefined }),
    )
    .map(([state, phase, timeline, paths]) => {
      const node = (STATES[state] as (name: string) => ReachableNode)(name);
      const control = node.control === undefined ? undefined : { ...node.control, timeline };
      const answers =
        node.server.answers === undefined ? undefined : ({ ...node.server.answers, timeline } as ServerAnswers);
      const moved = { ...node, control, server: { ...node.server, answers } };
      return phase === undefined ? moved : withNote(moved, phase, paths);
    });
/** A note of an unfinished clone, of this directory. */
const isNotedHere = ({ ledger }: ReachableNode): boolean => {
  const note = JSON.parse(ledger.member ?? '{}') as Record<string, unknown>;
  return note['phase'] === 'cloning' && note['data'] === '/kbdata/data' && note['wal'] === '';
};
const anyNode = (name: string): fc.Arbitrary<NodeObservation> =>
  fc.oneof({ weight: 5, arbitrary: anyReachable(name) }, { weight: 1, arbitrary: fc.constant(gone(name)) });

describe('for every combination of nodes', () => {
  const nodes = fc.tuple(anyReachable('node1'), anyNode('node2'), anyNode('node3'));

  it('a former primary is never started while another primary was seen, a peer runs, or a peer could not be read', () => {
    fc.assert(
      fc.property(nodes, ([self, ...peers]) => {
        const decision = decide(self, ...peers);
        if (decision.kind === 'start' && decision.as === 'primary') {
          expect(peers.every((peer) => peer.reachable && peer.server.answers?.inRecovery !== false)).toBe(true);
          // Data that could not be told from none: only our own unfinished clone may be passed over.
          for (const peer of peers.filter((node): node is ReachableNode => node.reachable)) {
            const isOurs = peer.control?.systemIdentifier === SYSTEM && peer.data.state === 'present';
            const isClone = peer.control === undefined && !peer.data.started && isNotedHere(peer);
            expect(isOurs || isClone || peer.data.state === 'empty').toBe(true);
          }
          expect(
            peers.some((peer) => peer.reachable && peer.server.running && peer.control?.systemIdentifier === SYSTEM),
          ).toBe(false);
        }
        if (decision.kind === 'start' && decision.as === 'standby') {
          expect(self.data.standbySignal).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('a directory with data is only ever wiped where our note of that very directory and what lies there both say unfinished clone, and never while a server runs on it', () => {
    fc.assert(
      fc.property(nodes, ([self, ...peers]) => {
        const decision = decide(self, ...peers);
        if (decision.kind === 'clone') {
          expect(self.server.running).toBe(false);
          expect(decision.wipe || self.data.state === 'empty').toBe(true);
          if (self.data.state === 'present') {
            expect(isNotedHere(self)).toBe(true);
            expect(self.data).toMatchObject({ started: false, baseBackup: true });
            expect([undefined, SYSTEM]).toContain(self.control?.systemIdentifier);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('a clone and an ensured standby have exactly one primary to look to', () => {
    fc.assert(
      fc.property(nodes, ([self, ...peers]) => {
        const decision = decide(self, ...peers);
        if (decision.kind === 'clone' || (decision.kind === 'ensure' && decision.role === 'standby')) {
          const primaries = peers.filter(
            (peer) =>
              peer.reachable && peer.server.answers?.inRecovery === false && peer.control?.systemIdentifier === SYSTEM,
          );
          expect(primaries.map((peer) => peer.name)).toEqual([decision.primary]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('two nodes that decide at the same moment are never both started as primary', () => {
    fc.assert(
      fc.property(fc.tuple(anyReachable('node1'), anyReachable('node2'), anyNode('node3')), ([one, two, three]) => {
        const starts = [decide(one, two, three), decide(two, one, three)].filter(
          (decision) => decision.kind === 'start' && decision.as === 'primary',
        );
        expect(starts.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3000 },
    );
  });
});
