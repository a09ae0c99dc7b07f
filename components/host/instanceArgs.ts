/** What initdb is told; nothing of it can be changed afterwards. */
import type { DatabaseSpec } from '../../core/spec/types';
import type { InstanceArgs } from '../hostArgs';

export function instanceArgs(database: DatabaseSpec): InstanceArgs {
  const { mode, encoding, locale, caseSensitive, checksums, auth } = database;
  return { mode, encoding, locale, caseSensitive, checksums, auth };
}
