/**
 * What may be said of a world, from the article's words alone: find out which class it is, preserve one primary and only one, prefer the node that
 * holds what the others hold, never restart all of a multi-primary cluster, keep evidence before anything is rewound. It looks at what was written
 * (sets of commits), never at timelines, positions or history files, and shares no code with the decision.
 */
import type { ClusterDiagnosis, FailureClass, PrimaryChoice, ProposedStep } from '../../../core/recovery/types';
import type { World, WorldNode } from './world';

const commitsOf = (node: WorldNode): Set<number> =>
  new Set(node.log.filter(({ commit }) => commit).map(({ id }) => id));

/** What only `one` holds, of the two. */
export function ownOf(one: WorldNode, other: WorldNode): number[] {
  const theirs = commitsOf(other);
  return [...commitsOf(one)].filter((id) => !theirs.has(id));
}

/** Its data can be looked at, in all that matters. */
const isOpen = (node: WorldNode): boolean =>
  node.reachable && node.control === 'good' && node.data === 'present' && node.wal;
const holdsData = (node: WorldNode): boolean => node.data === 'present';
const serves = (node: WorldNode): boolean => node.reachable && node.running;
const leads = (node: WorldNode): boolean => serves(node) && node.writable;

export function classOf({ nodes }: World): FailureClass {
  const leaders = nodes.filter(leads);
  const [leader] = leaders;
  if (leaders.length > 1) return 'multiplePrimaries';
  if (leader === undefined) return nodes.some(serves) ? 'noPrimary' : 'fullClusterFailure';
  const others = nodes.filter((node) => node !== leader);
  const follows = (node: WorldNode): boolean =>
    serves(node) && node.upstream === leader.name && node.log.every((entry, at) => leader.log[at]?.id === entry.id);
  if (others.every(follows)) return 'healthy';
  if (others.some((node) => node.reachable && !follows(node)) || !others.some(follows))
    return 'singlePrimaryFailedStandbys';
  return 'partialNodeFailure';
}

/** Complaints about the choice; none: it is right, or rightly not made. */
export function judgeChoice(world: World, choice: PrimaryChoice): string[] {
  const { nodes } = world;
  if (choice.kind === 'none') {
    return nodes.some((node) => isOpen(node)) ? ['no candidate, but one could be read'] : [];
  }
  if (choice.kind === 'undecidable') {
    const best = nodes.find((one) => nodes.every((other) => ownOf(other, one).length === 0));
    const isOpenToTheEnd = nodes.every((node) => isOpen(node) && node.keptFrom === 0) && !hasTwins(nodes);
    return isOpenToTheEnd && best !== undefined
      ? [`undecidable, but ${best.name} holds everything and all was read`]
      : [];
  }
  const picked = nodes.find(({ name }) => name === choice.node);
  if (picked === undefined || !holdsData(picked) || !picked.reachable) return [`${choice.node} is no candidate`];
  const doubted = new Set(choice.notProved.map(({ node }) => node));
  return nodes
    .filter((node) => node !== picked && holdsData(node) && !doubted.has(node.name))
    .flatMap((node) => {
      const lost = ownOf(node, picked).length;
      const said = choice.loses.find((loss) => loss.node === node.name);
      if (said !== undefined && said.commits !== undefined && said.commits !== lost)
        return [`${node.name} would lose ${lost} commits, not ${said.commits}`];
      if (lost === 0) return [];
      if (said === undefined) return [`${picked.name} picked, and ${lost} commits of ${node.name} are not mentioned`];
      // A failover went on without it: only then may somebody's own commits be given up, and said so.
      return isTheOnlyLeader(world, picked) && promotedPast(picked, node)
        ? []
        : [`${picked.name} picked over ${lost} commits of ${node.name}`];
    });
}

/** Two histories go on under one number: where they parted is written nowhere, so nobody can count what each has of its own. */
function hasTwins(nodes: readonly WorldNode[]): boolean {
  return nodes.some((one) =>
    nodes.some((other) => {
      const at = one.log.findIndex((entry, index) => other.log[index]?.id !== entry.id);
      const [mine, theirs] = [one.log[at], other.log[at]];
      return mine !== undefined && theirs !== undefined && mine.timeline === theirs.timeline;
    }),
  );
}

function isTheOnlyLeader({ nodes }: World, picked: WorldNode): boolean {
  return leads(picked) && nodes.filter(leads).length === 1;
}

/** Where the two part, the picked one begins with a promotion and the other goes on as before. */
function promotedPast(picked: WorldNode, other: WorldNode): boolean {
  const at = picked.log.findIndex((entry, index) => other.log[index]?.id !== entry.id);
  const before = picked.log[at - 1]?.timeline;
  return picked.log[at]?.timeline !== before && other.log[at]?.timeline === before;
}

/** Runs the plan in the world: complaints where two could lead, or where something that only one node holds goes without evidence and consent. */
export function judgePlan(world: World, diagnosis: Pick<ClusterDiagnosis, 'steps' | 'primary'>): string[] {
  const nodes = new Map(world.nodes.map((node) => [node.name, { ...node, leads: node.running && node.writable }]));
  const complaints: string[] = [];
  const kept = new Set<string>();
  const seenTo = new Set<string>();
  for (const step of diagnosis.steps) {
    if (step.record === undefined) {
      if (step.node !== null) seenTo.add(step.node);
      continue;
    }
    complaints.push(...judgeStep(step, nodes, kept, seenTo, diagnosis.primary));
  }
  return complaints;
}

type Run = Map<string, WorldNode & { leads: boolean }>;

function judgeStep(
  step: ProposedStep,
  nodes: Run,
  kept: Set<string>,
  seenTo: ReadonlySet<string>,
  primary: PrimaryChoice,
): string[] {
  const { kind, inputs } = step.record as NonNullable<ProposedStep['record']>;
  const name = String(inputs['node'] ?? inputs['loser'] ?? '');
  const subject = nodes.get(name);
  if (subject === undefined) return [`${kind} acts on nobody (${name})`];
  const others = [...nodes.values()].filter((node) => node !== subject);
  switch (kind) {
    case 'preserveEvidence':
      kept.add(name);
      return [];
    case 'promote':
    case 'startCluster': {
      const rival = others.find((node) => node.leads && !seenTo.has(node.name));
      subject.leads = true;
      return rival === undefined ? [] : [`${kind} ${name} while ${rival.name} leads`];
    }
    case 'resolveMultiPrimary':
    case 'rejoin':
    case 'reclone': {
      const isOnly = others.every((other) => ownOf(subject, other).length > 0);
      const said = isOnly && !(kept.has(name) && step.needsConfirm) ? [`${kind} takes the only copy of ${name}`] : [];
      const source = nodes.get(
        String(inputs['winner'] ?? inputs['source'] ?? (primary.kind === 'chosen' ? primary.node : '')),
      );
      subject.leads = false;
      if (source !== undefined) subject.log = [...source.log];
      return said;
    }
  }
}
