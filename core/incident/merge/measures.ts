/** How long everything took, and how long the formula says it takes. */
import {
  detectionBudget,
  failoverBudget,
  FIRST_ROUND_ATTEMPTS,
  INSTALLER_DETECTION,
  type DetectionSettings,
} from '../../v8r3/detectionBudget';
import type { Durations, Expected } from '../incidentTypes';
import { faultKindOf, retriesOf, type Retries } from './attempts';
import type { Case } from './case';
import { eventOf, firstOfAll, lastOf, secondsBetween } from './events';

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
