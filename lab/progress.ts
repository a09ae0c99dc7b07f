// Says on standard error what the lab is doing, with the seconds since it began, and keeps talking during long steps.
export interface Progress {
  say(text: string): void;
  /** Announces a step, repeats it every ten seconds while it runs, and says how long it took where that was noticeable. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>;
}

const REPEAT_MS = 10_000;
const NOTICEABLE_MS = 1_000;

export function createProgress(write: (line: string) => void = (line) => process.stderr.write(line)): Progress {
  const startedAt = Date.now();
  const stamp = (): string => `[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)}s]`;
  const say = (text: string): void => write(`${stamp()} ${text}\n`);
  return {
    say,
    async step(text, work) {
      const begun = Date.now();
      say(`${text} …`);
      const timer = setInterval(() => say(`${text} … still at it after ${seconds(begun)} s`), REPEAT_MS);
      try {
        const result = await work();
        if (Date.now() - begun >= NOTICEABLE_MS) say(`${text}: done in ${seconds(begun)} s`);
        return result;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

export const silent: Progress = { say: () => undefined, step: (_text, work) => work() };

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
