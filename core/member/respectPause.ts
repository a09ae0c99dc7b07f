/** Whoever paused a node's automation works on it: the database that he stopped is not started under his hands, and nothing is copied there. */
import type { MemberDecision, MemberFacts } from './memberDecision';

/** Of a node that has joined before. What runs is not touched by this: it is looked after as ever, without its daemons. */
export function respectPause({ self, name }: MemberFacts, decision: MemberDecision): MemberDecision {
  if (self.automation !== 'paused' || self.server.running || !isToAwait(decision)) {
    return decision;
  }
  const what =
    decision.kind === 'clone' || decision.kind === 'createWitness' ? 'no database is made there' : 'it stays so';
  return {
    kind: 'paused',
    finding: {
      code: 'member/paused',
      path: name,
      message: `${name}: its automation is paused (the cron line of kbha is commented out) and its database is stopped: ${what}. When the work there is done: /usr/local/lib/pulumi-kingbase/automation.sh resume, and run again`,
    },
  };
}

function isToAwait({ kind }: MemberDecision): boolean {
  return kind === 'start' || kind === 'clone' || kind === 'createWitness' || kind === 'wait';
}
