/** Is what lies in a data directory nothing but our own clone, cut off before anything was started from it? Only that may be wiped. */
import type { ReachableNode } from '../observe/types';
import { formatPaths, speaksOf, type MemberLedger } from './ledger';

export interface CloneFacts {
  readonly name: string;
  readonly systemIdentifier: string;
  readonly dataDirectory: string;
  /** Empty: within the data directory. */
  readonly walDirectory: string;
}

/** Our note says that a clone was begun here. What it became since, the note does not know. */
export function isNotedClone(
  { name, systemIdentifier }: Pick<CloneFacts, 'name' | 'systemIdentifier'>,
  note: MemberLedger | undefined,
): note is MemberLedger {
  return note?.phase === 'cloning' && note.systemIdentifier === systemIdentifier && note.node === name;
}

/**
 * Why it is not proved that a noted clone is still unfinished; undefined where it is. Somebody may have finished it by hand, or brought data
 * of his own. A server that was ever started there leaves its options behind, and a copy that was never started still has its label.
 */
export function whyNotUnfinished(facts: CloneFacts, note: MemberLedger, { data }: ReachableNode): string | undefined {
  if (!speaksOf(note.paths, facts.dataDirectory, facts.walDirectory)) {
    return `that clone was begun in ${formatPaths(note.paths)}`;
  }
  if (data.started) {
    return 'a database was started in it since';
  }
  return data.baseBackup ? undefined : 'it does not look like a copy that was cut off (no backup_label)';
}
