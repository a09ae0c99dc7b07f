/** The one moment that creates data: decides whether this run may, from what all nodes say. Refuses by default. */
import type { Finding } from '../finding';
import {
  databases,
  hasData,
  holding,
  primaries,
  readable,
  type SeenDatabase,
  type SeenNode,
} from '../member/clusterView';
import { findLastPrimary } from '../member/lastPrimary';
import {
  formatPaths,
  phaseReached,
  readBootstrapLedger,
  readMemberLedger,
  speaksOf,
  type BootstrapLedger,
  type BootstrapPhase,
} from '../member/ledger';

export interface BootstrapFacts {
  readonly cluster: string;
  /** Where a new cluster begins. */
  readonly first: string;
  /** Every declared database and witness node. */
  readonly nodes: readonly SeenNode[];
  /** Paths for messages. */
  readonly dataDirectory: string;
  /** Empty: within the data directory. */
  readonly walDirectory: string;
  readonly stateDirectory: string;
}

export type BootstrapDecision =
  | { readonly kind: 'refuse'; readonly findings: readonly Finding[] }
  /** Nothing anywhere: initdb on this node. */
  | { readonly kind: 'create'; readonly node: string }
  /** A bootstrap of ours was interrupted on this node after this phase. */
  | { readonly kind: 'continue'; readonly node: string; readonly phase: BootstrapPhase }
  /** A primary of this cluster runs. */
  | { readonly kind: 'adopt'; readonly node: string; readonly systemIdentifier: string }
  /** The cluster is ours and stopped everywhere: start the node that was primary last. */
  | { readonly kind: 'start'; readonly node: string; readonly systemIdentifier: string }
  /** Something is under way (a start, a failover): look again. */
  | { readonly kind: 'wait'; readonly finding: Finding };

interface Ledgers {
  readonly unfinished: readonly BootstrapLedger[];
  /** System identifiers that our notes call this cluster's. */
  readonly known: readonly string[];
  /** Nodes whose notes say that data should be there. */
  readonly expectData: readonly string[];
  /** The same, and also where the data was kept on purpose (left): such a node may have been primary last. */
  readonly heldData: readonly string[];
  /** Nodes with any note of a system, beyond what an unfinished bootstrap that may be taken up says of itself. */
  readonly noted: readonly string[];
  readonly cloning: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export function decideBootstrap(facts: BootstrapFacts): BootstrapDecision {
  const unreachable = facts.nodes.flatMap(unreachableFinding);
  if (unreachable.length > 0) {
    return { kind: 'refuse', findings: unreachable };
  }
  const ledgers = readLedgers(facts);
  const findings = [...ledgers.findings, ...foreignData(facts, ledgers)];
  if (findings.length > 0) {
    return { kind: 'refuse', findings };
  }
  const ours = ledgers.known.flatMap((identifier) => holding(facts.nodes, identifier));
  return ours.length === 0 ? withoutData(facts, ledgers) : withData(facts, ledgers, ours);
}

/** State knows this cluster, so its data must be somewhere. Only said when every node could be read. */
export function findMissingData(facts: BootstrapFacts, systemIdentifier: string): Finding | undefined {
  const nodes = databases(facts.nodes);
  const isGone = nodes.length > 0 && nodes.every((node) => node.observation.reachable && !hasData(node.observation));
  return isGone
    ? missingData(
        facts,
        systemIdentifier,
        nodes.map((node) => node.name),
      )
    : undefined;
}

function withoutData(facts: BootstrapFacts, ledgers: Ledgers): BootstrapDecision {
  // Before an unfinished bootstrap: what began anew beside the notes of an older cluster would end as a second one under its name.
  const missing = [...new Set([...ledgers.expectData, ...ledgers.noted])];
  if (missing.length > 0) {
    return { kind: 'refuse', findings: [missingData(facts, ledgers.known[0] ?? 'unknown', missing)] };
  }
  const [unfinished] = ledgers.unfinished;
  if (unfinished !== undefined) {
    return continueThere(facts, unfinished);
  }
  return { kind: 'create', node: facts.first };
}

function withData(facts: BootstrapFacts, ledgers: Ledgers, ours: readonly SeenDatabase[]): BootstrapDecision {
  const running = primaries(ours);
  const systemIdentifier = ledgers.known[0] ?? '';
  if (running.length > 1) {
    return { kind: 'refuse', findings: [twoPrimaries(running)] };
  }
  const missing = ledgers.heldData.filter((name) => !facts.nodes.some((node) => node.name === name && holdsData(node)));
  if (missing.length > 0 && !ours.some((node) => node.observation.server.running)) {
    return { kind: 'refuse', findings: [missingBeforeStart(facts, systemIdentifier, missing)] };
  }
  const [unfinished] = ledgers.unfinished;
  if (unfinished !== undefined && ours.length === 1 && ours[0]?.name === unfinished.node) {
    return continueThere(facts, unfinished);
  }
  const [primary] = running;
  if (primary !== undefined) {
    return { kind: 'adopt', node: primary.name, systemIdentifier };
  }
  if (ours.some((node) => node.observation.server.running)) {
    return { kind: 'wait', finding: noPrimary(facts, ours) };
  }
  const last = findLastPrimary(ours);
  return last.kind === 'found'
    ? { kind: 'start', node: last.node.name, systemIdentifier }
    : { kind: 'refuse', findings: [last.finding] };
}

/** A note of a version that noted no paths is judged on the node, where it shows whether anything would be removed. */
function continueThere(facts: BootstrapFacts, { node, phase, paths }: BootstrapLedger): BootstrapDecision {
  return paths === undefined || speaksOf(paths, facts.dataDirectory, facts.walDirectory)
    ? { kind: 'continue', node, phase }
    : {
        kind: 'refuse',
        findings: [
          {
            code: 'bootstrap/other-directories',
            path: node,
            message: `the interrupted bootstrap was begun in ${formatPaths(paths)}, not in ${formatPaths({ data: facts.dataDirectory, wal: facts.walDirectory })}; nothing was changed`,
            hint: `Put the old paths back; or remove what it left there and ${facts.stateDirectory}/bootstrap.json, and run again.`,
          },
        ],
      };
}

function holdsData({ observation }: SeenNode): boolean {
  return observation.reachable && hasData(observation);
}

function readLedgers(facts: BootstrapFacts): Ledgers {
  const unfinished: BootstrapLedger[] = [];
  const known = new Set<string>();
  const expectData: string[] = [];
  const heldData: string[] = [];
  const noted = witnessNotes(facts);
  const cloning = new Set<string>();
  const findings: Finding[] = [];
  for (const { name, observation } of readable(databases(facts.nodes))) {
    const bootstrap = readBootstrapLedger(observation.ledger.bootstrap, facts.cluster);
    const member = readMemberLedger(observation.ledger.member, facts.cluster);
    for (const [file, reading] of [
      ['bootstrap.json', bootstrap],
      ['member.json', member],
    ] as const) {
      if (reading.kind === 'unreadable') {
        findings.push(unreadableLedger(name, `${facts.stateDirectory}/${file}`, reading.reason));
      }
    }
    const left = member.kind === 'read' && member.ledger.phase === 'left';
    const placed = bootstrap.kind === 'read' && phaseReached(bootstrap.ledger, 'placed');
    // The member's note is the later one: a node that is cloned anew holds nothing yet.
    if (member.kind === 'read' ? member.ledger.phase !== 'cloning' : placed) {
      heldData.push(name);
    }
    if (placed || (member.kind === 'read' && member.ledger.systemIdentifier !== '')) {
      noted.push(name);
    }
    if (bootstrap.kind === 'read') {
      addKnown(known, bootstrap.ledger.systemIdentifier);
      if (bootstrap.ledger.phase !== 'done') {
        unfinished.push({ ...bootstrap.ledger, node: name });
      }
      if (placed && !left) {
        expectData.push(name);
      }
    }
    if (member.kind === 'read') {
      addKnown(known, member.ledger.systemIdentifier);
      if (member.ledger.phase === 'cloning') {
        cloning.add(name);
      } else if (!left && !expectData.includes(name)) {
        expectData.push(name);
      }
    }
  }
  return {
    unfinished,
    known: [...known],
    expectData,
    heldData,
    noted,
    cloning,
    findings: [...findings, ...conflicts(known, unfinished)],
  };
}

/** A witness keeps no data of the cluster, but its note says that the cluster existed. */
function witnessNotes(facts: BootstrapFacts): string[] {
  const witnesses = readable(facts.nodes.filter((node) => node.role === 'witness'));
  return witnesses.flatMap(({ name, observation }) => {
    const member = readMemberLedger(observation.ledger.member, facts.cluster);
    return member.kind === 'read' && member.ledger.systemIdentifier !== '' ? [name] : [];
  });
}

/** Two identifiers, or two unfinished bootstraps, mean that notes of two clusters meet under one name. */
function conflicts(known: ReadonlySet<string>, unfinished: readonly BootstrapLedger[]): Finding[] {
  if (known.size <= 1 && unfinished.length <= 1) {
    return [];
  }
  const what =
    known.size > 1
      ? `the nodes' notes name several system identifiers for this cluster: ${[...known].join(', ')}`
      : `an unfinished bootstrap was noted on ${unfinished.map((ledger) => ledger.node).join(' and ')}`;
  return [
    {
      code: 'bootstrap/notes-disagree',
      message: what,
      hint: 'Find out which data is the right one, move the other data directory and its notes below /var/lib/pulumi-kingbase away, and run again.',
    },
  ];
}

function foreignData(facts: BootstrapFacts, ledgers: Ledgers): Finding[] {
  return readable(databases(facts.nodes)).flatMap(({ name, observation }) => {
    const identifier = observation.control?.systemIdentifier;
    if (observation.data.state === 'unreadable') {
      return [notOurs(name, facts, 'cannot be read (damaged file system or permissions)')];
    }
    const building = ledgers.unfinished.some((ledger) => ledger.node === name);
    if (observation.data.unfinishedBootstrap && !building) {
      return [notOurs(name, facts, `has a neighbour ${facts.dataDirectory}.bootstrap that no note of ours explains`)];
    }
    if (!hasData(observation) || (identifier !== undefined && ledgers.known.includes(identifier))) {
      return [];
    }
    if (ledgers.cloning.has(name) && identifier === undefined) {
      return [];
    }
    return [notOurs(name, facts, `holds data of system ${identifier ?? 'unknown (no readable control file)'}`)];
  });
}

function addKnown(known: Set<string>, identifier: string): void {
  if (identifier !== '') {
    known.add(identifier);
  }
}

function unreachableFinding(node: SeenNode): Finding[] {
  return node.observation.reachable
    ? []
    : [
        {
          code: 'bootstrap/node-unreachable',
          path: node.name,
          message: `could not be read: ${node.observation.reason}`,
          hint: 'A cluster is created only when every declared node can be read: one that is off may hold its data. Bring it up, or take it out of the configuration.',
        },
      ];
}

function notOurs(node: string, facts: BootstrapFacts, found: string): Finding {
  return {
    code: 'bootstrap/data-not-ours',
    path: node,
    message: `data directory ${facts.dataDirectory} ${found}; the notes in ${facts.stateDirectory} do not call it a part of cluster "${facts.cluster}"`,
    hint: 'Nothing was changed. Give the node an empty data directory, or move this one away if it is not needed any more.',
  };
}

function missingData(facts: BootstrapFacts, systemIdentifier: string, nodes: readonly string[]): Finding {
  return {
    code: 'bootstrap/data-missing',
    path: nodes.join(', '),
    message: `cluster "${facts.cluster}" (system ${systemIdentifier}) exists already, but the data directory ${facts.dataDirectory} is empty on every node`,
    hint: `Mount the data volumes, or restore from a backup, or reclone from a node that has the data. Only if the data is gone on purpose: remove ${facts.stateDirectory} on every node, and the cluster's resources from the stack's state.`,
  };
}

function missingBeforeStart(facts: BootstrapFacts, systemIdentifier: string, nodes: readonly string[]): Finding {
  return {
    code: 'bootstrap/data-missing',
    path: nodes.join(', '),
    message: `should hold data of cluster "${facts.cluster}" (system ${systemIdentifier}), but its data directory ${facts.dataDirectory} is empty; it may have been primary last, so no other node is started`,
    hint: `Mount its data volume and run again. Only if its data is gone on purpose: remove ${facts.stateDirectory} there; it then joins as a new standby.`,
  };
}

function unreadableLedger(node: string, file: string, reason: string): Finding {
  return {
    code: 'bootstrap/note-unreadable',
    path: `${node}: ${file}`,
    message: `cannot be used: ${reason}`,
    hint: 'It says whether the data on this node is ours. Correct or remove it, after looking at the data directory.',
  };
}

function twoPrimaries(nodes: readonly SeenDatabase[]): Finding {
  const list = nodes
    .map((node) => `${node.name} (timeline ${node.observation.server.answers?.timeline ?? 'unknown'})`)
    .join(', ');
  return {
    code: 'cluster/two-primaries',
    message: `more than one node accepts writes: ${list}`,
    hint: 'Stop the one that must not (usually that on the lower timeline) and rejoin it; nothing was changed.',
  };
}

function noPrimary(facts: BootstrapFacts, ours: readonly SeenDatabase[]): Finding {
  const states = ours.map(({ name, observation }) => {
    const { running, answers, reason } = observation.server;
    return `${name}: ${answers === undefined ? (running ? (reason ?? 'starting') : 'stopped') : 'standby'}`;
  });
  return {
    code: 'cluster/no-primary',
    message: `cluster "${facts.cluster}" has no primary: ${states.join(', ')}`,
    hint: 'A failover may be under way; run again when it is over. If failover is manual, promote a standby (repmgr standby promote) or start the old primary.',
  };
}
