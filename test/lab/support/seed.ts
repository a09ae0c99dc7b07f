// Random choices that a printed seed repeats.

export interface Chance {
  /** At least 0, below 1. */
  next(): number;
  /** Milliseconds in this range. */
  between(fromMs: number, toMs: number): number;
  oneOf<T>(values: readonly T[]): T;
}

/** From the environment variable of this name, else any; printed, so that a run that failed can be had again. */
export function seedFrom(variable: string): number {
  const seed = Number(process.env[variable] ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`${variable}=${seed}\n`);
  return seed;
}

/** A linear congruential generator: the same seed gives the same choices. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    next,
    between: (fromMs, toMs) => Math.round(fromMs + next() * (toMs - fromMs)),
    oneOf: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new Error('nothing to choose from');
      return value;
    },
  };
}
