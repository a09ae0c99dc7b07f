/** How long everything took, and how long the formula says it takes. */
import {
  detectionBudget,
  failoverBudget,
  FIRST_ROUND_ATTEMPTS,
  INSTALLER_DETECTION,
  type DetectionSettings,
  type PrimaryFault,
} from '../../v8r3/detectionBudget';
import type { Durations, Expected } from '../incidentTypes';
import type { EventName } from '../patterns/names';
import type { Episode, LogEvent } from '../types';
import type { Case } from './case';
import { eventOf, eventsOf, firstOfAll, lastOf, secondsBetween } from './events';

export function durationsOf(about: Case): Durations {
  const { group, main, script, faultAt, firstFailure, decision } = about;
  const views = main === null ? group.episodes : [main, ...group.episodes];
  const begin = script === null ? null : eventOf(script, 'scriptBegin');
  const scriptFrom = begin?.at ?? firstOfAll(views, 'exec', 'promoteCommand')?.at;
  const scriptTo = (script === null ? null : eventOf(script, 'scriptEnd')?.at) ?? firstOfAll(views, 'lockReleased')?.at;
  const service = serviceAt(about);
  const recovered = recoveredAt(about);
  const success = group.recoveries.find(({ verdict }) => verdict === 'success');
  return {
    toFirstFailure: secondsBetween(faultAt, firstFailure?.at),
    toDecision: secondsBetween(faultAt, decision?.at),
    firstFailureToDecision: secondsBetween(firstFailure?.at, decision?.at),
    decisionToScript: secondsBetween(decision?.at, scriptFrom),
    script: secondsBetween(scriptFrom, scriptTo),
    promotion:
      script === null ? null : secondsBetween(eventOf(script, 'promoteBegin')?.at, eventOf(script, 'promoteOk')?.at),
    rtoService: secondsBetween(faultAt, service),
    rtoDone: secondsBetween(faultAt, firstOfAll(views, 'done', 'followerDone')?.at),
    clusterVipGap: vipGap(about),
    asyncExposure: script === null ? null : secondsBetween(eventOf(script, 'scriptAsync')?.at, synchronousAt(about)),
    nodeOutage: secondsBetween(decision?.at, recovered),
    recovery: secondsBetween(success?.beginAt, success?.lastAt),
  };
}

/** Promotion or the virtual IP of the database, the later. */
function serviceAt({ group, script }: Case): number | null {
  const promoted = script === null ? firstOfAll(group.episodes, 'promoted') : eventOf(script, 'promoteOk');
  if (promoted?.at === undefined || promoted.at === null) return null;
  const vip = script === null ? null : eventOf(script, 'scriptVipAdded', 'scriptAddVip');
  return Math.max(promoted.at, vip?.at ?? promoted.at);
}

export function recoveredAt({ group }: Case): number | null {
  const attached = group.recoveries
    .map((run) => lastOf(run, 'attachEnd', 'recoveryOk'))
    .find((event) => event !== null);
  return attached?.at ?? firstOfAll(group.episodes, 'failbackDone')?.at ?? null;
}

/** null: as far as the logs go, it is still asynchronous. */
export function synchronousAt({ group }: Case): number | null {
  const done = group.recoveries
    .map((run) => eventOf(run, 'syncDone'))
    .find((event) => event !== null && event.at !== null);
  if (done !== null && done !== undefined && done.at !== null) return done.at;
  // A page may have lost the line that ends it: the primary was changed, and the run went on to its good end.
  const run = group.recoveries.find((one) => eventOf(one, 'syncBegin') !== null && eventOf(one, 'recoveryOk') !== null);
  return run === undefined ? null : (eventOf(run, 'syncBegin')?.at ?? null);
}

/** From its release, or the loss of the pool that held it, until another pool holds it. */
function vipGap({ group }: Case): number | null {
  for (const episode of group.episodes) {
    const gone = eventOf(episode, 'peerShutdown', 'peerLost');
    const up = eventOf(episode, 'vipAcquired');
    if (gone?.at === undefined || gone.at === null || up?.at === undefined || up.at === null || up.at < gone.at)
      continue;
    const released = group.background.find(
      ({ name, at, file }) =>
        name === 'vipReleased' && at !== null && file !== up.file && Math.abs(at - (gone.at ?? 0)) <= 30_000,
    );
    return secondsBetween(released?.at ?? gone.at, up.at);
  }
  return null;
}

const FAILED: ReadonlySet<EventName> = new Set<EventName>([
  'persistFailed',
  'authFailed',
  'checkTimedOut',
  'connectFailed',
]);

export interface Retries {
  readonly seen: number;
  /** Seconds from one to the next, on average. */
  readonly cadence: number | null;
  /** Seconds from a failed attempt to the next retry; null: the lines of the attempts are not there. */
  readonly delay: number | null;
  /** Seconds that an attempt took, the longest. */
  readonly attempt: number | null;
}

export function retriesOf(episode: Episode | null): Retries {
  const events = episode?.events ?? [];
  const retries = events.filter(({ name }) => name === 'retry' || name === 'reconnectTry');
  const counts = retries.map(retryNumber).filter(Number.isFinite);
  const first = retries[0];
  const last = retries.at(-1);
  const steps = (counts.at(-1) ?? 0) - (counts[0] ?? 0);
  const span = secondsBetween(first?.at, last?.at);
  const [delays, attempts] = gaps(events);
  // With lines of the attempts missing, what was measured between retries holds an attempt as well: only the shortest can be the delay.
  return {
    seen: counts.length === 0 ? 0 : Math.max(...counts),
    cadence: span === null || steps <= 0 ? null : Math.round((span / steps) * 10) / 10,
    delay: delays.length === 0 ? null : Math.min(...delays),
    attempt: attempts.length === 0 ? null : Math.max(...attempts),
  };
}

function retryNumber({ name, args }: LogEvent): number {
  if (name === 'reconnectTry') return Number(args[2]);
  return Number(args.length > 1 && args[1] !== '' ? args[1] : args[0]);
}

function gaps(events: readonly LogEvent[]): readonly [readonly number[], readonly number[]] {
  const [delays, attempts]: [number[], number[]] = [[], []];
  let failedAt: number | null = null;
  let retriedAt: number | null = null;
  for (const { name, at } of events) {
    if (at === null) continue;
    if (FAILED.has(name)) {
      if (retriedAt !== null) attempts.push((at - retriedAt) / 1000);
      [failedAt, retriedAt] = [at, null];
    } else if (name === 'retry') {
      if (failedAt !== null && retriedAt === null) delays.push((at - failedAt) / 1000);
      [failedAt, retriedAt] = [null, at];
    }
  }
  return [delays.filter((one) => one > 0), attempts];
}

export function faultKindOf(episode: Episode): PrimaryFault | null {
  if (eventOf(episode, 'checkTimedOut') !== null) return 'hung';
  const said = eventsOf(episode, 'connectFailed', 'connectDetail', 'shuttingDown').map(({ name, args }) =>
    name === 'shuttingDown' ? 'refused' : kindOfError(name === 'connectDetail' ? args[0] : args[1]),
  );
  // A server that shuts down refuses first; what the later attempts met decides.
  return said.filter((one) => one !== null).at(-1) ?? null;
}

function kindOfError(text: string | undefined): PrimaryFault | null {
  if (text === undefined) return null;
  if (/no route|unreachable|没有到主机的路由/i.test(text)) return 'noRoute';
  if (/timed out|timeout|超时/i.test(text)) return 'blackholed';
  return /refused|拒绝/i.test(text) ? 'refused' : null;
}

/** null: no decision was made, it is no failover of the pool, or the logs do not say what the checks met. */
export function expectedOf({ main, decision, around }: Case): Expected | null {
  if (main === null || decision === null || main.system === 'v8r6') return null;
  const fault = faultKindOf(main);
  const retries = retriesOf(main);
  const conf = around.poolConf;
  const settings = conf?.detection ?? inferred(retries);
  if (fault === null || settings === null) return null;
  const attempts = main.system === 'pgpool4' ? 1 : FIRST_ROUND_ATTEMPTS;
  const detection = detectionBudget(fault, settings, attempts);
  const failover = failoverBudget(fault, settings, attempts);
  if (detection === null || failover === null) return null;
  return {
    ...{ fault, from: conf === null ? 'inferred' : 'configuration', parts: failover.parts },
    ...{ maxRetries: settings.healthCheckMaxRetries, retryDelay: settings.healthCheckRetryDelay },
    attemptMeasured: measuredAttempt(retries, settings),
    ...{ detection: detection.total, failover: failover.total },
    assumed:
      conf === null
        ? ['health_check_period', 'health_check_timeout', 'connect_timeout', 'search_primary_node_timeout']
        : conf.assumed,
  };
}

/** The last retry is the configured number only because the decision followed it. */
function inferred({ seen, delay }: Retries): DetectionSettings | null {
  if (seen === 0 || delay === null) return null;
  return { ...INSTALLER_DETECTION, healthCheckMaxRetries: seen, healthCheckRetryDelay: delay };
}

function measuredAttempt(
  { cadence, attempt }: Retries,
  { healthCheckRetryDelay: delay }: DetectionSettings,
): number | null {
  if (cadence === null) return attempt;
  return Math.round(Math.max(0, cadence - delay) * 10) / 10;
}
