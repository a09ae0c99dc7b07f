/**
 * Which node is to be the primary. By ancestry first: the one whose history holds what all the others hold. Where histories parted, the one branch on
 * which transactions committed; where there are several such, nobody but a person can say. Then the higher position, then the larger data.
 */
import { commitsSince, relate, type Relation } from './compare';
import { formatLsn, type HeldStanding, type Standing } from './standing';
import type { Branch, ChoiceReason, Loss, NamedReason, PrimaryChoice } from './types';

type Chosen = Extract<PrimaryChoice, { kind: 'chosen' }>;

export function choosePrimary(standings: readonly Standing[]): PrimaryChoice {
  const all = standings.filter((standing): standing is HeldStanding => standing.kind === 'held');
  const system = systemOf(all);
  if (all.length === 0) return { kind: 'none', reason: `no node has data that could be read: ${whyNone(standings)}` };
  if (system === undefined) {
    const systems = all.map(({ node, systemIdentifier }) => `${node.target.name}: ${systemIdentifier}`).join(', ');
    const reason = `the nodes hold databases of different systems, and none of them serves: ${systems}`;
    return { kind: 'undecidable', reason, branches: [] };
  }
  const held = all.filter(({ systemIdentifier }) => systemIdentifier === system);
  const doubts = standings.flatMap((standing) => doubtOf(standing, system));
  const serving = held.filter((each) => each.serving === 'primary');
  const [only] = serving;
  return only !== undefined && serving.length === 1 ? keepServing(only, held, doubts) : chooseByHistory(held, doubts);
}

/** The system that the serving primary has; else the one that most have. Undefined: a tie. */
export function systemOf(held: readonly HeldStanding[]): string | undefined {
  const serving = new Set(held.filter((each) => each.serving === 'primary').map((each) => each.systemIdentifier));
  if (serving.size === 1) return [...serving][0];
  const counts = new Map<string, number>();
  for (const { systemIdentifier: id } of held) counts.set(id, (counts.get(id) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.length === 0 || sorted[0]?.[1] === sorted[1]?.[1] ? undefined : sorted[0]?.[0];
}

function whyNone(standings: readonly Standing[]): string {
  return standings.map((each) => `${each.node.target.name}: ${each.kind === 'held' ? 'held' : each.why}`).join('; ');
}

/** What could not be read may be anything: it never speaks for a node, and is named beside every choice. */
function doubtOf(standing: Standing, system: string): NamedReason[] {
  const node = standing.node.target.name;
  if (standing.kind === 'unread' || standing.kind === 'damaged') return [{ node, why: standing.why }];
  if (standing.kind !== 'held' || standing.systemIdentifier === system) return [];
  return [{ node, why: `it holds the database of another system (${standing.systemIdentifier})` }];
}

/** One node serves, and nobody else does: it stays, unless another one holds writes that no promotion has passed over. */
function keepServing(
  primary: HeldStanding,
  held: readonly HeldStanding[],
  doubts: readonly NamedReason[],
): PrimaryChoice {
  const others = held.filter((each) => each !== primary).map((other) => ({ other, relation: relate(primary, other) }));
  const rivals = others.filter(({ other, relation }) => !isBehind(primary, other, relation));
  const withWrites = rivals.filter(({ other, relation }) => commitsSince(other, relation.at)?.commits !== 0);
  if (withWrites.length > 0) return chooseByHistory(held, doubts);
  const loses = others.flatMap(({ other, relation }) => lossOf(other, relation));
  const uncertain = others.flatMap(({ other, relation }) => doubtsAbout(other, relation, loses));
  return { kind: 'chosen', node: primary.node.target.name, by: 'serving', notProved: [...doubts, ...uncertain], loses };
}

/** Nothing of it speaks against the primary: it holds all of it, or a promotion went on from a point before the other's own writes. */
function isBehind(primary: HeldStanding, other: HeldStanding, relation: Relation): boolean {
  if (relation.kind === 'unknown' || relation.bytes === 'other') return false;
  if (relation.kind === 'same' || relation.kind === 'holds') return true;
  // Read a moment later than its primary, a standby is ahead of it.
  if (relation.kind === 'isHeld') return isFollower(other, primary);
  const at = relation.at;
  return at !== undefined && primary.timeline !== at.timeline && other.path?.at(-1)?.timeline === at.timeline;
}

function isFollower(other: HeldStanding, primary: HeldStanding): boolean {
  const { observation } = other.node;
  const receiver = observation.reachable ? observation.server.answers?.receiver : undefined;
  return (
    other.serving === 'standby' &&
    receiver?.senderHost === primary.node.target.host &&
    other.timeline === primary.timeline
  );
}

function lossOf(other: HeldStanding, { kind, at }: Relation): Loss[] {
  if (kind !== 'parted' || at === undefined) return [];
  const own = commitsSince(other, at);
  if (own?.commits === 0) return [];
  return [
    {
      node: other.node.target.name,
      commits: own?.commits,
      since: { timeline: at.timeline, lsn: formatLsn(at.lsn) },
      ...(own?.firstAt === undefined ? {} : { firstAt: own.firstAt }),
      ...(own?.lastAt === undefined ? {} : { lastAt: own.lastAt }),
    },
  ];
}

function doubtsAbout(other: HeldStanding, { kind, bytes }: Relation, loses: readonly Loss[]): NamedReason[] {
  const node = other.node.target.name;
  const loss = loses.find((each) => each.node === node);
  if (loss !== undefined && loss.commits === undefined)
    return [{ node, why: 'its own transactions could not be counted' }];
  if (kind === 'unknown')
    return [{ node, why: 'its history file is missing: which timelines it went through is not known' }];
  if (bytes !== 'unread') return [];
  return [
    { node, why: 'whether it shares its WAL up to there could not be read: that WAL is gone, or gave no answer' },
  ];
}

/** Nobody serves, or several do. */
function chooseByHistory(held: readonly HeldStanding[], doubts: readonly NamedReason[]): PrimaryChoice {
  const unknown = held.filter(({ path }) => path === undefined);
  if (unknown.length > 0 && held.length > 1) {
    const names = unknown.map(({ node }) => node.target.name).join(' and ');
    const reason = `which timelines ${names} went through is not known: the history file of its timeline is missing`;
    return { kind: 'undecidable', reason, branches: branchesOf(groups(held), held) };
  }
  const heads = groups(held);
  if (heads.length === 1)
    return unlessTwin(chooseWithin(heads[0] as readonly HeldStanding[], held, doubts), heads, held);
  const branches = branchesOf(heads, held);
  // No transaction of any other branch would be lost.
  const lossless = heads.filter((head) =>
    heads.every((other) => other === head || ownCommits(other[0] as HeldStanding, head[0] as HeldStanding) === 0),
  );
  const [winners] = [...lossless].sort((a, b) => preferHead(a[0] as HeldStanding, b[0] as HeldStanding));
  if (winners === undefined) return { kind: 'undecidable', reason: whyUndecidable(branches), branches };
  const chosen = chooseWithin(winners, held, doubts);
  return unlessTwin({ ...chosen, by: lossless.length === 1 ? 'onlyWrites' : 'lsn' }, heads, held);
}

/**
 * Two promotions may have taken the same timeline: their positions look like one history, and their WAL says that it is not. A third node whose WAL
 * cannot be read goes with either: it is no bridge between them, and what the other one wrote since can be counted by nobody.
 */
function unlessTwin(
  chosen: Chosen,
  heads: readonly (readonly HeldStanding[])[],
  held: readonly HeldStanding[],
): PrimaryChoice {
  const best = held.find(({ node }) => node.target.name === chosen.node) as HeldStanding;
  const twins = held.filter((other) => other !== best && relate(best, other).bytes === 'other');
  if (twins.length === 0) return chosen;
  const alone = twins.filter((twin) => !heads.some((group) => group.includes(twin)));
  const names = twins.map(({ node }) => node.target.name).join(' and ');
  const reason = `${names} and ${chosen.node} call their histories the same, and the WAL below is not: what was written since they parted could not be counted`;
  return { kind: 'undecidable', reason, branches: branchesOf([...heads, ...alone.map((twin) => [twin])], held) };
}

/** How many transactions `one` committed since it parted from the other; undefined: could not be counted. */
function ownCommits(one: HeldStanding, other: HeldStanding): number | undefined {
  return commitsSince(one, relate(one, other).at)?.commits;
}

/** Another node has other WAL where their positions say it is the same: positions prove nothing about this one. */
function hasTwin(one: HeldStanding, held: readonly HeldStanding[]): boolean {
  return held.some((other) => other !== one && relate(other, one).bytes === 'other');
}

/** The nodes that nobody else holds all of; those that hold the same stand together. */
function groups(held: readonly HeldStanding[]): (readonly HeldStanding[])[] {
  const isHeld = (one: HeldStanding): boolean =>
    held.some((other) => {
      const { kind, bytes } = other === one ? { kind: 'unknown', bytes: 'unread' } : relate(other, one);
      return kind === 'holds' && (bytes === 'same' || !hasTwin(one, held));
    });
  const heads = held.filter((one) => !isHeld(one));
  const found: HeldStanding[][] = [];
  for (const head of heads) {
    const group = found.find((members) => members.every((each) => relate(each, head).kind === 'same'));
    if (group === undefined) found.push([head]);
    else group.push(head);
  }
  return found;
}

function branchesOf(heads: readonly (readonly HeldStanding[])[], held: readonly HeldStanding[]): Branch[] {
  return heads.map((group) => {
    const head = group[0] as HeldStanding;
    const rivals = heads.filter((other) => other !== group).map((other) => relate(head, other[0] as HeldStanding));
    const counts = rivals.map(({ at }) => commitsSince(head, at)?.commits);
    const since = rivals.map(({ at }) => at).sort((a, b) => Number((a?.lsn ?? 0n) - (b?.lsn ?? 0n)))[0];
    const behind = held.filter((each) => !group.includes(each) && relate(head, each).kind === 'holds');
    // A standby that was read a moment later looks ahead of the primary that it follows, and is not: who serves leads the branch.
    const leader = behind.find((each) => each.serving === 'primary' && isFollower(head, each));
    const nodes =
      leader === undefined ? [...group, ...behind] : [leader, ...group, ...behind.filter((each) => each !== leader)];
    return {
      nodes: nodes.map(({ node }) => node.target.name),
      head: { timeline: head.timeline, lsn: formatLsn(head.lsn) },
      since: since === undefined ? undefined : { timeline: since.timeline, lsn: formatLsn(since.lsn) },
      commits: counts.some((count) => count === undefined) ? undefined : Math.max(0, ...(counts as readonly number[])),
    };
  });
}

function whyUndecidable(branches: readonly Branch[]): string {
  const said = branches
    .filter(({ commits }) => commits !== 0)
    .map(({ nodes, commits, since }) => {
      const from = since === undefined ? 'since an unknown point' : `since ${since.lsn} on timeline ${since.timeline}`;
      const count =
        commits === undefined ? 'transactions that could not be counted' : `${commits} transactions of its own`;
      return `${nodes[0] ?? '?'} has ${count} ${from}`;
    });
  return `histories parted, and more than one branch took writes: ${said.join('; ')}`;
}

/** All of a group hold the same: prefer who serves, who was primary, the larger, the smaller id. */
function chooseWithin(
  group: readonly HeldStanding[],
  held: readonly HeldStanding[],
  doubts: readonly NamedReason[],
): Chosen {
  const [best, second] = [...group].sort(
    (a, b) =>
      Number(b.serving === 'primary') - Number(a.serving === 'primary') ||
      Number(b.wasPrimary) - Number(a.wasPrimary) ||
      Number(b.serving === 'standby') - Number(a.serving === 'standby') ||
      b.bytes - a.bytes ||
      a.node.target.id - b.node.target.id,
  ) as [HeldStanding, HeldStanding | undefined];
  const others = held.filter((each) => each !== best).map((other) => ({ other, relation: relate(best, other) }));
  const loses = others.flatMap(({ other, relation }) => lossOf(other, relation));
  const uncertain = others.flatMap(({ other, relation }) => doubtsAbout(other, relation, loses));
  const by =
    held.length === 1
      ? 'onlyNode'
      : second === undefined
        ? whyAhead(best, others)
        : group.length === held.length
          ? 'equal'
          : 'ancestry';
  return { kind: 'chosen', node: best.node.target.name, by, notProved: [...doubts, ...uncertain], loses };
}

/** On one timeline the position decides; between timelines the ancestry. */
function whyAhead(best: HeldStanding, others: readonly { readonly other: HeldStanding }[]): ChoiceReason {
  return others.every(({ other }) => other.timeline === best.timeline) ? 'lsn' : 'ancestry';
}

function preferHead(a: HeldStanding, b: HeldStanding): number {
  return b.timeline - a.timeline || (b.lsn > a.lsn ? 1 : b.lsn < a.lsn ? -1 : b.bytes - a.bytes);
}
