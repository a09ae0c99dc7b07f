/** Whether a node that accepts writes is the primary of the others too, and not one that was cut off while they went on without it. */
import { databases, isEmpty, primaries, readable, type SeenDatabase } from './clusterView';
import type { MemberFacts } from './memberDecision';
import { readMemberLedger } from './ledger';
import { isNotedClone, whyNotUnfinished } from './unfinishedClone';

/**
 * Gate of what takes the lead away from another node: binding the virtual IP by hand, and registering as primary by force. A primary that
 * lost its network looks healthy to itself; only its peers know of a failover.
 */
export function isProvenPrimary(facts: MemberFacts): boolean {
  const peers = databases(facts.peers);
  const seen = readable(peers);
  const isMajority = 2 * (seen.length + 1) > peers.length + 1;
  if (!isMajority || primaries(peers).length > 0) {
    return false;
  }
  const isAllRead = seen.length === peers.length;
  return seen.some((peer) => follows(peer, facts.host)) || (isAllRead && seen.every((peer) => isNewcomer(facts, peer)));
}

function follows({ observation }: SeenDatabase, host: string): boolean {
  const answers = observation.server.answers;
  return (
    answers?.inRecovery === true && answers.receiver?.status === 'streaming' && answers.receiver.senderHost === host
  );
}

/** Has no part in the cluster yet: empty, or a clone that never joined (peers are cloned while the first primary is looked at). */
function isNewcomer(facts: MemberFacts, { name, observation }: SeenDatabase): boolean {
  const { cluster, systemIdentifier } = facts;
  const { member } = observation.ledger;
  const reading = readMemberLedger(member, cluster);
  const note =
    reading.kind === 'read' && reading.ledger.incarnation === observation.machineId ? reading.ledger : undefined;
  const isOurs = note?.systemIdentifier === systemIdentifier && note.node === name;
  if (isEmpty(observation)) {
    return reading.kind !== 'unreadable' && !(isOurs && note.phase === 'joined');
  }
  if (isOurs && note.phase === 'cloned') {
    return true;
  }
  return isNotedClone({ name, systemIdentifier }, note) && whyNotUnfinished(facts, note, observation) === undefined;
}
