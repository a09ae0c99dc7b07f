/** What all handlers share: comparing inputs, reading without failing, deleting on a host that is gone. */
import { formatFinding, KingbaseError } from '../../core/finding';
import type { Connection, OpenRemote, Remote } from '../remote';
import { isGone, isOtherMachine } from '../remoteError';
import { warn } from '../warn';

export type Observed<T extends object> =
  ({ readonly reachable: true } & T) | { readonly reachable: false; readonly reason: string };

export interface OnHost {
  readonly connection: Connection;
}

/** Deep comparison of what a user can set; values that the provider adds do not count, undefined and absent are the same. */
export function inputsDiffer<I extends object>(olds: I, news: I, keys: readonly (keyof I)[]): boolean {
  return keys.some((key) => canonical(olds[key]) !== canonical(news[key]));
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}

export async function onHost<T>(
  open: OpenRemote,
  connection: Connection,
  act: (remote: Remote) => Promise<T>,
): Promise<T> {
  const remote = open(connection);
  try {
    return await act(remote);
  } finally {
    remote.close();
  }
}

/** For `read`: a host that cannot be asked gives the reason instead of an error, and the resource stays as it is. */
export async function observeHost<T extends object>(
  open: OpenRemote,
  connection: Connection,
  observe: (remote: Remote) => Promise<T>,
): Promise<Observed<T>> {
  try {
    return { reachable: true, ...(await onHost(open, connection, observe)) };
  } catch (error) {
    return { reachable: false, reason: reasonOf(error) };
  }
}

/** For `delete`: nothing can be cleaned on a host that is gone, or is another by now. Its member was unregistered before (Membership), so this may pass. */
export async function cleanHost(
  open: OpenRemote,
  connection: Connection,
  what: string,
  clean: (remote: Remote) => Promise<void>,
): Promise<void> {
  try {
    await onHost(open, connection, clean);
  } catch (error) {
    if (!isGone(error) && !isOtherMachine(error)) {
      throw error;
    }
    warn(connection.host, `not reachable, ${what} stay there: ${reasonOf(error)}`);
  }
}

export function reasonOf(error: unknown): string {
  if (error instanceof KingbaseError) {
    const [first] = error.findings;
    return first === undefined ? error.message : formatFinding({ ...first, hint: undefined });
  }
  return error instanceof Error ? error.message : String(error);
}
