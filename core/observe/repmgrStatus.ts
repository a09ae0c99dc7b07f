/** Meaning of the Status and Upstream cells of `repmgr cluster show`, and the same words made up where repmgr could not be asked. */

/** A cell is healthy when it says running and carries none of repmgr's marks of doubt (`!`, `?`, `-`). */
export function isHealthyStatus(status: string): boolean {
  return /^(\* )?running$/.test(status.trim());
}

const MEANINGS: Readonly<Record<string, string>> = {
  '* running': 'active primary or witness, up',
  running: 'active standby, up',
  '! running as standby': 'registered as primary, but in recovery',
  '! running as primary': 'registered as standby, but accepts writes: two primaries, or its record was not updated',
  '! running': 'answers, but its record is inactive',
  '! unknown': 'up, but its recovery state could not be read',
  '? running': 'answers on the network, but rejects connections',
  '? rejected': 'answers on the network, but rejects connections',
  '! failed': 'answers on the network, but rejects connections; its record is inactive',
  '? unreachable': 'its record is active, but it does not answer',
  '- failed': 'its record is inactive and it does not answer',
};

/** One line for a person; undefined for a text that repmgr is not known to print. */
export function explainStatus(status: string): string | undefined {
  return MEANINGS[status.trim()];
}

export interface DerivedInputs {
  readonly type: string;
  readonly active: boolean;
  /** undefined: it does not answer. */
  readonly inRecovery: boolean | undefined;
}

/** The word repmgr would print (format_node_status), from a record and what the node answered to us. */
export function deriveStatus({ type, active, inRecovery }: DerivedInputs): string {
  if (inRecovery === undefined) {
    return active ? '? unreachable' : '- failed';
  }
  if (!active) {
    return '! running';
  }
  if (type === 'witness') {
    return '* running';
  }
  if (type === 'primary') {
    return inRecovery ? '! running as standby' : '* running';
  }
  return inRecovery ? 'running' : '! running as primary';
}

/** Name of the node that a standby follows, and whether repmgr doubts it (`! node2`, `? node2`). */
export function parseUpstream(cell: string): { readonly name: string | null; readonly doubtful: boolean } {
  const match = /^([!?])?\s*(.*)$/.exec(cell.trim());
  const name = match?.[2] ?? '';
  return { name: name === '' ? null : name, doubtful: match?.[1] !== undefined };
}
