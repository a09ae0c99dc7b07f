/** Who is who: ids of databases, host names and addresses, put together from all that any log said. */
import type { NodeFact } from '../types';

export interface KnownNode {
  readonly id: number | null;
  readonly name: string | null;
  readonly host: string | null;
}

export interface NodeTable {
  readonly nodes: readonly KnownNode[];
  readonly byId: (id: number | null) => KnownNode | null;
  /** By name or address. */
  readonly find: (text: string | null) => KnownNode | null;
}

export function buildNodeTable(facts: readonly NodeFact[]): NodeTable {
  let nodes: KnownNode[] = [];
  for (const fact of facts) {
    const known: KnownNode =
      fact.kind === 'named'
        ? { id: null, name: fact.name === 'Not_Set' ? null : fact.name, host: fact.host }
        : { id: fact.id >= 0 ? fact.id : null, name: fact.name, host: fact.host };
    nodes = join(nodes, known);
  }
  nodes = byElimination(nodes).sort((a, b) => (a.id ?? 99) - (b.id ?? 99) || label(a).localeCompare(label(b)));
  return {
    nodes,
    byId: (id) => (id === null ? null : (nodes.find((node) => node.id === id) ?? null)),
    find: (text) => (text === null ? null : (nodes.find(({ name, host }) => name === text || host === text) ?? null)),
  };
}

export function label(node: KnownNode | null): string {
  return node === null ? '?' : (node.name ?? node.host ?? `DB ${node.id ?? '?'}`);
}

/** Everything that shares something becomes one; what contradicts stays apart. */
function join(nodes: readonly KnownNode[], known: KnownNode): KnownNode[] {
  if (known.id === null && known.name === null && known.host === null) return [...nodes];
  const same = nodes.filter((node) => shares(node, known) && !contradicts(node, known));
  const rest = nodes.filter((node) => !same.includes(node));
  const whole = same.reduce<KnownNode>(
    (sum, node) => ({ id: sum.id ?? node.id, name: sum.name ?? node.name, host: sum.host ?? node.host }),
    known,
  );
  return [...rest, whole];
}

function shares(a: KnownNode, b: KnownNode): boolean {
  return (['id', 'name', 'host'] as const).some((key) => a[key] !== null && a[key] === b[key]);
}

function contradicts(a: KnownNode, b: KnownNode): boolean {
  return (['id', 'name', 'host'] as const).some((key) => a[key] !== null && b[key] !== null && a[key] !== b[key]);
}

/** One database without a name and one name without a database are one node: a page had lost its addresses. */
function byElimination(nodes: readonly KnownNode[]): KnownNode[] {
  const nameless = nodes.filter(({ id, name }) => id !== null && name === null);
  const homeless = nodes.filter(({ id, name }) => id === null && name !== null);
  const [one] = nameless;
  const [other] = homeless;
  if (nameless.length !== 1 || homeless.length !== 1 || one === undefined || other === undefined) return [...nodes];
  if (one.host !== null && other.host !== null && one.host !== other.host) return [...nodes];
  const whole = { id: one.id, name: other.name, host: one.host ?? other.host };
  return [...nodes.filter((node) => node !== one && node !== other), whole];
}
