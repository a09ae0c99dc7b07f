/** Rules about the watchdog, the network and the way back of a node. */
import type { IncidentFinding } from '../incidentTypes';
import type { EventName } from '../patterns/names';
import { episodeLabel } from '../merge/case';
import { eventOf, eventsOf, firstOfAll, lastOf } from '../merge/events';
import { synchronousAt } from '../merge/measures';
import type { Together } from '../merge/together';
import type { RecoveryRun } from '../types';
import { finding, type Judged, type Rule } from './rule';

export const splitBrain: Rule = ({ group, around }) => {
  const said = firstOfAll(group.episodes, 'splitBrain');
  if (said !== null) return [finding('split-brain', 'critical', [said])];
  const within = (at: number): boolean =>
    group.episodes.some(
      ({ firstAt, lastAt }) => firstAt !== null && at >= firstAt - 5000 && at <= (lastAt ?? firstAt) + 5000,
    );
  const both = (rule: string, together: Together): readonly IncidentFinding[] => {
    const pair = together.find(([, second]) => within(second.from));
    if (pair === undefined) return [];
    const [first, second] = pair;
    const args = { a: first.node, b: second.node };
    return [finding(rule, 'critical', [first.event, second.event], { basis: 'absent', args })];
  };
  return [...both('split-brain-states', around.masters), ...both('vip-held-twice', around.holders)];
};

export const clusterVipFailed: Rule = ({ group }) => {
  const failed = group.episodes.map((one) => eventOf(one, 'vipFailed')).filter((event) => event !== null);
  const lost = group.episodes
    .flatMap((one) => eventsOf(one, 'wdState'))
    .filter(({ args: [from = '', to] }) => to === 'LOST' && /^(MASTER|LEADER)$/.test(from));
  return failed.length + lost.length === 0 ? [] : [finding('cluster-vip-failed', 'critical', [...failed, ...lost])];
};

export const gatewayLost: Rule = (about) => {
  const { group, script } = about;
  const pools = group.episodes.filter((one) => eventOf(one, 'gatewaysLost', 'networkLost') !== null);
  const runs = group.recoveries.filter((one) => eventOf(one, 'recoveryGatewaysLost') !== null);
  const kbha = firstOfAll(group.episodes, 'gatewayPingFailed');
  const stops = firstOfAll(group.episodes, 'kbhaStops');
  const inScript = script === null ? null : eventOf(script, 'scriptGatewayFailed');
  const wentOn = script !== null && eventOf(script, 'promoteBegin', 'scriptStandbyDown', 'scriptEnd') !== null;
  const events = [
    ...pools.map((one) => eventOf(one, 'gatewaysLost', 'networkLost')),
    ...runs.map((one) => eventOf(one, 'recoveryGatewaysLost')),
    ...(stops === null ? [] : [kbha, stops]),
    // One address that did not answer, and the script went on: the network was there.
    wentOn ? null : inScript,
  ].filter((event) => event !== null);
  if (events.length > 0) {
    const nodes = new Set([
      ...pools.map((one) => episodeLabel(about, one)),
      ...runs.map(({ node, source }) => node ?? source),
    ]);
    // That the script did not go on rests on lines that are not there.
    const basis = events.every((event) => event === inScript) ? 'absent' : 'seen';
    return [finding(nodes.size > 1 ? 'gateway-lost-everywhere' : 'gateway-lost', 'critical', events, { basis })];
  }
  const one = firstOfAll(group.episodes, 'gatewayFailed', 'gatewayPingFailed') ?? inScript;
  return one === null ? [] : [finding('gateway-slow', 'info', [one])];
};

export const allDown: Rule = ({ group }) => {
  const down = firstOfAll(group.episodes, 'allDown');
  return down === null ? [] : [finding('all-down', 'critical', [down])];
};

const each = (name: EventName, rule: string, level: 'info' | 'warn' | 'critical'): Rule => {
  return ({ group }) => {
    const runs = group.recoveries.filter((run) => eventOf(run, name) !== null);
    if (runs.length === 0) return [];
    const times = runs.reduce((sum, run) => sum + run.runs, 0);
    return [
      finding(
        rule,
        level,
        runs.map((run) => eventOf(run, name)),
        { args: { times } },
      ),
    ];
  };
};

export const recoverySkipped = each('skipped', 'recovery-skipped', 'warn');
export const noPrimary = each('noPrimary', 'no-primary', 'warn');
export const poolUnreachable = each('poolUnreachable', 'pool-unreachable', 'critical');
export const mountStopped = each('mountStops', 'mount-failed', 'critical');
export const mountIgnored = each('mountIgnored', 'mount-failed-ignored', 'warn');
export const localSsh = each('localSshFailed', 'local-ssh', 'critical');
export const gapTooLarge = each('gapTooLarge', 'gap-too-large', 'warn');
export const notReplicating = each('notReplicating', 'not-replicating', 'warn');
export const attachFailed = each('attachFailed', 'attach-failed', 'warn');
export const startGaveUp = each('startGaveUp', 'start-gave-up', 'critical');
export const wentAsync = each('wentAsync', 'went-async', 'warn');

export const rewindFailed: Rule = ({ group }) =>
  group.recoveries.flatMap((run) => {
    const error = eventOf(run, 'rewindError');
    const begin = eventOf(run, 'rewindBegin');
    if (error !== null) return [finding('rewind-failed', 'critical', [begin, error, startedAfter(run)])];
    const [start, marks] = [eventOf(run, 'startBegin'), eventsOf(run, 'rewindDone', 'rewindProgress')];
    if (begin === null || start === null || marks.length > 0) return [];
    return [finding('rewind-unproved', 'critical', [begin, start], { basis: 'absent' })];
  });

function startedAfter(run: RecoveryRun): Judged['decision'] {
  return eventOf(run, 'startOk', 'startBegin');
}

export const attachMissing: Rule = ({ group }) =>
  group.recoveries.flatMap((run) => {
    const up = eventOf(run, 'standbyUp');
    if (up === null || eventOf(run, 'attachOk', 'recoveryOk') !== null) return [];
    // The pool says that it took the node back.
    if (firstOfAll(group.episodes, 'failbackDone') !== null) return [];
    return [finding('attach-missing', 'warn', [up, run.events.at(-1) ?? null], { basis: 'absent' })];
  });

export const stillAsync: Rule = (about) => {
  const async = about.script === null ? null : eventOf(about.script, 'scriptAsync');
  if (async === null || synchronousAt(about) !== null) return [];
  return [finding('still-async', 'warn', [async], { basis: 'absent' })];
};

const RESTARTS = 3;

export const restartStorm: Rule = ({ group }) => {
  const starts = [...group.episodes.map(({ events }) => events), group.background]
    .flat()
    .filter(({ name }) => name === 'poolStart');
  const files = new Set(starts.map(({ file }) => file));
  const many = [...files]
    .map((file) => starts.filter((one) => one.file === file))
    .find((all) => all.length >= RESTARTS);
  return many === undefined ? [] : [finding('restart-storm', 'info', many, { args: { times: many.length } })];
};

const ofRepmgr = (name: EventName, rule: string, level: 'warn' | 'critical'): Rule => {
  return ({ group }) => {
    const found = group.episodes.map((one) => lastOf(one, name)).filter((event) => event !== null);
    return found.length === 0 ? [] : [finding(rule, level, found)];
  };
};

export const multiplePrimaries = ofRepmgr('multiplePrimaries', 'multiple-primaries', 'critical');
export const notConfirmed = ofRepmgr('notConfirmed', 'not-confirmed', 'warn');
export const kbhaMount = ofRepmgr('kbhaMountFailed', 'mount-failed', 'critical');
