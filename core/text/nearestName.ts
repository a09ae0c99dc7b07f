// The known name a user most probably meant: for "did you mean" hints, the same everywhere.

/** Nearest of `known` to `name`, or undefined when nothing is near enough to be worth saying. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = fold(name);
  // The unit or the last word left out: reconnectInterval for reconnectIntervalSeconds.
  const longer = known.filter((candidate) => wanted.length >= 4 && fold(candidate).startsWith(wanted));
  if (longer.length === 1) return longer[0];
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, fold(candidate));
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  // One slip in a short name, a third of the letters in a long one: beyond that a guess misleads.
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : undefined;
}

// reconnect_attempts, reconnect-attempts and reconnectAttempts are one name to a human.
function fold(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_. ]/g, '')
    .slice(0, 80);
}

/** Insertions, deletions, replacements and swaps of neighbours, each counted as one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
