/** What a witness needs: an instance of its own, which keeps no data of the cluster and is never taken from somebody else. */
import { hasData, isEmpty } from './clusterView';
import { formatPaths, speaksOf, type MemberLedger } from './ledger';
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
import { isNotedClone } from './unfinishedClone';

/** A witness's instance that was begun here and is ours to take up: noted for this node of this cluster, on this very machine. */
export function unfinishedWitness(facts: MemberFacts): MemberLedger | undefined {
  const note = noteOfThisMachine(facts, facts.self);
  return isNotedClone(facts, note) ? note : undefined;
}

export function decideWitness(facts: MemberFacts, note: MemberLedger | undefined): MemberDecision {
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
