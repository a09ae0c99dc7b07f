/** What is declared, what the cluster shows, and what each engine runs: three things that need not agree (facts 0.1 to 0.3). */
import type { Finding } from '../finding';
import { formatInterval, parseInterval } from './interval';
import { levelNumber, levelOf, type WalLevel } from './levels';

export type NodeLevel =
  | {
      readonly reachable: true;
      /** SHOW CLUSTER SETTING: the same on every node. null: could not be read. */
      readonly persisted: number | null;
      /** kwdb_internal.kwdb_tse_info of this very node. */
      readonly engine: number | null;
      readonly checkpointSeconds: number | null;
    }
  | { readonly reachable: false; readonly reason: string };

export interface DeclaredWal {
  readonly level: WalLevel;
  readonly checkpointSeconds: number;
}

/** From the answers of the three statements, sent in one call: header and value, three times. */
export function parseNodeLevel(text: string): Extract<NodeLevel, { reachable: true }> {
  const lines = text.split('\n');
  const after = (header: string): string => lines[lines.indexOf(header) + 1] ?? '';
  const number = (header: string): number | null =>
    lines.includes(header) && /^\d+$/.test(after(header)) ? Number(after(header)) : null;
  const interval = parseInterval(
    lines.includes('ts.wal.checkpoint_interval') ? after('ts.wal.checkpoint_interval') : '',
  );
  return {
    reachable: true,
    persisted: number('ts.wal.wal_level'),
    engine: number('wal_level'),
    checkpointSeconds: interval.ok ? interval.seconds : null,
  };
}

/** Nodes that were not reached say nothing: they are no drift, and no proof either. */
export function findLevelDrift(declared: DeclaredWal, nodes: Readonly<Record<string, NodeLevel>>): readonly Finding[] {
  return Object.entries(nodes).flatMap(([name, seen]) => (seen.reachable ? driftOf(name, declared, seen) : []));
}

function driftOf(
  node: string,
  declared: DeclaredWal,
  seen: Extract<NodeLevel, { reachable: true }>,
): readonly Finding[] {
  const wanted = levelNumber(declared.level);
  const { engine, persisted, checkpointSeconds } = seen;
  const findings: Finding[] = [];
  if (engine !== wanted) {
    const shown =
      persisted === wanted
        ? `, while SHOW CLUSTER SETTING says ${wanted}: the node was started since, or the setting was RESET`
        : '';
    findings.push(
      drift(
        'kwdb/engine-level',
        node,
        `its engine runs level ${levelWords(engine)}, declared is ${levelWords(wanted)}${shown}`,
      ),
    );
  }
  if (persisted !== wanted) {
    findings.push(
      drift(
        'kwdb/persisted-level',
        node,
        `the cluster has level ${levelWords(persisted)} persisted, declared is ${levelWords(wanted)}`,
      ),
    );
  }
  if (checkpointSeconds !== declared.checkpointSeconds) {
    const shown = checkpointSeconds === null ? 'unreadable' : formatInterval(checkpointSeconds);
    findings.push(
      drift(
        'kwdb/checkpoint-interval',
        node,
        `the interval of checkpoints is ${shown}, declared is ${formatInterval(declared.checkpointSeconds)}`,
      ),
    );
  }
  return findings;
}

function levelWords(level: number | null): string {
  if (level === null) return 'unread';
  return `${level} (${levelOf(level) ?? 'no level: the engine takes it for flush'})`;
}

function drift(code: string, path: string, message: string): Finding {
  return {
    code,
    path,
    message,
    hint: 'pulumi up sets it again, each setting by its own SET, and looks at the engine of every node.',
  };
}
