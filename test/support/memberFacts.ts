/** What decideMember is asked in the tests: one node, its peers, and short words for what came out. */
import { decideMember } from '../../core/member/decideMember';
import type { MemberDecision, MemberFacts } from '../../core/member/memberDecision';
import type { NodeObservation, ReachableNode } from '../../core/observe/types';
import { CLUSTER, cutOffClone, hostOf, memberNote, noLedger, roleOf, seen, SYSTEM } from './observations';

export function factsOf(self: ReachableNode, peers: readonly NodeObservation[]): MemberFacts {
  return {
    cluster: CLUSTER,
    name: self.name,
    host: hostOf(self.name),
    role: roleOf(self.name),
    systemIdentifier: SYSTEM,
    dataDirectory: '/kbdata/data',
    walDirectory: '',
    stateDirectory: '/var/lib/pulumi-kingbase/orders',
    self,
    peers: peers.map(seen),
  };
}

export const decide = (self: ReachableNode, ...peers: readonly NodeObservation[]): MemberDecision =>
  decideMember(factsOf(self, peers));
export const withNote = (node: ReachableNode, phase: string, changes: Record<string, unknown> = {}): ReachableNode => ({
  ...node,
  ledger: noLedger({ member: memberNote(node.name, phase, changes) }),
});
export const partialClone = (name: string): ReachableNode => cutOffClone(name);
/** The note still says `cloning`; somebody went on by hand. */
export const withData = (node: ReachableNode, data: Partial<ReachableNode['data']>): ReachableNode => ({
  ...node,
  data: { ...node.data, ...data },
});
export const notAnswering = (node: ReachableNode, reason: string | undefined = 'starting up'): ReachableNode => ({
  ...node,
  server: { running: true, answers: undefined, reason },
});

export function codeOf(decision: MemberDecision): string {
  return decision.kind === 'refuse' || decision.kind === 'wait' || decision.kind === 'leave'
    ? `${decision.kind} ${decision.finding.code}`
    : decision.kind;
}
