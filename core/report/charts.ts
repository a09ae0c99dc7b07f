/** The charts of a report as SVG text, drawn by Apache ECharts without a browser: nothing is loaded and no script runs on the page. */
import { init, type EChartsOption } from 'echarts';
import { Html, escapeHtml } from './html';
import type { Comparison, Entry, MeasureName, NodeStanding, Outcome, PhaseBar, Topology } from './types';
import type { Words } from './words';

const WIDTH = 960;
/** Distinguished by shape too, for those who do not tell the colours apart and for grey paper. */
const OUTCOMES: Readonly<Record<Outcome, { readonly color: string; readonly symbol: string }>> = {
  succeeded: { color: '#1a7f37', symbol: 'circle' },
  failed: { color: '#b3261e', symbol: 'triangle' },
  running: { color: '#0b5cad', symbol: 'arrow' },
  interrupted: { color: '#8a5a00', symbol: 'diamond' },
  refused: { color: '#5b5b66', symbol: 'rect' },
};
const MEASURES: Readonly<Record<MeasureName, { readonly color: string; readonly symbol: string }>> = {
  writeGap: { color: '#0b5cad', symbol: 'circle' },
  promotion: { color: '#8a5a00', symbol: 'diamond' },
  restore: { color: '#8a5a00', symbol: 'diamond' },
  drillRestore: { color: '#0b5cad', symbol: 'circle' },
  drillLoss: { color: '#0b5cad', symbol: 'circle' },
  restoreLoss: { color: '#8a5a00', symbol: 'diamond' },
};
const ROLES: Readonly<Record<string, string>> = {
  ...{ primary: '#0b5cad', standby: '#1a7f37', down: '#b3261e', lost: '#b3261e' },
};
const INK = '#1d1d21';
const FAINT = '#5b5b66';

export const FONT = { color: INK, fontSize: 12 };
export const AXIS = { axisLabel: FONT, axisLine: { lineStyle: { color: FAINT } }, nameTextStyle: FONT };
/** Nothing moves or lights up on paper. */
export const STILL = { emphasis: { disabled: true }, cursor: 'default' } as const;

/** One mark for each record that has a moment. */
export function drawOverview(entries: readonly Entry[], words: Words): Html {
  const placed = entries.filter(({ startMs }) => startMs !== null);
  const kinds = [...new Set(placed.map(({ kind }) => kind))].reverse();
  const outcomes = (Object.keys(OUTCOMES) as Outcome[]).filter((one) => placed.some(({ outcome }) => outcome === one));
  return draw(words, words.records, 110 + 32 * kinds.length, {
    legend: { top: 0, textStyle: FONT },
    grid: { left: 150, right: 40, top: 36, bottom: 40 },
    xAxis: { type: 'time', ...AXIS },
    yAxis: { type: 'category', data: kinds, ...AXIS, splitLine: { show: true } },
    series: outcomes.map((one) => ({
      ...{ type: 'scatter', name: words.outcomes[one], symbolSize: 12, ...STILL },
      ...{ symbol: OUTCOMES[one].symbol, itemStyle: { color: OUTCOMES[one].color, opacity: 1 } },
      data: placed.filter(({ outcome }) => outcome === one).map(({ startMs, kind }) => [startMs ?? 0, kind]),
    })),
  });
}

/** One mark for each measure; the declared limits as lines. */
export function drawComparison({ subject, measures, limits }: Comparison, words: Words): Html {
  const names = [...new Set(measures.map(({ name }) => name))];
  const highest = Math.max(...measures.map(({ seconds }) => seconds), ...limits.map(({ seconds }) => seconds));
  return draw(words, words.subjects[subject].title, 300, {
    legend: { top: 0, textStyle: FONT },
    grid: { left: 70, right: 170, top: 50, bottom: 40 },
    xAxis: { type: 'time', ...AXIS },
    yAxis: { type: 'value', name: words.secondsAxis, min: 0, max: Math.ceil(highest * 1.1) || 1, ...AXIS },
    series: names.map((name, index) => ({
      ...{ type: 'scatter', name: words.measures[name], symbolSize: 10, ...STILL },
      ...{ symbol: MEASURES[name].symbol, itemStyle: { color: MEASURES[name].color, opacity: 1 } },
      data: measures.filter((one) => one.name === name).map(({ entry, seconds }) => [entry.startMs ?? 0, seconds]),
      ...(index > 0
        ? {}
        : {
            markLine: {
              ...{ silent: true, symbol: 'none', animation: false, lineStyle: { color: '#b3261e', width: 1.5 } },
              data: limits.map((limit) => ({
                yAxis: limit.seconds,
                label: { ...FONT, position: 'end', formatter: () => `${words.limits[limit.name]} ${limit.seconds} s` },
              })),
            },
          }),
    })),
  });
}

/** One bar for each step: on the clock where the record holds it. */
export function drawPhases(phases: readonly PhaseBar[], words: Words): Html {
  const placed = phases.every(({ from }) => from !== null);
  return draw(words, placed ? words.phases : words.phasesUnplaced, 60 + 26 * phases.length, {
    grid: { left: 150, right: 70, top: 10, bottom: 40 },
    xAxis: { type: 'value', min: 0, ...AXIS },
    // Two steps of one name would be one row.
    yAxis: {
      ...{ type: 'category', inverse: true, data: phases.map((_, index) => String(index)), ...AXIS },
      axisLabel: { ...FONT, formatter: (_: string, index: number) => phases[index]?.step ?? '' },
    },
    series: [
      {
        ...{ type: 'bar', stack: 'step', silent: true, itemStyle: { color: 'transparent' }, animation: false },
        data: phases.map(({ from }) => from ?? 0),
      },
      {
        ...{ type: 'bar', stack: 'step', barWidth: 14, barMinHeight: 2, itemStyle: { color: '#0b5cad' }, ...STILL },
        data: phases.map(({ seconds }) => seconds),
        label: {
          ...FONT,
          show: true,
          position: 'right',
          formatter: ({ dataIndex }: { readonly dataIndex: number }) => `${phases[dataIndex]?.seconds ?? 0} s`,
        },
      },
    ],
  });
}

/** One mark for each node, before and after. */
export function drawTopology({ before, after }: Topology, words: Words): Html {
  const rows = Math.max(before.length, after.length);
  const side = (nodes: readonly NodeStanding[], title: string, left: number): object => ({
    ...{
      type: 'graph',
      layout: 'none',
      coordinateSystem: 'cartesian2d',
      ...STILL,
      symbol: 'roundRect',
      symbolSize: [300, 40],
    },
    data: nodes.map(({ node, role, timeline }, index) => ({
      ...{ name: `${title} ${index}`, value: [left, rows - index - 0.5] },
      itemStyle: {
        color: '#ffffff',
        borderWidth: 2,
        borderColor: ROLES[role ?? ''] ?? FAINT,
        borderType: role === null ? 'dashed' : 'solid',
      },
      label: {
        ...FONT,
        show: true,
        formatter: () => [node, ...standingWords({ node, role, timeline }, words)].join(' · '),
      },
    })),
  });
  const axis = { show: false, type: 'value' as const, min: 0 };
  return draw(words, words.topology, 40 + 54 * rows, {
    title: [words.before, words.after].map((text, index) => ({
      ...{
        text,
        left: index === 0 ? '27%' : '73%',
        top: 0,
        textAlign: 'center' as const,
        textStyle: { ...FONT, fontSize: 13 },
      },
    })),
    grid: { left: 20, right: 20, top: 30, bottom: 5 },
    xAxis: { ...axis, max: 4 },
    yAxis: { ...axis, max: rows },
    series: [side(before, 'before', 1), side(after, 'after', 3)] as EChartsOption['series'],
  });
}

export function standingWords({ role, timeline }: NodeStanding, words: Words): readonly string[] {
  return [
    role === null ? words.unknown : (words.roles[role] ?? role),
    ...(timeline === null ? [] : [words.timelineOf(timeline)]),
  ];
}

export function draw({ locale }: Pick<Words, 'locale'>, label: string, height: number, option: EChartsOption): Html {
  const chart = init(null, null, {
    ...{ renderer: 'svg', ssr: true, width: WIDTH, height },
    locale: locale === 'zh-CN' ? 'ZH' : 'EN',
  });
  try {
    chart.setOption({ ...option, animation: false, useUTC: true, textStyle: { fontFamily: 'sans-serif' } });
    const svg = chart
      .renderToSVGString({ useViewBox: true })
      // What it does under a mouse is of no use here.
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/^<svg /, `<svg role="img" aria-label="${escapeHtml(label)}" `);
    return new Html(svg);
  } finally {
    chart.dispose();
  }
}
