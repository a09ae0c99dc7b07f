/** The drawn timeline: a row for each node, a mark for each moment, its shape and colour by what it is about. Drawn by the report's own means. */
import { AXIS, draw, FONT, STILL } from '../../report/charts';
import type { Html } from '../../report/html';
import type { Incident, PhaseName, TimelineEntry } from '../incidentTypes';
import type { IncidentWords } from './wordTypes';

/** Shapes differ too, for grey paper and for those who do not tell the colours apart. */
const TRACKS: readonly {
  readonly phases: readonly PhaseName[];
  readonly color: string;
  readonly symbol: string;
  readonly named: PhaseName;
}[] = [
  {
    named: 'firstFailure',
    phases: ['firstFailure', 'retry', 'decision', 'healthy', 'lastHeartbeat'],
    color: '#b3261e',
    symbol: 'triangle',
  },
  {
    named: 'election',
    phases: ['peerGone', 'coordinatorLost', 'election', 'leader', 'escalation', 'clusterVip', 'pool'],
    color: '#0b5cad',
    symbol: 'diamond',
  },
  {
    named: 'lock',
    phases: ['request', 'lock', 'degeneration', 'search', 'newPrimary', 'done'],
    color: '#5b5b66',
    symbol: 'rect',
  },
  {
    named: 'script',
    phases: ['script', 'gateway', 'ssh', 'databaseVip', 'promote', 'async', 'checkpoint', 'scriptEnd'],
    color: '#8a5a00',
    symbol: 'roundRect',
  },
  { named: 'serviceBack', phases: ['serviceBack'], color: '#1a7f37', symbol: 'pin' },
  {
    named: 'recovery',
    phases: ['recovery', 'rewind', 'start', 'sync', 'attach', 'recovered'],
    color: '#1a7f37',
    symbol: 'circle',
  },
  { named: 'network', phases: ['network'], color: '#b3261e', symbol: 'arrow' },
];

/** What belongs to the failover itself: the way back may come an hour later, and would press it to a line. */
export function failoverPart({ timeline, durations }: Incident): readonly TimelineEntry[] {
  const end = (durations.rtoDone ?? durations.rtoService ?? durations.toDecision ?? 0) + 15;
  const near = timeline.filter(({ offset }) => offset <= end);
  return near.length < 2 ? timeline : near;
}

export function drawTimeline(entries: readonly TimelineEntry[], words: IncidentWords, label: string): Html {
  const nodes = [...new Set(entries.map(({ node }) => node))].reverse();
  const rows = nodes.flatMap((node) =>
    TRACKS.filter(({ phases }) => entries.some((one) => one.node === node && phases.includes(one.phase)))
      .map((track) => ({ node, track }))
      .reverse(),
  );
  const nameOf = (row: (typeof rows)[number]): string => `${row.node} · ${words.phases[row.track.named]}`;
  const series = TRACKS.map(({ phases, color, symbol, named }) => ({
    ...{ type: 'scatter' as const, name: words.phases[named], symbolSize: symbol === 'pin' ? 20 : 11, ...STILL },
    ...{ symbol, itemStyle: { color, opacity: 1 } },
    data: entries
      .filter(({ phase }) => phases.includes(phase))
      .map(({ offset, node }) => [offset, `${node} · ${words.phases[named]}`]),
  })).filter(({ data }) => data.length > 0);
  return draw(words, label, 90 + 30 * rows.length, {
    legend: { top: 0, textStyle: FONT },
    grid: { left: 210, right: 30, top: 36, bottom: 44 },
    xAxis: { type: 'value', name: words.seconds, nameLocation: 'middle', nameGap: 26, scale: true, ...AXIS },
    yAxis: { type: 'category', data: rows.map(nameOf), ...AXIS, splitLine: { show: true } },
    series,
  });
}
