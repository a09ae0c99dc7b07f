/** Positions in the write-ahead log, `16/B374D848`. */

export function parseLsn(text: string | undefined): bigint | undefined {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text ?? '');
  return match === null ? undefined : (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`);
}

/** Bytes from `behind` to `ahead`; never negative, since two nodes are not read at the same instant. */
export function lsnDistance(ahead: string | undefined, behind: string | undefined): number | undefined {
  const to = parseLsn(ahead);
  const from = parseLsn(behind);
  if (to === undefined || from === undefined) {
    return undefined;
  }
  return to > from ? Number(to - from) : 0;
}

/** Highest of some positions; unreadable ones do not count. */
export function highestLsn(positions: readonly (string | undefined)[]): bigint | undefined {
  return positions
    .map(parseLsn)
    .reduce((best, next) => (next !== undefined && (best === undefined || next > best) ? next : best), undefined);
}
