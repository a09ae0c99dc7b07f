/** Rules about the failover itself: who ran the script, what it did, whether somebody is primary. */
import type { IncidentFinding } from '../incidentTypes';
import type { Episode } from '../types';
import { compareArgs } from '../merge/execArgs';
import { episodeLabel, nodeLabel, poolsWatching } from '../merge/case';
import { eventOf, eventsOf, firstOfAll, lastOf, secondsBetween } from '../merge/events';
import { retriesOf } from '../merge/attempts';
import { recoveredAt } from '../merge/measures';
import { finding, type Judged, type Rule } from './rule';

export const okFailover: Rule = (about) => {
  const { group, script, newPrimaryId, failedId, main } = about;
  if (script === null || newPrimaryId === null || newPrimaryId < 0 || newPrimaryId === failedId) return [];
  const [end, ok] = [eventOf(script, 'scriptEnd'), eventOf(script, 'promoteOk')];
  const done = firstOfAll(main === null ? group.episodes : [main, ...group.episodes], 'done');
  if (end === null || ok === null || done === null) return [];
  return [finding('ok-failover', 'ok', [ok, end, done], { args: { node: nodeLabel(about, newPrimaryId) ?? '?' } })];
};

export const noNewPrimary: Rule = ({ group }) => {
  const gaveUp = firstOfAll(group.episodes, 'findGaveUp');
  const none = group.episodes.map((one) => lastOf(one, 'newPrimary')).filter((event) => event?.args[0] === '-1');
  if (none.length === 0 && gaveUp === null) return [];
  const later = group.episodes.some((one) => Number(lastOf(one, 'newPrimary')?.args[0] ?? -1) >= 0);
  // One pool says somebody, another nobody: the one that found it is believed, and both are shown.
  return [finding('no-new-primary', later ? 'warn' : 'critical', [...none, gaveUp])];
};

export const scriptFailed: Rule = ({ group, script, newPrimaryId }) => {
  if (script === null) return [];
  const failed = eventOf(script, 'promoteFailed');
  if (failed !== null) return [finding('script-failed', 'critical', [failed])];
  const checkpoint = eventOf(script, 'checkpointFailed');
  const end = eventOf(script, 'scriptEnd');
  const bad = checkpoint === null ? [] : [finding('checkpoint-failed', 'warn', [checkpoint])];
  if (end !== null || !script.begun) return bad;
  // The pool went on: the line is missing from the file. It did not: the script died, as far as the files go.
  const wentOn = newPrimaryId !== null && newPrimaryId >= 0;
  const last = [eventOf(script, 'scriptBegin'), script.events.at(-1) ?? null, firstOfAll(group.episodes, 'exec')];
  return [
    ...bad,
    finding(wentOn ? 'script-end-missing' : 'script-hung', wentOn ? 'info' : 'critical', last, { basis: 'absent' }),
  ];
};

export const slowScript: Rule = ({ script, durations }) => {
  if (script === null || durations.script === null || durations.script <= 60) return [];
  return [
    finding('script-slow', 'warn', [eventOf(script, 'scriptBegin'), eventOf(script, 'scriptEnd')], {
      args: { seconds: durations.script },
    }),
  ];
};

export const noScript: Rule = (about) => {
  const { group, executor, script, newPrimaryId, decision, main } = about;
  if (group.episodes.length === 0 || main?.system === 'v8r6') return [];
  if (firstOfAll(group.episodes, 'nodeDown', 'degenerate', 'degeneration') === null) return [];
  const args = { pools: poolsWatching(about) };
  if (executor !== null) {
    const needed = script === null && about.kind === 'primary-failover';
    const node = episodeLabel(about, executor);
    return needed
      ? [finding('failover-log-needed', 'unknown', [eventOf(executor, 'exec')], { basis: 'absent', args: { node } })]
      : [];
  }
  const held = group.episodes.some((one) => eventsOf(one, 'lockGot').some(({ args: [side] }) => side === 'local'));
  const hints = held || script !== null || (newPrimaryId !== null && newPrimaryId >= 0);
  if (args.pools < 2) return [finding('other-log-needed', 'unknown', [decision], { basis: 'absent', args })];
  return [
    finding(hints ? 'exec-line-missing' : 'no-script', hints ? 'unknown' : 'critical', [decision], {
      basis: 'absent',
      args,
    }),
  ];
};

export const argumentMismatch: Rule = ({ exec, script, group }) => {
  const stats = script === null ? null : eventOf(script, 'scriptArgs');
  const wrong = exec === null || stats === null ? [] : compareArgs(exec, stats.args);
  if (wrong.length === 0) return [];
  return [
    finding('argument-mismatch', 'warn', [firstOfAll(group.episodes, 'exec'), stats], {
      args: { what: wrong.join('; ') },
    }),
  ];
};

const ALIVE = /refused|denied|verification failed|拒绝|权限/i;
const DEAD = /no route|timed out|unreachable|没有到主机的路由|超时/i;

export const sshFailed: Rule = ({ group, script, kind }) => {
  const said = script === null ? null : eventOf(script, 'scriptSshFailed');
  const why = [
    ...group.episodes.flatMap((one) => eventsOf(one, 'sshError')),
    ...(script === null ? [] : eventsOf(script, 'scriptSshFailed')),
  ];
  if ((said === null && why.length === 0) || kind === 'standby-down') return [];
  const texts = why.map(({ args }) => args[1] ?? '');
  const evidence = [said, ...why.filter((event) => event !== said)];
  if (texts.some((text) => ALIVE.test(text))) return [finding('ssh-failed-host-alive', 'critical', evidence)];
  if (texts.some((text) => DEAD.test(text))) return [finding('ssh-failed-host-dead', 'info', evidence)];
  return [finding('ssh-failed-why', 'warn', evidence, { basis: 'absent' })];
};

export const vipNotMoved: Rule = ({ script }) => {
  if (script === null) return [];
  const elsewhere = eventsOf(script, 'scriptVipElsewhere');
  if (elsewhere.length > 0) return [finding('vip-elsewhere', 'critical', elsewhere)];
  const errors = eventsOf(script, 'scriptVipError');
  if (errors.length > 0) return [finding('vip-not-moved', 'critical', errors)];
  const promoted = eventOf(script, 'promoteOk', 'promoteBegin');
  if (promoted === null || eventOf(script, 'scriptAddVip', 'scriptVipAdded') !== null) return [];
  return [finding('vip-not-moved', 'critical', [promoted], { basis: 'absent' })];
};

export const lockContention: Rule = (about) => {
  const { group } = about;
  const holder = group.episodes.find((one) => eventsOf(one, 'lockGot').some(({ args }) => args[0] === 'local'));
  const denied = firstOfAll(group.episodes, 'lockDenied', 'requestRejected', 'requestCancelled');
  const got = holder === undefined ? null : eventOf(holder, 'lockGot');
  const found = denied === null ? [] : [finding('lock-contention', 'info', [got, denied])];
  if (holder === undefined) return found;
  if (eventOf(holder, 'lockResigned', 'done') === null)
    return [...found, finding('lock-not-released', 'warn', [got], { basis: 'absent' })];
  return [...found, ...lockWaits(about, holder)];
};

/** Seconds beyond what the holder needed for all of it: polls come every half second. */
const WAIT_SLACK = 5;

/** The other pool polls while the holder runs the script and looks for the primary: normal, unless it goes on afterwards. */
function lockWaits({ group, main }: Judged, holder: Episode): readonly IncidentFinding[] {
  const held = secondsBetween(eventOf(holder, 'lockGot')?.at, eventOf(holder, 'done', 'lockResigned')?.at);
  return group.episodes.flatMap((one) => {
    if (one === holder || held === null || main === null) return [];
    const [first, last] = [eventOf(one, 'lockForwarded'), lastOf(one, 'lockForwarded')];
    const waited = secondsBetween(first?.at, last?.at);
    if (waited === null || waited <= held + WAIT_SLACK) return [];
    return [finding('lock-wait-long', 'warn', [first, last], { args: { waited, held } })];
  });
}

/** Seconds that clocks of two nodes may differ by before the user is told to say so. */
const CLOCKS = 2;

/** A pool that gives up its wait looks for a primary while the script is still at work, and saves what it finds then. */
export const lockTimedOut: Rule = ({ group, script, executor }) => {
  const end = script === null ? null : eventOf(script, 'scriptEnd');
  const early = group.episodes
    .filter((one) => one !== executor)
    .map((one) => eventOf(one, 'newPrimary'))
    .find((event) => (secondsBetween(event?.at, end?.at) ?? 0) > CLOCKS);
  return early === undefined ? [] : [finding('lock-timed-out', 'critical', [early, end], { basis: 'absent' })];
};

export const slowDetection: Rule = ({ expected, durations, main, around }) => {
  const measured = durations.firstFailureToDecision;
  if (expected === null || measured === null) return [];
  const connect = (around.poolConf?.detection.connectTimeout ?? 10_000) / 1000;
  const nominal = expected.maxRetries * expected.retryDelay;
  if (measured <= nominal + 2 * connect) return [];
  const attempt = expected.attemptMeasured ?? '?';
  const args = { measured, nominal, attempt, retries: expected.maxRetries, delay: expected.retryDelay };
  const events = main === null ? [] : [eventOf(main, 'retry'), lastOf(main, 'retry'), eventOf(main, 'nodeDown')];
  return [finding('slow-detection', 'warn', events, { args })];
};

export const blip: Rule = ({ kind, main }) => {
  if (kind !== 'blip' || main === null) return [];
  const back = eventOf(main, 'healthy', 'reconnected');
  if (back === null)
    return [finding('logs-end', 'unknown', [lastOf(main, 'retry', 'reconnectTry')], { basis: 'absent' })];
  return [finding('blip', 'info', [back], { basis: 'absent', args: { retries: retriesOf(main).seen } })];
};

export const standbyOnly: Rule = ({ kind, kindBasis, group, script }) => {
  if (kind !== 'standby-down') return [];
  const said = script === null ? null : eventOf(script, 'scriptStandbyDown');
  return [finding('standby-only', 'info', [firstOfAll(group.episodes, 'exec'), said], { basis: kindBasis })];
};

export const singleNode: Rule = (about) => {
  const { decision, kind } = about;
  if (decision === null || (kind !== 'primary-failover' && kind !== 'standby-down')) return [];
  const back = recoveredAt(about);
  const seconds = secondsBetween(decision.at, back);
  if (seconds === null) return [finding('still-single', 'warn', [decision], { basis: 'absent' })];
  return [finding('single-node', 'info', [decision], { args: { seconds } })];
};

export const unfinished: Rule = ({ group, decision, main }) => {
  if (decision === null || main === null || main.system === 'v8r6') return [];
  if (firstOfAll(group.episodes, 'done', 'followerDone') !== null) return [];
  return [finding('done-missing', 'unknown', [decision, main.events.at(-1) ?? null], { basis: 'absent' })];
};
