/**
 * What a node that should belong to the cluster needs, decided from what it and its peers say.
 * Holds for every answer: never starts a former primary while another primary was seen or a peer could not be read;
 * never wipes a directory except our own clone that proves to be unfinished; never clones where data should be but is not.
 */
import type { ReachableNode } from '../observe/types';
import { databases, hasData, holding, isEmpty, type SeenDatabase, type SeenNode } from './clusterView';
import { decideWitness } from './decideWitness';
import { findLastPrimary } from './lastPrimary';
import { readMemberLedger, type MemberLedger } from './ledger';
import {
  clusterPrimaries,
  expectsData,
  foreign,
  missing,
  noPrimary,
  noteOfThisMachine,
  refuse,
  twoPrimaries,
  wait,
  type MemberDecision,
  type MemberFacts,
} from './memberDecision';
import { isNotedClone, whyNotUnfinished } from './unfinishedClone';

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

const LOOK =
  'It says whether the data on this node is ours. Correct or remove it, after looking at the data directory.';

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
