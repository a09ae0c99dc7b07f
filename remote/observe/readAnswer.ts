/** What a node printed, parsed. An answer that was cut short (a full /tmp, a killed shell) is a node that could not be read, not a bug of ours. */
import { KingbaseError } from '../../core/finding';

export function readAnswer<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KingbaseError) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new KingbaseError(
      {
        code: 'node/unreadable-answer',
        path: name,
        message: `what it answered cannot be read: ${reason}`,
        hint: 'Look at its disks (df, also /tmp) and its journal, then run it again.',
      },
      { cause: error },
    );
  }
}
