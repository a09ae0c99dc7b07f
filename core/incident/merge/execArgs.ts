/** The arguments of failover_stream.sh, by position: %H %P %d %h %O %m %M %D. A page on the web may have lost addresses among them; ids never are. */

export interface ExecArgs {
  readonly newMasterHost: string | null;
  readonly oldPrimaryId: number;
  readonly failedId: number;
  readonly failedHost: string | null;
  readonly oldPrimaryHost: string | null;
  readonly newMasterId: number;
  readonly oldMasterId: number;
  readonly dataDirectory: string | null;
  /** All eight were there. */
  readonly complete: boolean;
}

export function parseExec(text: string): ExecArgs | null {
  const words = text.trim().split(/\s+/);
  const ids = words.filter((word) => /^-?\d+$/.test(word)).map(Number);
  const directory = words.find((word) => word.startsWith('/')) ?? null;
  const hosts = words.filter((word) => !/^-?\d+$/.test(word) && !word.startsWith('/'));
  const [oldPrimaryId, failedId, newMasterId, oldMasterId] = ids;
  if (ids.length !== 4 || oldPrimaryId === undefined || failedId === undefined) return null;
  if (newMasterId === undefined || oldMasterId === undefined) return null;
  const first = words[0] ?? '';
  return {
    // The first argument is recognised by its place before the ids; of two that remain, nobody knows which was lost.
    newMasterHost: hosts.length > 0 && first === hosts[0] ? first : null,
    ...{ oldPrimaryId, failedId, newMasterId, oldMasterId, dataDirectory: directory },
    failedHost: hosts.length === 3 ? (hosts[1] ?? null) : null,
    oldPrimaryHost: hosts.length === 3 ? (hosts[2] ?? null) : null,
    complete: hosts.length === 3 && directory !== null,
  };
}

/** What is wrong between the line in cluster.log and the first lines of failover.log; empty where one of them lost its addresses. */
export function compareArgs(exec: ExecArgs, stats: readonly string[]): readonly string[] {
  const pairs: readonly (readonly [string, string | null, string | undefined])[] = [
    ['%H', exec.newMasterHost, stats[0]],
    ['%P', String(exec.oldPrimaryId), stats[1]],
    ['%d', String(exec.failedId), stats[2]],
    ['%h', exec.failedHost, stats[3]],
    ['%O', exec.oldPrimaryHost, stats[4]],
    ['%m', String(exec.newMasterId), stats[5]],
    ['%M', String(exec.oldMasterId), stats[6]],
  ];
  return pairs
    .filter(([, a, b]) => a !== null && b !== undefined && b !== '' && a !== b)
    .map(([name, a, b]) => `${name}: ${a} / ${b}`);
}
