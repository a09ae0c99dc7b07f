/** kingbase:Membership: who belongs to the cluster. Takes removed nodes out of repmgr's records and, when the cluster is destroyed, disarms every node first. */
import { formatFinding, KingbaseError, type Finding } from '../../core/finding';
import { decideRemoval } from '../../core/membership/decideRemoval';
import { findSharedIdentity } from '../../core/membership/sharedIdentity';
import { primaries, type SeenNode } from '../../core/member/clusterView';
import { BLOCK, CRON_TEMPLATE, renderCronBlock } from '../../core/render/renderNode';
import type { NodeObservation } from '../../core/observe/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { toSeenNode } from '../member/memberFacts';
import { syncWitnesses } from '../member/syncWitnesses';
import { applyFiles, removeFiles, type NodeFiles } from '../nodeFiles';
import { nodeTemplate } from '../nodeScripts';
import { runSteps } from '../nodeSteps';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import { holdCluster } from '../operation/holdCluster';
import type { OpenRemote, Remote } from '../remote';
import { isGone, isOtherMachine } from '../remoteError';
import { UNKNOWN } from '../unknown';
import { warn } from '../warn';
import { inputsDiffer, onHost } from './support';
import type { Handler } from './types';

export interface MembershipInputs {
  readonly nodes: readonly ClusterNode[];
}

export interface MembershipOutputs extends MembershipInputs {
  readonly observed?: MembershipObserved;
}

export interface MembershipObserved {
  readonly primary: string | null;
  /** Names in repmgr's records, as the primary has them. */
  readonly registered: readonly string[];
  /** Nodes with the mark of a destroy that was not finished: while it stands, no guard keeps the primary from being taken out. */
  readonly teardown?: readonly string[];
}

export function membershipHandler(open: OpenRemote): Handler<MembershipInputs, MembershipOutputs> {
  return {
    // Here, so that the preview refuses: at the update the member under the new name was made already.
    check: async (olds, news) => ({
      inputs: news,
      failures: sharedIdentity(olds.nodes, news.nodes).map((finding) => ({
        property: 'nodes',
        reason: formatFinding(finding),
      })),
    }),
    diff: async (_id, olds, news) => ({
      changes: inputsDiffer<MembershipInputs>(olds, news, ['nodes']) || (olds.observed?.teardown ?? []).length > 0,
    }),
    create: async (inputs) => {
      await undoTeardown(open, members(inputs.nodes));
      return { id: clusterName(inputs), outs: { ...inputs, observed: await settle(open, inputs) } };
    },
    read: async (id, props) => ({ id, props: { ...props, observed: await observe(open, props) } }),
    update: async (_id, olds, news) => {
      const shared = sharedIdentity(olds.nodes, news.nodes);
      if (shared.length > 0) {
        throw new KingbaseError(shared);
      }
      const staying = new Set(news.nodes.map((node) => node.target.name));
      const removed = members(olds.nodes).filter((node) => !staying.has(node.target.name));
      if (removed.length > 0) {
        await holdCluster(open, [...members(news.nodes), ...removed], 'removal of nodes', () =>
          removeNodes(open, members(news.nodes), removed),
        );
      }
      await undoTeardown(open, members(news.nodes));
      return { outs: { ...news, observed: await settle(open, news) } };
    },
    delete: async (_id, props) => {
      const nodes = members(props.nodes);
      await holdCluster(open, nodes, 'destroy', () => tearDown(open, nodes));
    },
  };
}

/** At preview any part of the new nodes may be unknown: a node without a known name proves nothing, an unknown id or host equals no old one. */
function sharedIdentity(olds: unknown, news: unknown): Finding[] {
  return findSharedIdentity(identities(olds), identities(news));
}

function identities(nodes: unknown): NodeTarget[] {
  const list = Array.isArray(nodes) ? (nodes as readonly Partial<ClusterNode>[]) : [];
  return list.flatMap(({ target }) =>
    typeof target?.name === 'string' && target.name !== UNKNOWN && target.role !== 'repository' ? [target] : [],
  );
}

/** Stop first, so that nothing follows the slot any more and nobody restarts it; then forget it. */
async function removeNodes(
  open: OpenRemote,
  staying: readonly ClusterNode[],
  removed: readonly ClusterNode[],
): Promise<void> {
  const seen = await observeNodes([...staying, ...removed], open, 'brief');
  const decision = decideRemoval(
    seen.slice(0, staying.length).map(toSeenNode),
    seen.slice(staying.length).map(toSeenNode),
  );
  if (decision.kind === 'refuse') {
    throw new KingbaseError(decision.finding);
  }
  const primary = staying.find((node) => node.target.name === decision.primary) as ClusterNode;
  const records = recordsOf(seen, decision.primary);
  const stop = async (remote: Remote, { target }: ClusterNode): Promise<void> => {
    await removeFiles(remote, target, cronFile(target), true);
    await memberStep(remote, target, ['stopKbha', 'stopRepmgrd', 'stop']);
  };
  // What shows another key cannot be stopped from here: only whoever unregistered it by hand has seen to that.
  await eachReachable(open, removed, stop, ({ target }) => records?.includes(target.id) === false);
  await onHost(open, primary.connection, async (remote) => {
    for (const { target } of removed) {
      const env = { KB_SYSTEM: '', KB_OTHER_ID: String(target.id), KB_SLOT: target.slotName };
      await runSteps(remote, primary.target, 'member.sh', ['unregister', 'dropSlot'], { env });
    }
  });
}

/**
 * After a whole destroy the members were made again and run. After one that was interrupted they never left the state, nothing about them
 * changed, and no other resource would start again what the destroy stopped. Where a database runs this is cron, kbha and repmgrd; where it
 * does not, only its member can tell how it may be started.
 */
async function undoTeardown(open: OpenRemote, nodes: readonly ClusterNode[]): Promise<void> {
  const seen = await observeNodes(nodes, open, 'brief');
  const disarmed = seen.filter(({ observation }) => isDisarmed(observation));
  const stopped = disarmed.filter(({ observation }) => observation.reachable && !observation.server.running);
  if (stopped.length > 0) {
    throw new KingbaseError(stopped.map(({ target }) => interruptedDestroy(target.name)));
  }
  const names = new Set(disarmed.map(({ target }) => target.name));
  const marked = seen.filter(({ observation }) => isMarked(observation)).map(({ node }) => node);
  await eachReachable(open, marked, async (remote, { target }) => {
    if (names.has(target.name)) {
      await memberStep(remote, target, ['daemons']);
      await applyFiles(remote, target, cronFile(target));
    }
    await memberStep(remote, target, ['clearTeardown']);
  });
}

function isMarked(observation: NodeObservation): boolean {
  return observation.reachable && observation.ledger.teardown !== undefined;
}

/** Marked by a destroy, and still as the destroy left it. A paused cron line is the operator's: the destroy takes the line away. */
function isDisarmed(observation: NodeObservation): boolean {
  return (
    observation.reachable &&
    isMarked(observation) &&
    observation.automation !== 'paused' &&
    (observation.automation === 'missing' || observation.kbhaPid === null || observation.repmgrdPid === null)
  );
}

function interruptedDestroy(name: string): Finding {
  return {
    code: 'membership/interrupted-destroy',
    path: name,
    message: 'an interrupted destroy stopped its database and its watchdogs, and nothing has started them again',
    hint: 'Run `pulumi up --refresh`: it sees what is stopped and starts it. No mark of the destroy was taken away.',
  };
}

function halfDestroyed(cluster: string): Finding {
  return {
    code: 'membership/half-destroyed',
    path: cluster,
    message: 'the destroy stopped half-way: on some nodes the watchdogs may be stopped, so that no failover happens',
    hint: 'To finish it, correct the cause and destroy again. To keep the cluster, run `pulumi up --refresh`: it starts what was stopped and takes the marks of the destroy away.',
  };
}

/** The whole cluster goes: the mark first, then one layer after the other on all nodes, so that no node takes another's stop for a failure. */
async function tearDown(open: OpenRemote, nodes: readonly ClusterNode[]): Promise<void> {
  try {
    await eachReachable(open, nodes, async (remote, { target }) => {
      await memberStep(remote, target, ['teardown']);
      await removeFiles(remote, target, cronFile(target), true);
    });
    await eachReachable(open, nodes, (remote, { target }) => memberStep(remote, target, ['stopKbha']));
    await eachReachable(open, nodes, (remote, { target }) => memberStep(remote, target, ['stopRepmgrd']));
  } catch (error) {
    throw error instanceof KingbaseError
      ? new KingbaseError([...error.findings, halfDestroyed(nodes[0]?.target.cluster ?? 'cluster')], { cause: error })
      : error;
  }
}

async function eachReachable(
  open: OpenRemote,
  nodes: readonly ClusterNode[],
  act: (remote: Remote, node: ClusterNode) => Promise<unknown>,
  mayBeAnother: (node: ClusterNode) => boolean = () => false,
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      try {
        await onHost(open, node.connection, (remote) => act(remote, node));
      } catch (error) {
        if (!isGone(error) && !(isOtherMachine(error) && mayBeAnother(node))) {
          throw isOtherMachine(error) ? otherMachine(node.target, error as KingbaseError) : error;
        }
        warn(
          node.connection.host,
          `${node.target.name} is not reachable and stays as it is: ${(error as Error).message}`,
        );
      }
    }),
  );
}

/** Undefined where they could not be read: then nobody counts as forgotten. */
function recordsOf(seen: readonly ObservedMember[], name: string): number[] | undefined {
  const primary = seen.find(({ target }) => target.name === name);
  return primary?.observation.reachable === true
    ? primary.observation.repmgr.records?.map((record) => record.id)
    : undefined;
}

function otherMachine({ name, id }: NodeTarget, error: KingbaseError): KingbaseError {
  return new KingbaseError(
    {
      code: 'membership/other-machine',
      path: name,
      message: `cannot be stopped: ${error.findings[0]?.message ?? error.message}`,
      hint: `If it was reinstalled on purpose, put its new key into hostKey and run \`pulumi up\` first; or, if it is to be forgotten, make sure that its old database runs nowhere, unregister it on the primary (repmgr standby unregister --node-id=${id}), and run again.`,
    },
    { cause: error },
  );
}

async function memberStep(remote: Remote, target: NodeTarget, steps: readonly string[]): Promise<void> {
  await runSteps(remote, target, 'member.sh', steps, { env: { KB_SYSTEM: '' } });
}

async function observe(open: OpenRemote, inputs: MembershipInputs): Promise<MembershipObserved> {
  return describe(await look(open, inputs));
}

/** The members joined side by side: a witness may know only those that were there before it. */
async function settle(open: OpenRemote, inputs: MembershipInputs): Promise<MembershipObserved> {
  const seen = await look(open, inputs);
  await syncWitnesses(open, inputs.nodes, seen);
  return describe(seen);
}

async function look(open: OpenRemote, inputs: MembershipInputs): Promise<SeenNode[]> {
  return (await observeNodes(members(inputs.nodes), open, 'brief')).map(toSeenNode);
}

function describe(seen: readonly SeenNode[]): MembershipObserved {
  const [primary] = primaries(seen);
  const marked = seen.filter(({ observation }) => isMarked(observation)).map(({ name }) => name);
  return {
    ...(marked.length === 0 ? {} : { teardown: marked }),
    primary: primary?.name ?? null,
    registered: (primary?.observation.repmgr.records ?? []).map((record) => record.name),
  };
}

/** Our block of the cron file, as the member has it. */
function cronFile({ cron }: NodeTarget): NodeFiles {
  if (cron === undefined) {
    return {};
  }
  const text = renderCronBlock(cron, { [CRON_TEMPLATE]: nodeTemplate(CRON_TEMPLATE) });
  return { [cron.path]: { text, mode: '0644', owner: 'root:root', onChange: 'cron', block: BLOCK } };
}

function members(nodes: readonly ClusterNode[]): ClusterNode[] {
  return nodes.filter((node) => node.target.role !== 'repository');
}

function clusterName(inputs: MembershipInputs): string {
  return inputs.nodes[0]?.target.cluster ?? 'cluster';
}
