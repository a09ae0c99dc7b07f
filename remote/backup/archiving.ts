/** What the database nodes of a cluster say of archiving, and which database they are. */
import { judgeArchiving } from '../../core/backup/judgeArchiving';
import type { BackupTarget } from '../../core/backup/types';
import type { Finding } from '../../core/finding';
import { answersOf, effectsOf } from '../../core/observe/clusterReport';
import type { ObservedMember } from '../observe/observeNode';

/** On every database node: any of them may be primary tomorrow. */
export function archivingFindings(backup: BackupTarget, members: readonly ObservedMember[]): Finding[] {
  return members.flatMap((member) =>
    judgeArchiving(backup.archive, {
      name: member.target.name,
      answers: answersOf(member),
      reason: reasonOf(member),
      effects: effectsOf(member),
    }),
  );
}

function reasonOf({ observation }: ObservedMember): string | undefined {
  return observation.reachable ? observation.server.reason : observation.reason;
}

/** System identifiers that were read, each once. */
export function systemsOf(members: readonly ObservedMember[]): string[] {
  const found = members.flatMap(({ observation }) =>
    observation.reachable && observation.control !== undefined ? [observation.control.systemIdentifier] : [],
  );
  return [...new Set(found)].sort();
}
