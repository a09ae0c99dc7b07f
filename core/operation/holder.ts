/** Who holds a cluster for an operation of several steps, as the note on its nodes says, and whether that note still counts. */
import type { Finding } from '../finding';

export interface Holder {
  /** One per run and operation. */
  readonly token: string;
  readonly what: string;
  /** user@host, for people. */
  readonly operator: string;
  readonly pid: number;
  /** Where that process id means something: machine, boot and process namespace. */
  readonly place: string;
  /** By the node's clock, seconds since 1970. */
  readonly since: number;
  readonly expires: number;
}

/** Undefined where the text is no such note. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const raw = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const { token, what, operator, pid, place, since, expires } = raw;
    return typeof token === 'string' && token !== ''
      ? {
          token,
          what: String(what),
          operator: String(operator),
          pid: Number(pid),
          place: String(place),
          since: Number(since),
          expires: Number(expires),
        }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A run that was killed leaves its note. Whoever comes from the same place can see that the process is gone, and goes on at once; from
 * another place only time tells. A process that cannot be asked counts as alive.
 */
export function isDead(holder: Holder, place: string, isRunning: (pid: number) => boolean): boolean {
  return place !== '' && holder.place === place && Number.isInteger(holder.pid) && !isRunning(holder.pid);
}

export function heldByOther(node: string, holder: Holder | undefined, stateDirectory: string): Finding {
  const who =
    holder === undefined
      ? 'somebody whose note cannot be read'
      : `${holder.operator} (process ${holder.pid}): ${holder.what}, since ${new Date(holder.since * 1000).toISOString()}`;
  return {
    code: 'operation/held',
    path: node,
    message: `the cluster is held by another run of ${who}`,
    hint: `Wait until that run has ended, and run again. If it is dead, its note expires ${HOLD_SECONDS} s after it died; to break it at once, make sure that it is dead and remove ${stateDirectory}/operation.json on every node. Nothing was changed.`,
  };
}

/** A run renews its note several times within that. */
export const HOLD_SECONDS = 90;
