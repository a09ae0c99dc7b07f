/** A line of cron is commented out: somebody's decision, which we never undo. */
import { cronEntries } from '../cronLines';
import type { FaultRule } from '../types';

export const schedulePaused: FaultRule = {
  id: 'backup/schedule-paused',
  title: 'a scheduled backup is paused: its line of cron is commented out',
  severity: 'risk',
  reference: 'operating guide: a line that is commented out stays so',
  texts: [],
  look: (evidence) => {
    const all = cronEntries(evidence);
    return all
      .filter(
        ({ active, kind, node }) =>
          !active && !all.some((other) => other.active && other.kind === kind && other.node === node),
      )
      .map(({ node, place, text }) => ({ node, found: `${place}: ${text}` }));
  },
  cure: () => [{ text: 'Ask who paused it. To go on, remove the `#` at the beginning of the line.' }],
};
