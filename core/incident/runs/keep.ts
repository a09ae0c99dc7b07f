/** Which lines of an episode are kept: the first of most kinds, all of the few that are counted, the last where only that matters. */
import type { EventName } from '../patterns/names';
import type { LogEvent } from '../types';

type Keeping = 'all' | 'last' | 'countOnly';

const KEEPING: Readonly<Partial<Record<EventName, Keeping>>> = {
  ...{ retry: 'all', wdState: 'all', connectFailed: 'all', vipAcquired: 'all', vipReleased: 'all', exec: 'all' },
  ...{ nodeDown: 'all', degenerate: 'all', lockGot: 'all', newPrimary: 'all', reconnectTry: 'all', sshError: 'all' },
  ...{ scriptVipError: 'all', rewindError: 'all', mountFailed: 'all', notStreaming: 'all', slotMade: 'all' },
  ...{
    gatewayFailed: 'all',
    poolStart: 'all',
    poolRow: 'all',
    rewindProgress: 'all',
    authFailed: 'all',
    persistFailed: 'all',
    checkTimedOut: 'all',
  },
  ...{ lockPolled: 'last', lockForwarded: 'last', recoveryBusy: 'countOnly', startRetry: 'last' },
};

const MOST = 60;

export interface Kept {
  readonly events: readonly LogEvent[];
  readonly counts: Readonly<Partial<Record<EventName, number>>>;
  readonly add: (event: LogEvent) => void;
}

export function createKept(): Kept {
  const events: LogEvent[] = [];
  const counts: Partial<Record<EventName, number>> = {};
  return {
    events,
    counts,
    add: (event) => {
      const count = (counts[event.name] ?? 0) + 1;
      counts[event.name] = count;
      const keeping = KEEPING[event.name];
      if (keeping === 'countOnly') return;
      if (keeping === 'last' || (keeping === 'all' && count > MOST)) {
        const at = count === 1 ? -1 : events.findLastIndex(({ name }) => name === event.name);
        // The first stays, and the last is renewed.
        if (at >= 0 && count > 2) events.splice(at, 1);
        events.push(event);
      } else if (keeping === 'all' || count === 1) {
        events.push(event);
      }
    },
  };
}
