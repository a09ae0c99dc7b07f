/** Everything that stands in the logs of an incident, in the order of time, each with its phase and its line. */
import type { PhaseName, TimelineEntry } from '../incidentTypes';
import type { EventName } from '../patterns/names';
import { formatIso } from '../time';
import type { LogEvent } from '../types';
import { episodeLabel, nodeLabel, type Case } from './case';
import { label } from './nodes';

const PHASES: Readonly<Partial<Record<EventName, PhaseName>>> = {
  ...{
    peerShutdown: 'peerGone',
    peerLost: 'peerGone',
    peerUnreachable: 'peerGone',
    coordinatorLost: 'coordinatorLost',
  },
  ...{ masterLost: 'coordinatorLost', wdState: 'election', aloneInWatchdog: 'election', leader: 'leader' },
  ...{ escalation: 'escalation', vipAcquired: 'clusterVip', vipReleased: 'clusterVip', vipFailed: 'clusterVip' },
  ...{
    heartbeat: 'lastHeartbeat',
    retry: 'retry',
    reconnectTry: 'retry',
    nodeDown: 'decision',
    reconnectFailed: 'decision',
  },
  ...{ degenerate: 'request', requestForwarded: 'request', requestAlone: 'request', requestCancelled: 'request' },
  ...{ requestRejected: 'request', lockAsked: 'lock', lockGot: 'lock', lockDenied: 'lock', lockReleased: 'lock' },
  ...{ lockResigned: 'lock', lockForwarded: 'lock', lockPolled: 'lock', degeneration: 'degeneration', exec: 'script' },
  ...{ promoteCommand: 'script', candidate: 'request', promoting: 'request', sshError: 'ssh', findPrimary: 'search' },
  ...{ primaryFound: 'search', findGaveUp: 'search', newPrimary: 'newPrimary', newMaster: 'newPrimary', done: 'done' },
  ...{ followerDone: 'done', promoted: 'serviceBack', reconnected: 'healthy', healthy: 'healthy', allDown: 'done' },
  ...{
    followers: 'request',
    awaiting: 'request',
    failbackAsked: 'attach',
    failbackBegin: 'attach',
    failbackDone: 'attach',
  },
  ...{ gatewayFailed: 'network', gatewaysLost: 'network', networkLost: 'network', gatewayPingFailed: 'network' },
  ...{ splitBrain: 'network', kbhaStops: 'network', kbhaMountFailed: 'network', kbhaMountStops: 'network' },
  ...{ poolStart: 'pool', poolReady: 'pool', poolStop: 'pool', peerDead: 'peerGone' },
  ...{
    connectFailed: 'firstFailure',
    persistFailed: 'firstFailure',
    authFailed: 'firstFailure',
    pingFailed: 'firstFailure',
  },
  ...{ checkTimedOut: 'firstFailure', shuttingDown: 'firstFailure' },
  ...{ scriptBegin: 'script', scriptGateway: 'gateway', scriptGatewayFailed: 'gateway', scriptDelVip: 'ssh' },
  ...{
    scriptSshFailed: 'ssh',
    scriptAddVip: 'databaseVip',
    scriptVipAdded: 'databaseVip',
    scriptVipError: 'databaseVip',
    scriptVipElsewhere: 'databaseVip',
  },
  ...{ scriptPrimaryDown: 'script', scriptStandbyDown: 'script', promoteBegin: 'promote', promoteReady: 'promote' },
  ...{ promoteOk: 'serviceBack', promoteFailed: 'promote', scriptAsync: 'async', checkpointBegin: 'checkpoint' },
  ...{ checkpointOk: 'checkpoint', checkpointFailed: 'checkpoint', scriptEnd: 'scriptEnd' },
  ...{ recoveryBegin: 'recovery', mountFailed: 'recovery', mountGaveUp: 'recovery', mountStops: 'recovery' },
  ...{
    mountIgnored: 'recovery',
    recoveryGatewaysLost: 'recovery',
    stopDatabase: 'recovery',
    poolUnreachable: 'recovery',
  },
  ...{ noPrimary: 'recovery', notStreaming: 'recovery', recoveryNeeded: 'recovery', recoveryAgain: 'recovery' },
  ...{ skipped: 'recovery', wentAsync: 'async', rewindBegin: 'rewind', rewindError: 'rewind', rewindDone: 'rewind' },
  ...{
    startBegin: 'start',
    startOk: 'start',
    startGaveUp: 'start',
    standbyUp: 'start',
    syncBegin: 'sync',
    syncDone: 'sync',
  },
  ...{
    attachBegin: 'attach',
    attachOk: 'attach',
    attachFailed: 'attach',
    attachEnd: 'attach',
    recoveryOk: 'recovered',
  },
};

/** Of these only the first and the last are shown, with their number. */
const FOLDED: ReadonlySet<PhaseName> = new Set<PhaseName>(['retry', 'firstFailure', 'lock', 'recovery', 'network']);
const MOST = 400;

export function timelineOf(about: Case): readonly TimelineEntry[] {
  const { group, faultAt } = about;
  const executor = about.executor === null ? null : episodeLabel(about, about.executor);
  const parts: readonly (readonly [string, readonly LogEvent[]])[] = [
    ...group.episodes.map((one) => [episodeLabel(about, one), one.events] as const),
    ...group.scripts.map((one) => [named(about, one.node) ?? executor ?? '?', one.events] as const),
    ...group.recoveries.map(
      (one) => [named(about, one.node) ?? nodeLabel(about, about.failedId) ?? '?', one.events] as const,
    ),
    ...group.background.map((one) => [backgroundNode(about, one), [one]] as const),
  ];
  const entries = parts.flatMap(([node, events]) => foldEvents(entriesOf(about, node, events), faultAt ?? 0));
  const files = [...new Set(entries.map(({ file }) => file))];
  const place = new Map(files.map((file, at) => [file, at]));
  const order = ({ file }: TimelineEntry): number => place.get(file) ?? 0;
  // Whole seconds: within one, the order of a file stands.
  return entries.sort((a, b) => a.at - b.at || order(a) - order(b) || a.line - b.line).slice(0, MOST);
}

function named({ around }: Case, name: string | null): string | null {
  if (name === null) return null;
  const node = around.nodes.find(name);
  return node === null ? name : label(node);
}

function backgroundNode(about: Case, event: LogEvent): string {
  const report = about.around.reports.find(({ files }) => files.some(({ name }) => name === event.file));
  return named(about, report?.node ?? null) ?? '?';
}

function entriesOf(about: Case, node: string, events: readonly LogEvent[]): readonly TimelineEntry[] {
  return events.flatMap((event) => {
    const phase = PHASES[event.name];
    if (phase === undefined || event.at === null) return [];
    const offset = (event.at - (about.faultAt ?? event.at)) / 1000;
    const { at, file, line, text } = event;
    return [{ phase, at, time: formatIso(at, about.around.timeZone), offset, node, times: 1, file, line, text }];
  });
}

function foldEvents(entries: readonly TimelineEntry[], _from: number): TimelineEntry[] {
  const folded: TimelineEntry[] = [];
  for (const phase of new Set(entries.map((one) => one.phase))) {
    const own = entries.filter((one) => one.phase === phase);
    const [first, last] = [own[0], own.at(-1)];
    if (!FOLDED.has(phase) || own.length <= 3 || first === undefined || last === undefined) folded.push(...own);
    else folded.push({ ...first, times: own.length - 1 }, last);
  }
  return folded;
}
