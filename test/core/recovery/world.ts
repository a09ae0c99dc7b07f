/**
 * A cluster as it really is, for the oracle: every node is a list of what was written to it, in order, each entry unlike any other in the world.
 * Events happen to it (writes, shipping, promotions by mistake, crashes, stale marks); afterwards a part of it can be read, and project.ts turns
 * that part into what the nodes would say. Nothing in here knows positions in histories or how a primary is chosen.
 */
import fc from 'fast-check';

export interface Entry {
  readonly id: number;
  readonly timeline: number;
  readonly commit: boolean;
  readonly bytes: number;
}

export interface WorldNode {
  readonly name: string;
  log: Entry[];
  writable: boolean;
  running: boolean;
  /** standby.signal lies in its data directory. */
  signal: boolean;
  upstream: string | undefined;
  /** It was shut down in order. */
  clean: boolean;
  /** Entries before this one are no longer on its disk. */
  keptFrom: number;
  /** Entries that its control file knows of. */
  checkpoint: number;
  reachable: boolean;
  control: 'good' | 'damaged';
  data: 'present' | 'empty';
  /** The end of its WAL, commits and digests can be read. */
  wal: boolean;
}

export interface World {
  readonly nodes: WorldNode[];
}

export type WorldEvent =
  | { readonly kind: 'write'; readonly node: number; readonly commit: boolean; readonly bytes: number }
  | { readonly kind: 'ship'; readonly node: number; readonly entries: number }
  | { readonly kind: 'point' | 'reclone'; readonly node: number; readonly other: number }
  | {
      readonly kind:
        | 'promote'
        | 'crash'
        | 'stop'
        | 'start'
        | 'loseSignal'
        | 'staleSignal'
        | 'recycle'
        | 'checkpoint'
        | 'unreachable'
        | 'damage'
        | 'wipe'
        | 'blind';
      readonly node: number;
    };

const node = fc.nat({ max: 4 });
const rare = (kind: 'unreachable' | 'damage' | 'wipe' | 'blind' | 'recycle') =>
  fc.record({ kind: fc.constant(kind), node });

const anyEvent: fc.Arbitrary<WorldEvent> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      node,
      commit: fc.boolean(),
      bytes: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('ship' as const), node, entries: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('point' as const, 'reclone' as const), node, other: node }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'promote' as const,
        'crash' as const,
        'stop' as const,
        'start' as const,
        'checkpoint' as const,
      ),
      node,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('loseSignal' as const, 'staleSignal' as const), node }) },
  { weight: 1, arbitrary: fc.oneof(rare('unreachable'), rare('damage'), rare('wipe'), rare('blind'), rare('recycle')) },
);

/** Two to five nodes, and what happened to them. */
export const anyStory = fc.record({
  size: fc.integer({ min: 2, max: 5 }),
  events: fc.array(anyEvent, { minLength: 0, maxLength: 30, size: 'max' }),
});

export type Story = typeof anyStory extends fc.Arbitrary<infer T> ? T : never;

export function live({ size, events }: Story): World {
  let last = 100;
  const entry = (timeline: number, commit: boolean, bytes = 1): Entry => ({ id: (last += 1), timeline, commit, bytes });
  const seed = [entry(1, false, 3), entry(1, true, 2)];
  const world: World = {
    nodes: Array.from({ length: size }, (_, at) => ({
      name: `node${at + 1}`,
      log: [...seed],
      writable: at === 0,
      running: true,
      signal: at !== 0,
      upstream: at === 0 ? undefined : 'node1',
      clean: false,
      keptFrom: 0,
      checkpoint: 1,
      reachable: true,
      control: 'good' as const,
      data: 'present' as const,
      wal: true,
    })),
  };
  for (const event of events) happen(world, event, entry);
  return world;
}

function happen(
  world: World,
  event: WorldEvent,
  entry: (timeline: number, commit: boolean, bytes?: number) => Entry,
): void {
  const one = world.nodes[event.node % world.nodes.length] as WorldNode;
  const timeline = one.log.at(-1)?.timeline ?? 1;
  if (one.data === 'empty' && event.kind !== 'reclone' && event.kind !== 'unreachable') return;
  switch (event.kind) {
    case 'write':
      if (one.running && one.writable) one.log.push(entry(timeline, event.commit, event.bytes));
      return;
    case 'ship':
      return ship(world, one, event.entries);
    case 'point':
    case 'reclone':
      return point(world, one, event.kind, event.other);
    case 'promote':
      if (!one.running || one.writable) return;
      one.writable = true;
      one.signal = false;
      one.upstream = undefined;
      one.log.push(entry(timeline + 1, false));
      return;
    case 'crash':
    case 'stop':
      if (!one.running) return;
      if (event.kind === 'stop' && one.writable) one.log.push(entry(timeline, false));
      if (event.kind === 'stop') one.checkpoint = one.writable ? one.log.length : one.checkpoint;
      one.running = false;
      one.clean = event.kind === 'stop';
      return;
    case 'start':
      if (one.running || one.control === 'damaged') return;
      one.running = true;
      one.writable = !one.signal;
      if (one.writable) one.log.push(entry(timeline, false));
      return;
    case 'loseSignal':
      if (!one.running) one.signal = false;
      return;
    case 'staleSignal':
      if (!one.running) one.signal = true;
      return;
    case 'recycle':
      one.keptFrom = one.log.length;
      return;
    case 'checkpoint':
      one.checkpoint = one.log.length;
      return;
    case 'unreachable':
      one.reachable = false;
      return;
    case 'damage':
      one.running = false;
      one.control = 'damaged';
      return;
    case 'wipe':
      Object.assign(one, {
        running: false,
        writable: false,
        log: [],
        data: 'empty',
        keptFrom: 0,
        checkpoint: 0,
        upstream: undefined,
      });
      return;
    case 'blind':
      one.wal = false;
      return;
  }
}

/** A standby takes what its upstream has and it lacks; from another history it gets nothing. */
function ship(world: World, one: WorldNode, entries: number): void {
  const from = world.nodes.find(({ name }) => name === one.upstream);
  if (from === undefined || !from.running || !one.running || one.writable || !begins(from.log, one.log)) return;
  one.log.push(...from.log.slice(one.log.length, one.log.length + entries));
}

function point(world: World, one: WorldNode, kind: 'point' | 'reclone', other: number): void {
  const from = world.nodes[other % world.nodes.length] as WorldNode;
  if (from === one || !from.running || from.data === 'empty') return;
  if (kind === 'point') {
    if (one.running && !one.writable && begins(from.log, one.log)) one.upstream = from.name;
    return;
  }
  if (one.reachable && from.writable) {
    Object.assign(one, {
      log: [...from.log],
      writable: false,
      running: true,
      signal: true,
      upstream: from.name,
      clean: false,
    });
    Object.assign(one, { control: 'good', data: 'present', keptFrom: 0, checkpoint: from.log.length });
  }
}

export function begins(whole: readonly Entry[], start: readonly Entry[]): boolean {
  return start.every((entry, at) => whole[at]?.id === entry.id);
}
