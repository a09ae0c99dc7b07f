/** Who was what before and after an action, as far as its record says: the node it ran on, and those that its result names. */
import type { ActionRecord } from '../action/record';
import { fieldsOf, numberOf, textOf } from './recordValues';
import type { NodeStanding, ReportNode, Topology } from './types';

type Known = Readonly<Record<string, { readonly role: string | null; readonly timeline: number | null }>>;

/** null where nothing is known, or where nothing changed. */
export function topologyOf(record: ActionRecord, nodes: readonly ReportNode[]): Topology | null {
  const [before, after] = [knownBefore(record), knownAfter(record)];
  const all = nodes.filter(({ role }) => role === 'database').map(({ name }) => name);
  // One that is no longer declared was there then.
  const names = [...new Set([...all, ...Object.keys(before), ...Object.keys(after)])];
  const standing = (known: Known): readonly NodeStanding[] =>
    names.map((node) => ({ node, ...(known[node] ?? { role: null, timeline: null }) }));
  const same = names.every(
    (name) => before[name]?.role === after[name]?.role && before[name]?.timeline === after[name]?.timeline,
  );
  return same ? null : { before: standing(before), after: standing(after) };
}

function knownBefore({ node, before, result }: ActionRecord): Known {
  const { from, to, primary, lostPrimary, timelineBefore } = fieldsOf(result);
  return {
    ...role(from, 'primary', timelineBefore),
    ...(textOf(from) === null ? {} : role(to, 'standby', timelineBefore)),
    ...role(lostPrimary, 'lost', null),
    ...role(primary, 'primary', null),
    ...own(node, before),
  };
}

function knownAfter({ node, after, result }: ActionRecord): Known {
  const { to, primary, timelineAfter } = fieldsOf(result);
  return { ...role(to, 'primary', timelineAfter), ...role(primary, 'primary', null), ...own(node, after) };
}

function role(name: unknown, as: string, timeline: unknown): Known {
  const node = textOf(name);
  return node === null ? {} : { [node]: { role: as, timeline: numberOf(timeline) } };
}

function own(node: string, standing: unknown): Known {
  const { role: as, timeline } = fieldsOf(standing);
  return textOf(as) === null ? {} : { [node]: { role: textOf(as), timeline: numberOf(timeline) } };
}
