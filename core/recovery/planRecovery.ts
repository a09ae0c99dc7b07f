/**
 * What to do, in order: first what the rest stands on, then one primary, then everybody behind it. Nothing that could make a second primary stands
 * before the step that rules the first one out, and nothing is rewound or cloned over whose data nobody else holds without evidence and consent.
 */
import { commitsSince, relate } from './compare';
import type { JudgedNode, Problem } from './judgeNodes';
import type { HeldStanding } from './standing';
import { handStep, makeSteps, type StepMaker } from './recoverySteps';
import type { PrimaryChoice, ProposedStep, RecoveryEvidence } from './types';

export interface PlanFacts {
  readonly evidence: RecoveryEvidence;
  readonly judged: readonly JudgedNode[];
  readonly primary: PrimaryChoice;
  readonly kinds: readonly string[];
}

export function planRecovery(facts: PlanFacts): readonly ProposedStep[] {
  const { judged, primary } = facts;
  const make = makeSteps(facts.evidence.at, facts.kinds);
  const first = [...judged.flatMap(restoreHost), ...judged.flatMap(cureDisk)];
  if (primary.kind === 'none')
    return [
      ...first,
      handStep(null, `No primary can be proposed: ${primary.reason}. Look again when a node can be read.`),
    ];
  if (primary.kind === 'undecidable')
    return [...first, ...keepAll(make, judged, primary), decideByHand(make, judged, primary.reason)];
  const chosen = judged.find(({ node }) => node.target.name === primary.node) as JudgedNode & {
    readonly standing: HeldStanding;
  };
  const rivals = judged.filter((each) => each !== chosen && servesAsPrimary(each));
  if (rivals.length > 0 && !servesAsPrimary(chosen))
    return [...first, ...keepAll(make, judged, primary), stopRivals(chosen, rivals)];
  const led = servesAsPrimary(chosen) ? [] : [lead(make, chosen, primary)];
  return [
    ...first,
    ...rivals.flatMap((rival) => resolve(make, chosen, rival)),
    ...led,
    ...judged
      .filter((each) => each !== chosen && !rivals.includes(each))
      .flatMap((each) => bringBack(make, chosen, each)),
    ...judged.flatMap(putMarkRight),
    ...judged.filter((each) => !rivals.includes(each)).flatMap(startDaemons),
    ...(led.length > 0 || rivals.length > 0
      ? [handStep(null, 'Take a full backup on the timeline that the cluster is on now, and look again.')]
      : []),
  ];
}

function servesAsPrimary({ node: { observation } }: JudgedNode): boolean {
  return observation.reachable && observation.server.answers?.inRecovery === false;
}

function restoreHost({ node, standing }: JudgedNode): ProposedStep[] {
  const { name } = node.target;
  if (!node.observation.reachable) {
    return [
      handStep(
        name,
        `Bring ${name} back (power, network, sshd), or make sure that it is off and stays off: unread, it may accept writes, or hold what the others lack.`,
      ),
    ];
  }
  return standing?.kind === 'unread'
    ? [handStep(name, `Find out about ${name} before anything is promoted or started: ${standing.why}.`)]
    : [];
}

const problemsOf = ({ problems }: JudgedNode, kind: Problem['kind']): readonly Problem[] =>
  problems.filter((each) => each.kind === kind);

function cureDisk(each: JudgedNode): ProposedStep[] {
  const { name } = each.node.target;
  return problemsOf(each, 'disk').map(({ text }) =>
    handStep(name, `${name}: ${text}. Cure that first: never remove anything from the WAL directory by hand.`),
  );
}

/** Before a person decides, nothing of any branch may get lost. */
function keepAll(make: StepMaker, judged: readonly JudgedNode[], primary: PrimaryChoice): ProposedStep[] {
  const named =
    primary.kind === 'undecidable'
      ? primary.branches.map(({ nodes }) => nodes[0])
      : judged.filter(servesAsPrimary).map(({ node }) => node.target.name);
  return judged
    .filter(({ node, standing }) => named.includes(node.target.name) || standing?.kind === 'damaged')
    .map(({ node }) => make.preserve(node, 'before anybody decides'));
}

/** With several that serve: a look for each of them as the one that stays; whoever decides has both branches before him, and the token. */
function decideByHand(make: StepMaker, judged: readonly JudgedNode[], reason: string): ProposedStep {
  const rivals = judged.filter(servesAsPrimary).map(({ node }) => node);
  const serving = rivals.map(({ target }) => target.name);
  const how =
    serving.length > 1
      ? `Keep applications off all but one of ${serving.join(', ')}, and do not restart any. Compare the business data, then write the record resolveMultiPrimary with winner and loser. What each choice gives up, and the token for it, is printed by:`
      : 'Compare the business data of the branches, start or promote the one to keep, and look again.';
  return {
    ...handStep(null, `A person has to decide: ${reason}. ${how}`),
    commands: rivals.flatMap((winner) =>
      rivals.filter((loser) => loser !== winner).map((loser) => make.lookAtLosing(winner, loser)),
    ),
  };
}

function stopRivals(chosen: JudgedNode, rivals: readonly JudgedNode[]): ProposedStep {
  const names = rivals.map(({ node }) => node.target.name).join(' and ');
  return {
    ...handStep(
      null,
      `${chosen.node.target.name} holds what ${names} lacks, and does not accept writes; ${names} does. Pause repmgrd, stop ${names}, and look again: with nobody serving, the next step is to start ${chosen.node.target.name}.`,
    ),
    commands: rivals.flatMap(({ node: { target } }) => [
      `${target.name}$ ${target.bin}/repmgr -f ${target.repmgrConf} service pause`,
      `${target.name}$ ${target.bin}/sys_ctl -D ${target.data} stop -m fast`,
    ]),
  };
}

function resolve(make: StepMaker, chosen: JudgedNode, { node, standing }: JudgedNode): ProposedStep[] {
  if (standing?.kind !== 'held') return [];
  return [make.preserve(node, 'its own writes are in there'), make.resolveMultiPrimary(chosen.node, node)];
}

function lead(
  make: StepMaker,
  chosen: JudgedNode & { readonly standing: HeldStanding },
  primary: Extract<PrimaryChoice, { kind: 'chosen' }>,
): ProposedStep {
  const doubted = [
    ...primary.notProved.map(({ node, why }) => `${node} (${why})`),
    ...primary.loses.map(({ node }) => `${node} (its own transactions)`),
  ];
  const isStandby = chosen.standing.serving === 'standby';
  const hasStaleMark = problemsOf(chosen, 'mark').some(({ text }) => text.includes('stale'));
  return isStandby
    ? make.promote(chosen.node, doubted)
    : make.startCluster(chosen.node, chosen.standing.wasPrimary, hasStaleMark, doubted);
}

/** One more node behind the primary, by the mildest way that its data allows. */
function bringBack(
  make: StepMaker,
  chosen: JudgedNode & { readonly standing: HeldStanding },
  each: JudgedNode,
): ProposedStep[] {
  const { node, standing } = each;
  const { name } = node.target;
  if (standing === undefined || standing.kind === 'unread') return [];
  if (standing.kind === 'empty' || standing.kind === 'unfinished')
    return [make.reclone(node, chosen.node, standing.why, false)];
  if (standing.kind !== 'held')
    return [make.preserve(node, standing.why), make.reclone(node, chosen.node, standing.why, true)];
  if (standing.systemIdentifier !== chosen.standing.systemIdentifier) {
    return [
      handStep(
        name,
        `${name} holds the database of another system (${standing.systemIdentifier}): find out whose it is before anything is done there.`,
      ),
    ];
  }
  const isDoingItsPart = servesAsPrimary(chosen) && problemsOf(each, 'database').length === 0;
  if (isDoingItsPart) return [];
  const relation = relate(chosen.standing, standing);
  const isShared = relation.bytes === 'same';
  if (isShared && (relation.kind === 'same' || relation.kind === 'holds'))
    return [make.rejoin(node, chosen.node, 'follow', `${chosen.node.target.name} holds all of it`, false)];
  const own = relation.kind === 'parted' ? commitsSince(standing, relation.at) : undefined;
  if (isShared && own?.commits === 0)
    return [make.rejoin(node, chosen.node, 'rewind', 'it left the common history and committed nothing since', false)];
  const lost =
    own === undefined
      ? 'what it alone holds could not be counted'
      : `${own.commits} transactions that only it holds are discarded`;
  return [make.preserve(node, lost), make.rejoin(node, chosen.node, 'rewind', lost, true)];
}

function putMarkRight(each: JudgedNode): ProposedStep[] {
  const { node } = each;
  const { name, data } = node.target;
  const answers = node.observation.reachable ? node.observation.server.answers : undefined;
  if (answers === undefined || problemsOf(each, 'mark').length === 0) return [];
  const text = problemsOf(each, 'mark')[0]?.text ?? '';
  return [
    {
      ...handStep(name, `${name}: ${text}.`),
      commands: [
        answers.inRecovery
          ? `${name}$ touch ${data}/standby.signal`
          : `${name}$ mv ${data}/standby.signal ${data}/../standby.signal.stale`,
      ],
    },
  ];
}

/** repmgrd of a node whose database does not do its part comes back with it. */
function startDaemons(each: JudgedNode): ProposedStep[] {
  const { name } = each.node.target;
  const isDown = problemsOf(each, 'database').length > 0;
  return problemsOf(each, 'daemon')
    .filter(({ text }) => !isDown || text.includes('cron'))
    .map(({ text }) => handStep(name, `${name}: ${text}.`));
}
