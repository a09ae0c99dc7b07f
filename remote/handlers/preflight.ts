/**
 * kingbase:Preflight: looks at hosts before anything is changed on them, and refuses with every reason at once. Changes nothing, ever.
 * All else waits for it: so it is also where a node that leaves the configuration is held back while it is the primary.
 */
import { readFileSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import type { SeenNode } from '../../core/member/clusterView';
import { findLeaving, guardRemoval } from '../../core/membership/guardRemoval';
import type { NodeObservation } from '../../core/observe/types';
import { blockingFindings, evaluate } from '../../core/preflight/evaluate';
import { foundOf, groupResults, nodesOf as namesOf } from '../../core/preflight/group';
import { preflightVariables } from '../../core/preflight/request';
import type { NodeEvidence, PreflightReport, PreflightRequest } from '../../core/preflight/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { type Clock, systemClock } from '../clock';
import { nodeScript } from '../nodeScripts';
import { observeNode } from '../observe/observeNode';
import type { Connection, OpenRemote, Remote } from '../remote';
import { openRemote } from '../sshRemote';
import { inputsDiffer, onHost } from './support';
import type { Handler } from './types';

export interface PreflightNode {
  readonly connection: Connection;
  readonly request: PreflightRequest;
  /** Needed to see whether it may leave. */
  readonly target?: NodeTarget;
}

/** One host (connection, request), or all of a cluster (nodes): only then are they compared with one another. */
export interface PreflightInputs {
  readonly connection?: Connection;
  readonly request?: PreflightRequest;
  readonly nodes?: readonly PreflightNode[];
}

export interface PreflightOutputs extends PreflightInputs {
  /** What was found when it ran, one line per warning. */
  readonly warnings: readonly string[];
}

export interface PreflightEffects {
  readonly sshConnect?: OpenRemote;
  readonly clock?: Pick<Clock, 'now'>;
}

const TIMEOUT_MS = 20_000;
/** What is judged of a host that runs already, where options of sys_rman are added. */
const OF_OPTIONS: readonly string[] = ['sys-rman-options', 'wal-unpacker'];

export function preflightHandler(
  open: OpenRemote,
  clock: Pick<Clock, 'now'> = systemClock,
): Handler<PreflightInputs, PreflightOutputs> {
  const look = async (nodes: readonly PreflightNode[]) => {
    const report = await runPreflight(nodes, { sshConnect: open, clock });
    if (!report.passed) {
      throw new KingbaseError(blockingFindings(report));
    }
    return { warnings: warningsOf(report) };
  };
  // Of a host that runs already nothing else is judged: its port is taken and its memory in use, by its own database.
  const lookAtOptions = async (nodes: readonly PreflightNode[]): Promise<void> => {
    if (nodes.length === 0) return;
    const { results } = await runPreflight(nodes, { sshConnect: open, clock });
    const judged = results.filter(({ id, group }) => OF_OPTIONS.includes(id) || group === 'connection');
    const findings = blockingFindings({ results: judged, passed: false });
    if (findings.length > 0) {
      throw new KingbaseError(findings);
    }
  };
  return {
    diff: async (_id, olds, news) => ({
      changes:
        newNodes(olds, news).length > 0 ||
        leavingNodes(olds, news).length > 0 ||
        nodesWithMoreOptions(olds, news).length > 0 ||
        isStale(olds, news),
      ...(news.nodes === undefined && newNodes(olds, news).length > 0 ? { replaces: ['connection'] } : {}),
    }),
    create: async (inputs) => ({
      id: inputs.connection?.host ?? 'preflight',
      outs: { ...inputs, ...(await look(nodesOf(inputs))) },
    }),
    read: async (id, props) => ({ id, props }),
    // Hosts that joined since. Those that run already are watched by others, and one of them may be down just now.
    update: async (_id, olds, news) => {
      await refuseToLoseThePrimary(open, olds, news);
      await lookAtOptions(nodesWithMoreOptions(olds, news));
      const added = newNodes(olds, news);
      return { outs: { ...news, ...(added.length > 0 ? await look(added) : { warnings: olds.warnings }) } };
    },
    delete: async () => undefined,
  };
}

function nodesOf({ nodes, connection, request }: PreflightInputs): readonly PreflightNode[] {
  if (nodes !== undefined) {
    return nodes;
  }
  return connection === undefined || request === undefined ? [] : [{ connection, request }];
}

const machine = ({ connection }: PreflightNode): string => `${connection.host} ${connection.hostKey}`;

/** Another threshold is no reason to look again; another host is, and so is another machine under the same address. */
function newNodes(olds: PreflightInputs, news: PreflightInputs): PreflightNode[] {
  const known = new Set(nodesOf(olds).map(machine));
  return nodesOf(news).filter((node) => !known.has(machine(node)));
}

/** Known nodes whose sys_rman is to do more than before: where it cannot, every archive-push would fail. A state of before declares nothing. */
function nodesWithMoreOptions(olds: PreflightInputs, news: PreflightInputs): PreflightNode[] {
  const had = new Map(nodesOf(olds).map((node) => [machine(node), optionsOf(node)]));
  return nodesOf(news).filter((node) => {
    const before = had.get(machine(node));
    return before !== undefined && optionsOf(node).some((option) => !before.includes(option));
  });
}

function optionsOf({ request }: PreflightNode): readonly string[] {
  return (request as Partial<PreflightRequest>).rmanOptions ?? [];
}

/** How the nodes are reached and what is where: nothing to check anew, but what a node that leaves later is looked at with. */
function isStale(olds: PreflightInputs, news: PreflightInputs): boolean {
  const reach = (inputs: PreflightInputs) => ({
    nodes: nodesOf(inputs).map(({ connection, target }) => ({ connection, target })),
  });
  return inputsDiffer(reach(olds), reach(news), ['nodes']);
}

/** They are forgotten here, so that they are looked at again when they come back. */
function leavingNodes(olds: PreflightInputs, news: PreflightInputs): PlacedNode[] {
  return news.nodes === undefined ? [] : findLeaving(nodesOf(olds).map(toPlaced), news.nodes.map(toPlaced));
}

interface PlacedNode extends PreflightNode {
  readonly name: string;
  readonly host: string;
}

function toPlaced(node: PreflightNode): PlacedNode {
  return { ...node, name: node.request.name, host: node.connection.host };
}

/** Who stays is asked as declared now: login, key or port may have changed since, and the old ones open nothing any more. */
async function refuseToLoseThePrimary(open: OpenRemote, olds: PreflightInputs, news: PreflightInputs): Promise<void> {
  const leaving = leavingNodes(olds, news).filter(isMember);
  const [first] = leaving;
  if (first === undefined) {
    return;
  }
  const known = nodesOf(olds).map(toPlaced);
  const isKnown = ({ name, host }: PlacedNode): boolean =>
    known.some((node) => node.name === name && node.host === host);
  const staying = nodesOf(news).map(toPlaced).filter(isKnown).filter(isMember);
  const seen = await Promise.all([...staying, ...leaving].map((node) => see(open, node)));
  const finding = guardRemoval(seen, leaving, first.request.cluster);
  if (finding !== undefined) {
    throw new KingbaseError(finding);
  }
}

async function see(open: OpenRemote, { name, host, connection, target, request }: PlacedNode): Promise<SeenNode> {
  const observation: NodeObservation =
    target === undefined
      ? { reachable: false, name, reason: 'noted by a version that did not note where its database lies' }
      : await observeNode({ connection, target }, open, 'brief');
  return { name, host, role: request.role, observation };
}

function isMember({ request }: PreflightNode): boolean {
  return request.role !== 'repository';
}

function warningsOf(report: PreflightReport): string[] {
  return groupResults(report.results.filter((result) => result.verdict === 'WARN')).map(
    (group) => `${namesOf(group)}: ${group.result.id}: ${foundOf(group)}`,
  );
}

/** Asks all hosts at once and judges what they say. A host that cannot be asked is a result too, never an exception. */
export async function runPreflight(
  nodes: readonly PreflightNode[],
  { sshConnect = openRemote, clock = systemClock }: PreflightEffects = {},
): Promise<PreflightReport> {
  return evaluate(await Promise.all(nodes.map((node) => collect(node, sshConnect, clock))));
}

async function collect(
  { connection, request }: PreflightNode,
  open: OpenRemote,
  clock: Pick<Clock, 'now'>,
): Promise<NodeEvidence> {
  const runner = (clockOffsetSeconds?: number) => ({
    nowEpochSeconds: Math.floor(clock.now() / 1000),
    clockOffsetSeconds,
    licenseText: licenseText(request),
  });
  try {
    return await onHost(open, connection, async (remote) => {
      const { stdout } = await remote.script(nodeScript('layout.sh', 'preflight.sh'), preflightVariables(request), {
        label: 'preflight',
        timeoutMs: TIMEOUT_MS,
      });
      return { request, runner: runner(await clockOffset(remote, clock)), output: stdout };
    });
  } catch (error) {
    if (!(error instanceof KingbaseError)) {
      throw error;
    }
    const [finding] = error.findings;
    const unreachable = { code: error.code, message: finding?.message ?? error.message, hint: finding?.hint ?? '' };
    return { request, runner: runner(), output: undefined, unreachable };
  }
}

/** Asked over the open connection, so that the answer takes milliseconds; what fell into that time counts as no offset. */
async function clockOffset(remote: Remote, clock: Pick<Clock, 'now'>): Promise<number | undefined> {
  const before = clock.now() / 1000;
  const { stdout } = await remote.exec(['date', '+%s.%N'], { label: 'ask the clock', timeoutMs: TIMEOUT_MS });
  const after = clock.now() / 1000;
  const there = Number(stdout.trim());
  if (!Number.isFinite(there) || stdout.trim() === '') {
    return undefined;
  }
  return there < before ? there - before : there > after ? there - after : 0;
}

function licenseText({ install }: PreflightRequest): string | undefined {
  try {
    return install.license === undefined ? undefined : readFileSync(install.license, 'utf8');
  } catch {
    return undefined;
  }
}
