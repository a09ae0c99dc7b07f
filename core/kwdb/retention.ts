/** Which runs of the backup go: by the time in their name, never by what a copy made of the files' times. The node does the same in retention.sh. */

export interface RunOnDisk {
  /** 20261130T031500Z; anything else is not ours and stays. */
  readonly name: string;
  /** unfinished: no manifest, the run was cut. */
  readonly verdict: 'good' | 'bad' | 'unfinished';
}

export interface Retention {
  readonly keepDays: number;
  /** So many good ones stay, however old. */
  readonly keepAtLeast: number;
}

const RUN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const DAY_MS = 86_400_000;

/** Milliseconds since 1970; undefined where the name is no run of ours. */
export function runMoment(name: string): number | undefined {
  const match = RUN.exec(name);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Names to remove, oldest first. A run dated in the future (a clock that was wrong) is never old. */
export function planRetention(
  runs: readonly RunOnDisk[],
  { keepDays, keepAtLeast }: Retention,
  now: number,
): readonly string[] {
  const ours = runs.filter(({ name }) => RUN.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const good = ours.filter(({ verdict }) => verdict === 'good').map(({ name }) => name);
  const kept = new Set(good.slice(Math.max(0, good.length - keepAtLeast)));
  return ours
    .filter(({ name }) => !kept.has(name) && now - (runMoment(name) as number) > keepDays * DAY_MS)
    .map(({ name }) => name);
}
