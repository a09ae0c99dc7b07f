/** The head of a file → whether it is a log of ours, which, and when it begins. What it holds decides; its name only where it holds no sign. */
import { matchPool } from '../patterns/cluster';
import { matchRecovery } from '../patterns/recovery';
import { matchRepmgr } from '../patterns/repmgr';
import { matchScript } from '../patterns/failover';
import type { LogKind } from '../types';
import { nodeNameOf } from './facts';
import { parseLine } from './record';

export interface Sniffed {
  readonly kind: LogKind;
  readonly firstAt: number | null;
  /** As the pool calls itself. */
  readonly localName: string | null;
}

const NAMES: readonly (readonly [RegExp, LogKind])[] = [
  [/cluster/, 'cluster'],
  [/failover/, 'failover'],
  [/recovery/, 'recovery'],
  [/kbha/, 'kbha'],
  [/hamgr|repmgr/, 'hamgr'],
];

export function sniffLog(name: string, head: string): Sniffed | null {
  let kind: LogKind | null = null;
  let firstAt: number | null = null;
  let localName: string | null = null;
  for (const text of head.split('\n').slice(0, 20_000)) {
    for (const line of parseLine(text, firstAt)) {
      if (line.shape === 'dashes') continue;
      if (line.shape !== 'plain' && firstAt === null) firstAt = line.at;
      if (line.shape === 'record') {
        kind ??= 'cluster';
        const found = matchPool(line.message);
        if (found?.name === 'localName') localName ??= nodeNameOf(found.args[0] ?? '');
      } else if (line.shape === 'frame') kind ??= 'failover';
      else if (line.shape === 'bracketed') {
        if (matchRepmgr(line.message) !== null) kind ??= 'hamgr';
      } else if (matchRecovery(line.message) !== null) kind ??= 'recovery';
      else if (line.shape === 'stamped' && matchScript(line.message) !== null) kind ??= 'failover';
    }
  }
  const named = NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
  // A log of repmgr without a word that we know is still one, by its name and its form.
  const isLog = kind !== null || (named !== null && firstAt !== null);
  if (!isLog) return null;
  // kbha and hamgr look alike; a page that holds several logs is no log of the name it carries.
  const chosen = kind === 'hamgr' && named === 'kbha' ? 'kbha' : (kind ?? named);
  return chosen === null ? null : { kind: chosen, firstAt, localName };
}
