/** What can be decided about a member, from which facts, and the findings that a database and a witness have in common. */
import type { Finding } from '../finding';
import type { ReachableNode } from '../observe/types';
import type { NodeRole } from '../spec/types';
import { databases, primaries, readable, unreadable, type SeenDatabase, type SeenNode } from './clusterView';
import { readMemberLedger, type MemberLedger } from './ledger';

export interface MemberFacts {
  readonly cluster: string;
  readonly name: string;
  readonly host: string;
  readonly role: NodeRole;
  readonly systemIdentifier: string;
  readonly dataDirectory: string;
  /** Empty: within the data directory. */
  readonly walDirectory: string;
  readonly stateDirectory: string;
  readonly self: ReachableNode;
  readonly peers: readonly SeenNode[];
}

export type MemberDecision =
  /** Its database runs in this role: only what stands around it needs care. */
  | { readonly kind: 'ensure'; readonly role: 'primary' | 'standby' | 'witness'; readonly primary: string }
  /** Copy the primary into the empty directory; wipe: an unfinished clone of ours lies there. */
  | { readonly kind: 'clone'; readonly primary: string; readonly wipe: boolean }
  /** Its data is the cluster's and it may be started. */
  | { readonly kind: 'start'; readonly as: 'primary' | 'standby' | 'witness' }
  | { readonly kind: 'createWitness'; readonly primary: string }
  /** A former primary after a failover: its return is the business of `recovery` or of a recovery action. */
  | { readonly kind: 'leave'; readonly primary: string; readonly finding: Finding }
  /** Stopped under an operator's hands (respectPause.ts). */
  | { readonly kind: 'paused'; readonly finding: Finding }
  /** Nothing can be done now: a failover or a start is under way. */
  | { readonly kind: 'wait'; readonly finding: Finding }
  | { readonly kind: 'refuse'; readonly finding: Finding };

/** Primaries with this cluster's data; one with other data is somebody else's server on a node of ours. */
export function clusterPrimaries(facts: MemberFacts): SeenDatabase[] {
  return primaries(facts.peers).filter((node) => node.observation.control?.systemIdentifier === facts.systemIdentifier);
}

/** A note that came with a copied disk speaks of another machine. */
export function noteOfThisMachine(
  { cluster }: MemberFacts,
  { ledger, machineId }: ReachableNode,
): MemberLedger | undefined {
  const reading = readMemberLedger(ledger.member, cluster);
  return reading.kind === 'read' && reading.ledger.incarnation === machineId ? reading.ledger : undefined;
}

/** Our note of this very machine says that the data was here. After a destroy ("left") the operator may have emptied it. */
export function expectsData(facts: MemberFacts, note: MemberLedger | undefined): boolean {
  return (
    note !== undefined &&
    note.systemIdentifier === facts.systemIdentifier &&
    (note.phase === 'joined' || note.phase === 'cloned')
  );
}

export function missing(facts: MemberFacts, note: MemberLedger | undefined): MemberDecision {
  const elsewhere =
    note?.paths === undefined || note.paths.data === facts.dataDirectory ? '' : ` (its data was in ${note.paths.data})`;
  return refuse(
    facts,
    'member/data-missing',
    `it belongs to cluster "${facts.cluster}" (system ${facts.systemIdentifier}), but its data directory ${facts.dataDirectory} is empty${elsewhere}`,
    `Mount its volume; or restore, or reclone it by a recovery action. If its data is gone on purpose, remove ${facts.stateDirectory}/member.json there and run again: it then joins as a new standby.`,
  );
}

export function foreign(facts: MemberFacts, identifier: string | undefined): MemberDecision {
  const held = identifier === undefined ? 'data without a readable control file' : `data of system ${identifier}`;
  return refuse(
    facts,
    'member/data-not-ours',
    `data directory ${facts.dataDirectory} holds ${held}, not of cluster "${facts.cluster}" (system ${facts.systemIdentifier})`,
    'Nothing was changed. Give the node an empty data directory, or move this one away if it is not needed any more.',
  );
}

export function noPrimary(facts: MemberFacts): MemberDecision {
  const states = [...readable(facts.peers)]
    .filter((node) => node.role === 'database')
    .map(({ name, observation }) => `${name}: ${wordFor(observation)}`)
    .concat(unreadable(databases(facts.peers)).map((node) => `${node.name}: could not be read`));
  return wait(
    facts,
    'member/no-primary',
    `no primary of cluster "${facts.cluster}" is to be seen (${states.join(', ') || 'no peers'})`,
  );
}

function wordFor(observation: ReachableNode): string {
  const { running, answers } = observation.server;
  return answers === undefined
    ? running
      ? 'starting'
      : 'stopped'
    : answers.inRecovery
      ? 'standby'
      : 'primary of other data';
}

export function twoPrimaries(facts: MemberFacts, names: readonly string[]): MemberDecision {
  return refuse(
    facts,
    'cluster/two-primaries',
    `more than one node accepts writes: ${[...names].sort().join(', ')}`,
    'Stop the one that must not (usually that on the lower timeline) and rejoin it; nothing was changed.',
  );
}

export function wait(facts: MemberFacts, code: string, message: string): MemberDecision {
  const hint = 'A start or a failover may be under way; run again when it is over.';
  return { kind: 'wait', finding: { code, path: facts.name, message, hint } };
}

export function refuse(facts: MemberFacts, code: string, message: string, hint: string): MemberDecision {
  return { kind: 'refuse', finding: { code, path: facts.name, message, hint } };
}
