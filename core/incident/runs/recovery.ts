/** Events of recovery.log → runs of network_rewind.sh, each with its verdict. It runs every minute also when all is well: such runs in a row become one. */
import type { EventName } from '../patterns/names';
import type { LogEvent, NodeFact, RecoveryRun, RecoveryVerdict } from '../types';
import { createKept, type Kept } from './keep';

export interface RecoveryTracker {
  readonly add: (event: LogEvent) => void;
  /** A line with a moment that says nothing else: the run lasted at least so long. */
  readonly tick: (at: number | null) => void;
  readonly boundary: () => void;
  readonly finish: () => readonly Omit<RecoveryRun, 'source'>[];
}

const MOST_RUNS = 2000;
const COLLAPSED: ReadonlySet<RecoveryVerdict> = new Set<RecoveryVerdict>([
  ...(['idle_primary', 'idle_standby', 'skip_not_standby', 'pool_unreachable', 'no_primary'] as const),
]);

interface Open {
  readonly kept: Kept;
  node: string | null;
  beginAt: number | null;
  lastAt: number | null;
}

export function createRecoveryTracker(learn: (fact: NodeFact) => void): RecoveryTracker {
  const runs: Omit<RecoveryRun, 'source'>[] = [];
  let open: Open | null = null;
  const start = (at: number | null): Open => ({ kept: createKept(), node: null, beginAt: at, lastAt: at });
  const close = (): void => {
    if (open !== null && open.kept.events.length > 0) push(runs, toRun(open));
    open = null;
  };
  return {
    add: (event) => {
      if (event.name === 'recoveryBegin') {
        close();
        open = start(event.at);
      }
      open ??= start(event.at);
      open.kept.add(event);
      open.lastAt = event.at ?? open.lastAt;
      open.beginAt ??= event.at;
      learnFrom(open, event, learn);
    },
    tick: (at) => {
      if (open !== null) open.lastAt = at ?? open.lastAt;
    },
    boundary: close,
    finish: () => {
      close();
      return runs;
    },
  };
}

function learnFrom(open: Open, event: LogEvent, learn: (fact: NodeFact) => void): void {
  const [first = ''] = event.args;
  if (event.name === 'notStreaming' && first !== '') open.node = first;
  if (event.name === 'attachTried' && open.node !== null) {
    learn({ kind: 'backend', id: Number(first), host: null, name: open.node });
  }
}

function push(runs: Omit<RecoveryRun, 'source'>[], run: Omit<RecoveryRun, 'source'>): void {
  const last = runs.at(-1);
  // One that ignored a broken disk is idle in name only.
  const told = run.events.some(({ name }) => name === 'mountGaveUp');
  if (
    !told &&
    last !== undefined &&
    COLLAPSED.has(run.verdict) &&
    last.verdict === run.verdict &&
    last.node === run.node
  ) {
    // The first says what it was; the last until when.
    runs[runs.length - 1] = { ...last, lastAt: run.lastAt ?? last.lastAt, runs: last.runs + 1 };
    return;
  }
  runs.push(run);
  if (runs.length > MOST_RUNS) runs.shift();
}

function toRun({ kept, node, beginAt, lastAt }: Open): Omit<RecoveryRun, 'source'> {
  return { node, beginAt, lastAt, verdict: verdictOf(kept.counts), events: kept.events, runs: 1 };
}

const FAILURES: readonly EventName[] = [
  ...(['startGaveUp', 'attachFailed', 'localSshFailed', 'gapTooLarge', 'notReplicating'] as const),
];

/** The first that holds: what stopped it, before what it had done until then. */
const VERDICTS: readonly (readonly [RecoveryVerdict, (has: (name: EventName) => boolean) => boolean])[] = [
  ['disk_fail_stopdb', (has) => has('mountStops')],
  ['gateway_fail_stopdb', (has) => has('recoveryGatewaysLost')],
  ['pool_unreachable', (has) => has('poolUnreachable')],
  ['no_primary', (has) => has('noPrimary')],
  ['skip_not_standby', (has) => has('skipped')],
  ['rewind_failed', (has) => has('rewindError') && !has('recoveryOk')],
  ['success', (has) => has('recoveryOk')],
  ['failed', (has) => FAILURES.some(has)],
  ['not_attached', (has) => has('standbyUp') && !has('attachOk')],
  ['went_async', (has) => has('wentAsync')],
  ['idle_primary', (has) => has('idlePrimary')],
  ['idle_standby', (has) => has('allUp')],
];

function verdictOf(counts: Readonly<Partial<Record<EventName, number>>>): RecoveryVerdict {
  const has = (name: EventName): boolean => (counts[name] ?? 0) > 0;
  return VERDICTS.find(([, holds]) => holds(has))?.[0] ?? 'unfinished';
}
