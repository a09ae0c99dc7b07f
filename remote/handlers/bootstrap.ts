/** kingbase:Bootstrap: the one resource that creates data. It does so once, on one node, and takes up where a killed run stopped. */
import {
  decideBootstrap,
  findMissingData,
  type BootstrapDecision,
  type BootstrapFacts,
} from '../../core/bootstrap/decideBootstrap';
import { KingbaseError } from '../../core/finding';
import { readBootstrapLedger } from '../../core/member/ledger';
import { systemClock, type Clock } from '../clock';
import { applyDataFiles } from '../databaseFiles';
import { instanceEnv, type InstanceOptions } from '../instanceEnv';
import { toSeenNode } from '../member/memberFacts';
import type { NodeFiles } from '../nodeFiles';
import { ChangedMeanwhile, runSteps } from '../nodeSteps';
import { observeNodes, type ObservedMember } from '../observe/observeCluster';
import type { ClusterNode } from '../observe/observeNode';
import { holdCluster } from '../operation/holdCluster';
import type { OpenRemote } from '../remote';
import { onHost } from './support';
import type { Handler } from './types';

export interface BootstrapInputs {
  /** Every declared node; only database and witness nodes count. */
  readonly nodes: readonly ClusterNode[];
  /** Where a new cluster begins; of no meaning afterwards. */
  readonly first: string;
  readonly database: InstanceOptions;
  /** Files of the data directory, the same on every database node. */
  readonly files: NodeFiles;
}

export interface BootstrapOutputs extends BootstrapInputs {
  readonly systemIdentifier: string;
  /** Where the cluster began. It says nothing about who is primary now. */
  readonly bootstrapNode: string;
  /** By that node's clock, ISO 8601. */
  readonly createdAt: string;
  readonly observed?: BootstrapObserved;
}

export interface BootstrapObserved {
  readonly data: 'present' | 'missing' | 'unknown';
  readonly reason?: string;
}

const WAIT_MS = 90_000;
const POLL_MS = 2_000;

export function bootstrapHandler(
  open: OpenRemote,
  clock: Clock = systemClock,
): Handler<BootstrapInputs, BootstrapOutputs> {
  return {
    // What exists is never made again, whatever changes in the program: only data that is gone leads to an update, which refuses.
    diff: async (_id, olds) => ({ changes: olds.observed?.data === 'missing' }),
    create: async (inputs) => {
      requireFirst(inputs);
      const made = await holdCluster(open, inputs.nodes, 'bootstrap', () => bootstrap({ open, clock }, inputs));
      return { id: made.systemIdentifier, outs: { ...inputs, ...made, observed: { data: 'present' } } };
    },
    read: async (id, props) => ({
      id,
      props: { ...props, observed: await observeData(open, props, props.systemIdentifier) },
    }),
    update: async (_id, olds, news) => {
      const { systemIdentifier, bootstrapNode, createdAt } = olds;
      const nodes = await look(open, news.nodes);
      const missing = findMissingData(factsOf(news, nodes), systemIdentifier);
      if (missing !== undefined) {
        throw new KingbaseError(missing);
      }
      return { outs: { ...news, systemIdentifier, bootstrapNode, createdAt, observed: { data: 'present' } } };
    },
    // Data outlives the resource; Member's delete stops the database and says what stays.
    delete: async () => undefined,
  };
}

interface Context {
  readonly open: OpenRemote;
  readonly clock: Clock;
}

type Made = Pick<BootstrapOutputs, 'systemIdentifier' | 'bootstrapNode' | 'createdAt'>;

/** Looks, decides, acts, and looks again until a primary of this cluster runs. */
async function bootstrap(context: Context, inputs: BootstrapInputs): Promise<Made> {
  const deadline = context.clock.now() + WAIT_MS;
  let startedNow: string | undefined;
  for (;;) {
    const nodes = await look(context.open, inputs.nodes);
    const decision = decideBootstrap(factsOf(inputs, nodes));
    switch (decision.kind) {
      case 'refuse':
        throw new KingbaseError(decision.findings);
      case 'wait':
        if (context.clock.now() >= deadline) {
          throw new KingbaseError(decision.finding);
        }
        await context.clock.sleep(POLL_MS);
        break;
      case 'adopt':
        return adopted(nodes, decision);
      case 'create':
      case 'continue':
        try {
          return await build(context.open, inputs, nodes, decision);
        } catch (error) {
          if (!(error instanceof ChangedMeanwhile) || context.clock.now() >= deadline) {
            throw error;
          }
        }
        break;
      case 'start':
        if (startedNow === decision.node) {
          throw new Error(`${decision.node} was started as primary and is seen stopped again`);
        }
        startedNow = decision.node;
        await start(context.open, inputs, nodes, decision.node);
        break;
    }
  }
}

async function build(
  open: OpenRemote,
  inputs: BootstrapInputs,
  nodes: readonly ObservedMember[],
  decision: Extract<BootstrapDecision, { kind: 'create' | 'continue' }>,
): Promise<Made> {
  const { node, observation } = find(nodes, decision.node);
  const noted = observation.reachable
    ? readBootstrapLedger(observation.ledger.bootstrap, node.target.cluster)
    : { kind: 'none' as const };
  const note = decision.kind === 'continue' && noted.kind === 'read' ? noted.ledger : undefined;
  const createdAtSeconds = note?.createdAtSeconds ?? (observation.reachable ? observation.epochSeconds : 0);
  const env = {
    ...instanceEnv(inputs.database),
    KB_CREATED_AT: String(createdAtSeconds),
    KB_RESUME: decision.kind === 'continue' ? 'yes' : 'no',
    KB_NOTED_PHASE: note?.phase ?? '',
    KB_NOTED_IDENTIFIER: note?.systemIdentifier ?? '',
  };
  const systemIdentifier = await onHost(open, node.connection, async (remote) => {
    const identifier = await runSteps(remote, node.target, 'bootstrap.sh', ['create'], { env, timeoutMs: 420_000 });
    await applyDataFiles(remote, node.target, inputs.files);
    await runSteps(remote, node.target, 'bootstrap.sh', ['open'], { env });
    return identifier;
  });
  return { systemIdentifier, bootstrapNode: node.target.name, createdAt: isoTime(createdAtSeconds) };
}

/** The whole cluster was stopped (a destroy kept its data): its files come back, then the node that was primary last is started. */
async function start(
  open: OpenRemote,
  inputs: BootstrapInputs,
  nodes: readonly ObservedMember[],
  name: string,
): Promise<void> {
  const { node } = find(nodes, name);
  await onHost(open, node.connection, async (remote) => {
    await applyDataFiles(remote, node.target, inputs.files);
    await runSteps(remote, node.target, 'bootstrap.sh', ['start'], { env: { KB_CREATED_AT: '0' } });
  });
}

function adopted(nodes: readonly ObservedMember[], decision: Extract<BootstrapDecision, { kind: 'adopt' }>): Made {
  const notes = nodes.flatMap(({ target, observation }) => {
    const reading = observation.reachable
      ? readBootstrapLedger(observation.ledger.bootstrap, target.cluster)
      : { kind: 'none' as const };
    return reading.kind === 'read' ? [{ ...reading.ledger, node: target.name }] : [];
  });
  const { observation } = find(nodes, decision.node);
  const seconds = notes[0]?.createdAtSeconds ?? (observation.reachable ? observation.epochSeconds : 0);
  return {
    systemIdentifier: decision.systemIdentifier,
    bootstrapNode: notes[0]?.node ?? decision.node,
    createdAt: isoTime(seconds),
  };
}

async function observeData(open: OpenRemote, inputs: BootstrapInputs, identifier: string): Promise<BootstrapObserved> {
  const nodes = await look(open, inputs.nodes);
  const unreachable = nodes.filter((node) => !node.observation.reachable).map((node) => node.target.name);
  const missing = findMissingData(factsOf(inputs, nodes), identifier);
  if (missing !== undefined) {
    return { data: 'missing', reason: missing.message };
  }
  return unreachable.length === nodes.length
    ? { data: 'unknown', reason: `not reachable: ${unreachable.join(', ')}` }
    : { data: 'present' };
}

async function look(open: OpenRemote, nodes: readonly ClusterNode[]): Promise<ObservedMember[]> {
  const members = nodes.filter((node) => node.target.role !== 'repository');
  return observeNodes(members, open, 'brief');
}

function factsOf(inputs: BootstrapInputs, nodes: readonly ObservedMember[]): BootstrapFacts {
  const { target } = find(
    nodes,
    nodes.some((node) => node.target.name === inputs.first) ? inputs.first : nodes[0]?.target.name,
  );
  return {
    cluster: target.cluster,
    first: inputs.first,
    dataDirectory: target.data,
    walDirectory: target.wal ?? '',
    stateDirectory: target.state,
    nodes: nodes.map(toSeenNode),
  };
}

function requireFirst(inputs: BootstrapInputs): void {
  if (!inputs.nodes.some(({ target }) => target.name === inputs.first && target.role === 'database')) {
    throw new Error(`first: "${inputs.first}" is no database node of this cluster`);
  }
}

function find(nodes: readonly ObservedMember[], name: string | undefined): ObservedMember {
  const node = nodes.find(({ target }) => target.name === name);
  if (node === undefined) {
    throw new Error(`"${name}" is no node of this cluster`);
  }
  return node;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
