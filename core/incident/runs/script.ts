/** Events of failover.log → runs of failover_stream.sh. A run with a beginning and no end is a script that died, or a file that ends. */
import type { LogEvent, ScriptRun } from '../types';
import { createKept, type Kept } from './keep';

export interface ScriptTracker {
  readonly add: (event: LogEvent) => void;
  readonly finish: () => readonly Omit<ScriptRun, 'source' | 'node'>[];
}

const MOST_RUNS = 1000;

export function createScriptTracker(): ScriptTracker {
  const runs: Omit<ScriptRun, 'source' | 'node'>[] = [];
  let open: { readonly kept: Kept; readonly begun: boolean } | null = null;
  const close = (): void => {
    if (open !== null && open.kept.events.length > 0) runs.push({ events: open.kept.events, begun: open.begun });
    if (runs.length > MOST_RUNS) runs.shift();
    open = null;
  };
  return {
    add: (event) => {
      if (event.name === 'scriptBegin') {
        // A line that stands twice is one beginning.
        const again = open?.kept.events.at(-1);
        if (again?.name === 'scriptBegin' && again.at === event.at) return;
        close();
        open = { kept: createKept(), begun: true };
      }
      open ??= { kept: createKept(), begun: false };
      open.kept.add(event);
      if (event.name === 'scriptEnd') close();
    },
    finish: () => {
      close();
      return runs;
    },
  };
}
