/** The same finding on several nodes is said once, with their names: ten hosts of one image are one thing to do, not ten. */
import type { CheckResult } from './types';

export interface FindingGroup {
  /** Of the first of its results. */
  readonly result: CheckResult;
  /** What was found, with the nodes it was found on; more than one where only that differs. */
  readonly seen: readonly { readonly nodes: readonly string[]; readonly found: string }[];
}

/** In the order in which each was first seen. What passed is no finding: each node keeps its line. */
export function groupResults(results: readonly CheckResult[]): readonly FindingGroup[] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const apart = result.verdict === 'PASS' ? result.node : '';
    const key = JSON.stringify([result.id, result.verdict, result.wanted, result.hint, apart]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map((members) => ({ result: members[0] as CheckResult, seen: byFound(members) }));
}

function byFound(members: readonly CheckResult[]): FindingGroup['seen'] {
  const nodes = new Map<string, string[]>();
  for (const { found, node } of members) nodes.set(found, [...(nodes.get(found) ?? []), node]);
  return [...nodes].map(([found, names]) => ({ nodes: names, found }));
}

/** Nodes by name; where they differ in what was found, each with its own. */
export function nodesOf({ seen }: FindingGroup): string {
  return seen.flatMap(({ nodes }) => nodes).join(', ');
}

export function foundOf({ seen }: FindingGroup): string {
  const only = seen[0];
  return only !== undefined && seen.length === 1
    ? only.found
    : seen.map(({ nodes, found }) => `${found} (${nodes.join(', ')})`).join('; ');
}
