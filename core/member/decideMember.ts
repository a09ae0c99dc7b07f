/**
 * What a node that should belong to the cluster needs, decided from what it and its peers say.
 * Holds for every answer: never starts a former primary while another primary was seen or a peer could not be read;
 * never wipes a directory except our own clone that proves to be unfinished; never clones where data should be but is not.
 */
import type { Finding } from '../finding';
import type { ReachableNode } from '../observe/types';
import type { NodeRole } from '../spec/types';
import {
  databases,
  hasData,
  holding,
  isEmpty,
  primaries,
  readable,
  unreadable,
  type SeenDatabase,
  type SeenNode,
} from './clusterView';
import { findLastPrimary } from './lastPrimary';
import { formatPaths, readMemberLedger, speaksOf, type MemberLedger } from './ledger';
import { isNotedClone, whyNotUnfinished } from './unfinishedClone';

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

/** A witness's instance that was begun here and is ours to take up: noted for this node of this cluster, on this very machine. */
export function unfinishedWitness(facts: MemberFacts): MemberLedger | undefined {
  const note = noteOfThisMachine(facts, facts.self);
  return isNotedClone(facts, note) ? note : undefined;
}

export function decideMember(facts: MemberFacts): MemberDecision {
  const ledger = readMemberLedger(facts.self.ledger.member, facts.cluster);
  if (ledger.kind === 'unreadable') {
    return refuse(
      facts,
      'member/note-unreadable',
      `${facts.stateDirectory}/member.json cannot be used: ${ledger.reason}`,
      LOOK,
    );
  }
  const note = noteOfThisMachine(facts, facts.self);
  if (facts.self.data.state === 'unreadable') {
    return refuse(
      facts,
      'member/data-unreadable',
      `${facts.dataDirectory} cannot be read`,
      'Repair its file system or permissions.',
    );
  }
  return facts.role === 'witness' ? decideWitness(facts, note) : decideDatabase(facts, note);
}

function decideDatabase(facts: MemberFacts, note: MemberLedger | undefined): MemberDecision {
  const { self } = facts;
  const identifier = self.control?.systemIdentifier;
  if (hasData(self) && identifier !== facts.systemIdentifier) {
    return isNotedClone(facts, note) && identifier === undefined ? reclone(facts, note) : foreign(facts, identifier);
  }
  if (self.server.running) {
    return decideRunning(facts);
  }
  if (isEmpty(self)) {
    return expectsData(facts, note) ? missing(facts, note) : clone(facts, false);
  }
  return isNotedClone(facts, note) ? reclone(facts, note) : decideStopped(facts);
}

function decideRunning(facts: MemberFacts): MemberDecision {
  const { answers, reason } = facts.self.server;
  const others = clusterPrimaries(facts);
  if (answers === undefined) {
    return wait(facts, 'member/not-answering', `its database runs but does not answer: ${reason ?? 'no reason given'}`);
  }
  if (answers.inRecovery) {
    const [primary, second] = others;
    if (second !== undefined) {
      return twoPrimaries(
        facts,
        others.map((node) => node.name),
      );
    }
    return primary === undefined
      ? (undeclaredPrimary(facts) ?? noPrimary(facts))
      : { kind: 'ensure', role: 'standby', primary: primary.name };
  }
  return others.length > 0
    ? twoPrimaries(facts, [facts.name, ...others.map((node) => node.name)])
    : { kind: 'ensure', role: 'primary', primary: facts.name };
}

function decideStopped(facts: MemberFacts): MemberDecision {
  if (facts.self.data.standbySignal) {
    return { kind: 'start', as: 'standby' };
  }
  const [primary] = clusterPrimaries(facts);
  if (primary !== undefined) {
    return leave(facts, primary);
  }
  const unjudged = databases(facts.peers).flatMap((node) => {
    const why = whyUnjudged(facts, node);
    return why === undefined ? [] : [`${node.name} ${why}`];
  });
  if (unjudged.length > 0) {
    return wait(
      facts,
      'member/peers-unreadable',
      `was primary when it last ran, and ${unjudged.join('; ')}: one of them may be primary now, or hold newer data`,
    );
  }
  const holders = holding(facts.peers, facts.systemIdentifier);
  if (holders.some((node) => node.observation.server.running)) {
    return noPrimary(facts);
  }
  const last = findLastPrimary([
    ...holders,
    { name: facts.name, host: facts.host, role: 'database', observation: facts.self },
  ]);
  if (last.kind === 'uncertain') {
    return { kind: 'refuse', finding: { ...last.finding, path: facts.name } };
  }
  return last.node.name === facts.name ? { kind: 'start', as: 'primary' } : noPrimary(facts);
}

/** A clone that was begun is begun anew only where it is proved that nothing became of it. */
function reclone(facts: MemberFacts, note: MemberLedger): MemberDecision {
  const why = facts.self.server.running ? undefined : whyNotUnfinished(facts, note, facts.self);
  return why === undefined
    ? clone(facts, true)
    : refuse(
        facts,
        'member/clone-not-ours-to-wipe',
        `${facts.dataDirectory} holds data, and ${facts.stateDirectory}/member.json calls it an unfinished clone, but ${why}; nothing was wiped`,
        `${finishedHint(facts.self)} If its data is not needed, move it away or empty the directory (and the WAL directory), and run again: it is then cloned.`,
      );
}

/** Only a server with standby.signal comes up as a standby. */
function finishedHint({ data }: ReachableNode): string {
  return data.standbySignal
    ? 'If this is the finished standby, start it yourself (sys_ctl start) and run again: it is then taken as it is.'
    : 'Never start it: without standby.signal it would come up as a second primary, which accepts writes. Move it away.';
}

/**
 * Why it is not certain that a peer is no primary and holds nothing newer. A host that answers ssh proves nothing about its database: a volume
 * that is not mounted looks like a node that was always empty. Our own unfinished clone was never a member, it is as good as empty.
 */
function whyUnjudged(facts: MemberFacts, { name, observation }: SeenNode): string | undefined {
  if (!observation.reachable) {
    return 'could not be read';
  }
  const ledger = readMemberLedger(observation.ledger.member, facts.cluster);
  if (ledger.kind === 'unreadable') {
    return `has a note member.json that cannot be used: ${ledger.reason}`;
  }
  const note = noteOfThisMachine(facts, observation);
  if (isEmpty(observation)) {
    return expectsData(facts, note) ? 'is empty although its note says that it had data' : undefined;
  }
  const identifier = observation.control?.systemIdentifier;
  if (!hasData(observation)) {
    return 'has a data directory that cannot be read';
  }
  if (identifier === undefined) {
    const isUnfinished =
      isNotedClone({ ...facts, name }, note) && whyNotUnfinished(facts, note, observation) === undefined;
    return isUnfinished && !observation.server.running ? undefined : 'has data without a readable control file';
  }
  return identifier === facts.systemIdentifier ? undefined : `holds data of system ${identifier}`;
}

function decideWitness(facts: MemberFacts, note: MemberLedger | undefined): MemberDecision {
  const { self } = facts;
  const others = clusterPrimaries(facts);
  const [primary, second] = others;
  const identifier = self.control?.systemIdentifier;
  if (second !== undefined) {
    return twoPrimaries(
      facts,
      others.map((node) => node.name),
    );
  }
  if (isEmpty(self) || (isNotedClone(facts, note) && !self.server.running)) {
    if (isEmpty(self) && expectsData(facts, note)) {
      return missing(facts, note);
    }
    // Only what its note names may be there: anything else was brought by somebody.
    if (hasData(self) && identifier !== note?.instanceIdentifier) {
      return foreign(facts, identifier);
    }
    // A note of a version that noted no paths is good for an empty directory: the node itself looks whether anything would be removed.
    const isHarmless = note?.paths === undefined && isEmpty(self);
    if (isNotedClone(facts, note) && !isHarmless && !speaksOf(note.paths, facts.dataDirectory, facts.walDirectory)) {
      return refuse(
        facts,
        'member/other-directories',
        `its instance was begun in ${formatPaths(note.paths)}, not in ${formatPaths({ data: facts.dataDirectory, wal: facts.walDirectory })}; nothing was changed`,
        `Put the old paths back; or remove what was left there and ${facts.stateDirectory}/member.json, and run again.`,
      );
    }
    return primary === undefined ? noPrimary(facts) : { kind: 'createWitness', primary: primary.name };
  }
  if (note === undefined || identifier === undefined || identifier !== note.instanceIdentifier) {
    return foreign(facts, identifier);
  }
  if (!self.server.running) {
    return { kind: 'start', as: 'witness' };
  }
  if (self.server.answers === undefined) {
    return wait(
      facts,
      'member/not-answering',
      `its database runs but does not answer: ${self.server.reason ?? 'no reason given'}`,
    );
  }
  return primary === undefined ? noPrimary(facts) : { kind: 'ensure', role: 'witness', primary: primary.name };
}

/** Primaries with this cluster's data; one with other data is somebody else's server on a node of ours. */
function clusterPrimaries(facts: MemberFacts): SeenDatabase[] {
  return primaries(facts.peers).filter((node) => node.observation.control?.systemIdentifier === facts.systemIdentifier);
}

function clone(facts: MemberFacts, wipe: boolean): MemberDecision {
  const others = clusterPrimaries(facts);
  const [primary, second] = others;
  if (second !== undefined) {
    return twoPrimaries(
      facts,
      others.map((node) => node.name),
    );
  }
  if (facts.self.server.running) {
    return wait(facts, 'member/not-answering', 'a database runs on its unfinished clone');
  }
  return primary === undefined ? noPrimary(facts) : { kind: 'clone', primary: primary.name, wipe };
}

/** A note that came with a copied disk speaks of another machine. */
function noteOfThisMachine({ cluster }: MemberFacts, { ledger, machineId }: ReachableNode): MemberLedger | undefined {
  const reading = readMemberLedger(ledger.member, cluster);
  return reading.kind === 'read' && reading.ledger.incarnation === machineId ? reading.ledger : undefined;
}

/** Our note of this very machine says that the data was here. After a destroy ("left") the operator may have emptied it. */
function expectsData(facts: MemberFacts, note: MemberLedger | undefined): boolean {
  return (
    note !== undefined &&
    note.systemIdentifier === facts.systemIdentifier &&
    (note.phase === 'joined' || note.phase === 'cloned')
  );
}

const LOOK =
  'It says whether the data on this node is ours. Correct or remove it, after looking at the data directory.';

function missing(facts: MemberFacts, note: MemberLedger | undefined): MemberDecision {
  const elsewhere =
    note?.paths === undefined || note.paths.data === facts.dataDirectory ? '' : ` (its data was in ${note.paths.data})`;
  return refuse(
    facts,
    'member/data-missing',
    `it belongs to cluster "${facts.cluster}" (system ${facts.systemIdentifier}), but its data directory ${facts.dataDirectory} is empty${elsewhere}`,
    `Mount its volume; or restore, or reclone it by a recovery action. If its data is gone on purpose, remove ${facts.stateDirectory}/member.json there and run again: it then joins as a new standby.`,
  );
}

function foreign(facts: MemberFacts, identifier: string | undefined): MemberDecision {
  const held = identifier === undefined ? 'data without a readable control file' : `data of system ${identifier}`;
  return refuse(
    facts,
    'member/data-not-ours',
    `data directory ${facts.dataDirectory} holds ${held}, not of cluster "${facts.cluster}" (system ${facts.systemIdentifier})`,
    'Nothing was changed. Give the node an empty data directory, or move this one away if it is not needed any more.',
  );
}

function leave(facts: MemberFacts, primary: SeenDatabase): MemberDecision {
  return {
    kind: 'leave',
    primary: primary.name,
    finding: {
      code: 'member/former-primary',
      path: facts.name,
      message: `its database is stopped and was primary before ${primary.name} took over (timeline ${primary.observation.server.answers?.timeline ?? 'unknown'}); it is not started here`,
      hint: "With recovery 'automatic' the primary brings it back by itself; otherwise use the rejoin action.",
    },
  };
}

/** Whoever takes the primary out of the configuration would otherwise wait for one that nobody may look at. */
function undeclaredPrimary(facts: MemberFacts): MemberDecision | undefined {
  const receiver = facts.self.server.answers?.receiver;
  const isStreaming = receiver?.status === 'streaming' && receiver.senderHost !== '';
  return isStreaming && !facts.peers.some((peer) => peer.host === receiver.senderHost)
    ? refuse(
        facts,
        'member/primary-undeclared',
        `it replicates from ${receiver.senderHost}, which is no node of this configuration`,
        'The primary cannot be taken out: switch over to another node first (repmgr standby switchover --siblings-follow on the node to promote). Nothing was changed on this node.',
      )
    : undefined;
}

function noPrimary(facts: MemberFacts): MemberDecision {
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

function twoPrimaries(facts: MemberFacts, names: readonly string[]): MemberDecision {
  return refuse(
    facts,
    'cluster/two-primaries',
    `more than one node accepts writes: ${[...names].sort().join(', ')}`,
    'Stop the one that must not (usually that on the lower timeline) and rejoin it; nothing was changed.',
  );
}

function wait(facts: MemberFacts, code: string, message: string): MemberDecision {
  const hint = 'A start or a failover may be under way; run again when it is over.';
  return { kind: 'wait', finding: { code, path: facts.name, message, hint } };
}

function refuse(facts: MemberFacts, code: string, message: string, hint: string): MemberDecision {
  return { kind: 'refuse', finding: { code, path: facts.name, message, hint } };
}
