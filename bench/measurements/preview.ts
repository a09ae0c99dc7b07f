// What a preview costs: 1, 10 and 50 clusters of three nodes against a program that declares the same number of plain commands, on the same
// engine. A preview that dials a host would be slow for another reason, and wrong: that is watched too.
import { runEngine } from '../engine';
import { clustersProgram, commandsProgram, withProgram, type Program } from '../programs/writeProgram';
import type { MeasuredRun } from '../processTree';
import { growth, median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome, type Series } from '../types';
import { atMost, atMostRatio, type Row } from '../verdict';

const SIZES = [1, 10, 50] as const;
const QUICK_SIZES = [1, 2, 4] as const;
const NODES = 3;
/** The SDK's process for dynamic resources. */
const PROVIDER_HOST = 'cmd/dynamic-provider';

export const preview: Measurement = {
  name: 'preview',
  title: 'preview of 1, 10 and 50 clusters of three nodes against as many plain commands',
  needsLab: false,
  run: measure,
};

export interface Sizing {
  readonly clusters: number;
  readonly resources: number;
  readonly ours: readonly MeasuredRun[];
  readonly plain: readonly MeasuredRun[];
}

async function measure(context: BenchContext): Promise<Outcome> {
  const sizings: Sizing[] = [];
  for (const clusters of context.quick ? QUICK_SIZES : SIZES) sizings.push(await measureSize(context, clusters));
  const dialled = new Set(sizings.flatMap(({ ours }) => ours.flatMap((run) => run.dialled)));
  return {
    rows: [
      ...sizings.flatMap(rowsOf),
      ...growthRows(sizings),
      ...memoryRows(sizings),
      { name: 'preview: hosts dialled', unit: 'count', ours: dialled.size, limits: [atMost(0)] },
    ],
    series: sizings.flatMap(seriesOf),
    notes: [
      ...sizings.map(({ clusters, resources }) => `${clusters} clusters: ${resources} resources`),
      'fixed memory: what is left at no resources, of the line through the two larger sizes; the provider host is a second Node with the Pulumi SDK in it',
      'the stand-in engine runs plain commands in its own process; with the Pulumi CLI they too have a provider process of their own, which is not in the reference',
    ],
  };
}

async function measureSize(context: BenchContext, clusters: number): Promise<Sizing> {
  return withProgram(clustersProgram(clusters), async (oursProgram) => {
    // How many commands the other program must declare is only known after the first look.
    const resources = await countDeclared(oursProgram);
    return withProgram(commandsProgram(resources), async (plainProgram) => {
      requireSame(resources, await countDeclared(plainProgram));
      const ours: MeasuredRun[] = [];
      const plain: MeasuredRun[] = [];
      for (let run = 0; run < runsOf(context, 5); run += 1) {
        ours.push(await look(oursProgram));
        plain.push(await look(plainProgram));
      }
      const times = [ours, plain].map((runs) => median(runs.map(({ seconds }) => seconds)).toFixed(2));
      context.say(`preview of ${clusters}: ${resources} resources, ours ${times[0]} s, plain ${times[1]} s`);
      return { clusters, resources, ours, plain };
    });
  });
}

function look(program: Program): Promise<MeasuredRun> {
  return runEngine({ verb: 'preview', stack: program, program: program.folder }, { watch: true });
}

async function countDeclared(program: Program): Promise<number> {
  return countResources(
    (await runEngine({ verb: 'preview', stack: program, program: program.folder, json: true })).stdout,
  );
}

interface Step {
  readonly type: string;
  readonly phase?: string;
  readonly internal?: boolean;
  readonly resourceType?: string;
}

/** Every resource that the program declares, components included; not the stack itself and not the engine's own providers. */
export function countResources(events: string): number {
  const steps = events.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Step]));
  return steps.filter(
    ({ type, phase, internal, resourceType }) =>
      type === 'step' && phase === 'done' && internal !== true && resourceType !== 'pulumi:pulumi:Stack',
  ).length;
}

function requireSame(ours: number, plain: number): void {
  if (ours !== plain) throw new Error(`the plain program declares ${plain} resources instead of ${ours}`);
}

function rowsOf({ clusters, resources, ours, plain }: Sizing): Row[] {
  const name = `preview of ${clusters}`;
  const row = (what: string, unit: 's' | 'MiB', of: (run: MeasuredRun) => number): Row => ({
    name: `${name}: ${what}`,
    unit,
    ours: median(ours.map(of)),
    reference: median(plain.map(of)),
    limits: [atMostRatio(1.2)],
  });
  return [
    row('time', 's', ({ seconds }) => seconds),
    row('peak memory', 'MiB', ({ peakMiB }) => peakMiB),
    {
      name: `${name}: resources per node`,
      unit: 'count',
      ours: resources / (clusters * NODES),
      limits: [atMost(12)],
    },
  ];
}

function growthRows(sizings: readonly Sizing[]): Row[] {
  const points = (of: (run: MeasuredRun) => number): { size: number; cost: number }[] =>
    sizings.map(({ clusters, ours }) => ({ size: clusters, cost: median(ours.map(of)) }));
  // 1 is linear; a fifth above it is what two measurements of the same thing differ by.
  const limits = [atMost(1.2)];
  return [
    { name: 'preview: growth of time', unit: 'ratio', ours: growth(points(({ seconds }) => seconds)), limits },
    { name: 'preview: growth of memory', unit: 'ratio', ours: growth(points(({ peakMiB }) => peakMiB)), limits },
  ];
}

/** The fixed part and the part per resource, apart: the one is the SDK's second process, the other is ours. */
export function memoryRows(sizings: readonly Sizing[]): Row[] {
  const [, middle, large] = sizings;
  if (middle === undefined || large === undefined) return [];
  const lineOf = (of: (sizing: Sizing) => readonly MeasuredRun[]): { fixed: number; each: number } => {
    const [low, high] = [middle, large].map((sizing) => median(of(sizing).map(({ peakMiB }) => peakMiB)));
    const each = ((high ?? NaN) - (low ?? NaN)) / (large.resources - middle.resources);
    return { fixed: (low ?? NaN) - each * middle.resources, each };
  };
  const [ours, plain] = [lineOf((sizing) => sizing.ours), lineOf((sizing) => sizing.plain)];
  const host = median((sizings[0]?.ours ?? []).map((run) => run.peakOfMiB(PROVIDER_HOST)));
  return [
    { name: 'preview: memory per resource', unit: 'MiB', ours: ours.each, reference: plain.each, limits: [] },
    { name: 'preview: fixed memory', unit: 'MiB', ours: ours.fixed, reference: plain.fixed, limits: [] },
    { name: 'preview of 1: provider host alone', unit: 'MiB', ours: host, limits: [] },
  ];
}

function seriesOf({ clusters, ours, plain }: Sizing): Series[] {
  const series = (who: string, runs: readonly MeasuredRun[]): Series[] => [
    { name: `${clusters}, ${who}: time`, unit: 's', values: runs.map(({ seconds }) => seconds) },
    { name: `${clusters}, ${who}: peak memory`, unit: 'MiB', values: runs.map(({ peakMiB }) => peakMiB) },
  ];
  return [...series('ours', ours), ...series('plain', plain)];
}
