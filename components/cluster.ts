/**
 * kingbase:ha:Cluster: a KingbaseES high-availability cluster, from hosts that answer ssh to a primary with its standbys.
 * Preflight → programs and files per node → trust → bootstrap → members → rollout → membership → status.
 */
import * as pulumi from '@pulumi/pulumi';
import { computeBudget } from '../core/budget/computeBudget';
import type { Budget } from '../core/budget/types';
import { KingbaseError } from '../core/finding';
import type { ClusterStatusReport } from '../core/observe/clusterReport';
import { toPreflightRequest } from '../core/preflight/request';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import type { ClusterInput } from '../core/spec/schema';
import type { ClusterSpec } from '../core/spec/types';
import { planCluster } from '../core/topology/planCluster';
import type { ClusterPlan } from '../core/topology/types';
import { ClusterArgsError } from './clusterArgsError';
import { rolloutNodeArgs } from './database/rolloutArgs';
import { Bootstrap, ClusterStatus, Membership, Preflight, Rollout } from './dynamic';
import { connectionArgs } from './host/connectionArgs';
import { toFilesArgs } from './host/fileArgs';
import { instanceArgs } from './host/instanceArgs';
import { Node } from './host/node';
import type { PasswordArgs } from './hostArgs';
import { resolveNodeSource, type RawCluster } from './nodes/nodeSource';
import { loadTemplates } from './templates';

/** Passwords of the database, set before the first up; a later change is refused (secrets/rotation-not-supported), because the accounts themselves are not altered. */
export interface Passwords {
  /** Password of the superuser (database.superuser, `system`). */
  readonly system: string;
  /** Password of esrep, the account of replication and repmgr. */
  readonly esrep: string;
}

type ClusterFields = Partial<Pick<ClusterInput, 'nodes'>> & Omit<ClusterInput, 'nodes' | 'nodeSource'>;

/** The object under `kingbase:cluster`, and the secrets. Every field: docs/reference/cluster.md. */
export interface ClusterArgs extends ClusterFields {
  /** Where hosts come from, instead of or beside `nodes`. */
  readonly nodeSource?: { readonly kind: 'existing' } | { readonly kind: 'lab'; readonly name?: string };
  /** Kept as secrets in state, and in 0600 files on the nodes. */
  readonly passwords: pulumi.Input<Passwords>;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
}

export interface ClusterRole {
  readonly name: string;
  readonly host: string;
  readonly role: string;
}

export class Cluster extends pulumi.ComponentResource {
  /** host:port for reads and writes, whoever is primary: the virtual IP, or all hosts where there is none. */
  declare readonly readWriteEndpoint: pulumi.Output<string>;
  /** Connection URI for reads: a standby where one answers, else the primary (libpq 14 or newer); no password. */
  declare readonly readOnlyEndpoint: pulumi.Output<string>;
  /** Connection URI that tries every host and takes the one that accepts writes; no password. */
  declare readonly multiHostUri: pulumi.Output<string>;
  declare readonly jdbcUrl: pulumi.Output<string>;
  /** Seconds until writes go on, per failure and phase, what can be lost, and how long an isolated primary may go on. */
  declare readonly budget: pulumi.Output<Budget>;
  /** What all nodes said at the last update or refresh. */
  declare readonly topology: pulumi.Output<ClusterStatusReport>;
  /** Observed name of the primary; null where there is none, or more than one. */
  declare readonly primary: pulumi.Output<string | null>;
  /** Observed role of each node. */
  declare readonly roles: pulumi.Output<Readonly<Record<string, string>>>;
  /** Observed timeline of the primary. */
  declare readonly timeline: pulumi.Output<number | null>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = parseArgs(name, args);
    super('kingbase:ha:Cluster', name, { ...spec }, opts);
    const plan = planCluster(spec);
    const secrets = secretsOf(args);
    const nodes = this.declareNodes(plan, secrets);
    const preflight = this.declarePreflight(plan, nodes);
    const prepared = prepareNodes(nodes, preflight, secrets.passwords);
    const bootstrap = this.declareBootstrap(plan, nodes, prepared);
    const members = joinNodes(nodes, bootstrap);
    const status = this.declareClusterResources(plan, nodes, members);
    this.declareOutputs(plan, status);
  }

  private declareNodes(plan: ClusterPlan, { privateKey }: Secrets): readonly Node[] {
    const templates = loadTemplates();
    return plan.nodes.map((node) => {
      const connection = connectionArgs(plan.spec, node.node, privateKey);
      return new Node(`${plan.spec.name}-${node.name}`, { plan, node, templates, connection }, { parent: this });
    });
  }

  /** One for all hosts: it compares them, and shows every reason of every host at once. */
  private declarePreflight({ spec }: ClusterPlan, nodes: readonly Node[]): Preflight {
    const requests = nodes.map((node) => ({
      ...node.host,
      request: toPreflightRequest(node.plan, spec),
    }));
    return new Preflight(`${spec.name}-preflight`, { nodes: requests }, { parent: this });
  }

  private declareBootstrap(
    { spec }: ClusterPlan,
    nodes: readonly Node[],
    prepared: readonly pulumi.Resource[],
  ): Bootstrap {
    const members = nodes.filter(hasInstance);
    const first = members.find((node) => node.plan.role === 'database') as Node;
    return new Bootstrap(
      `${spec.name}-bootstrap`,
      {
        nodes: members.map((node) => node.host),
        first: first.plan.name,
        database: instanceArgs(spec.database),
        files: toFilesArgs(first.rendered.databaseFiles),
      },
      { parent: this, dependsOn: [...prepared] },
    );
  }

  private declareClusterResources(
    { spec }: ClusterPlan,
    nodes: readonly Node[],
    members: readonly pulumi.Resource[],
  ): ClusterStatus {
    const withInstance = nodes.filter(hasInstance);
    const rollout = new Rollout(
      `${spec.name}-rollout`,
      {
        nodes: withInstance.map((node) => rolloutNodeArgs(node.host, toFilesArgs(node.rendered.databaseFiles))),
        primaryMode: spec.rollout.primary,
        streamingTimeoutSeconds: spec.rollout.streamingTimeoutSeconds,
      },
      { parent: this, dependsOn: [...members] },
    );
    const membership = new Membership(
      `${spec.name}-membership`,
      { nodes: withInstance.map((node) => node.host) },
      { parent: this, dependsOn: [rollout, ...members] },
    );
    return new ClusterStatus(
      `${spec.name}-status`,
      { cluster: spec.name, nodes: nodes.map((node) => node.host) },
      { parent: this, dependsOn: [membership] },
    );
  }

  private declareOutputs({ spec, endpoints }: ClusterPlan, status: ClusterStatus): void {
    const topology = status.observed as unknown as pulumi.Output<ClusterStatusReport>;
    const outputs = {
      readWriteEndpoint: pulumi.output(endpoints.readWrite),
      readOnlyEndpoint: pulumi.output(endpoints.readOnly),
      multiHostUri: pulumi.output(endpoints.multiHostUri),
      jdbcUrl: pulumi.output(endpoints.jdbc),
      budget: pulumi.output(computeBudget(spec)),
      topology,
      primary: topology.apply((seen) => seen?.primary ?? null),
      roles: topology.apply((seen) => Object.fromEntries((seen?.nodes ?? []).map(({ name, role }) => [name, role]))),
      timeline: topology.apply((seen) => seen?.nodes.find((node) => node.name === seen.primary)?.timeline ?? null),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}

function hasInstance(node: Node): boolean {
  return node.plan.role !== 'repository';
}

function parseArgs(name: string, args: ClusterArgs): ClusterSpec {
  const { passwords: _passwords, privateKey: _privateKey, ...input } = args;
  try {
    const parsed = parseClusterSpec(resolveNodeSource(input as RawCluster), name);
    if (parsed.ok) {
      return parsed.spec;
    }
    throw new ClusterArgsError(name, parsed.findings);
  } catch (error) {
    throw error instanceof KingbaseError ? new ClusterArgsError(name, error.findings) : error;
  }
}

interface Secrets {
  readonly passwords: PasswordArgs;
  readonly privateKey: pulumi.Output<string> | undefined;
}

/** Secret whatever the caller marked: a password given in clear must not end in clear in state. */
function secretsOf(args: ClusterArgs): Secrets {
  const passwords = pulumi.secret(args.passwords);
  return {
    passwords: {
      system: passwords.apply((values) => requirePassword(values, 'system')),
      esrep: passwords.apply((values) => requirePassword(values, 'esrep')),
    },
    privateKey: args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey),
  };
}

function requirePassword(values: Partial<Passwords> | undefined, name: keyof Passwords): string {
  const value = values?.[name];
  if (typeof value === 'string' && value !== '') {
    return value;
  }
  throw new pulumi.RunError(
    `passwords.${name}: is missing\nHINT: Set it: pulumi config set --secret --path 'kingbase:passwords.${name}' …`,
  );
}

/** Programs and files on every node after the preflight of all, then trust between them. */
function prepareNodes(
  nodes: readonly Node[],
  preflight: Preflight,
  passwords: PasswordArgs,
): readonly pulumi.Resource[] {
  const prepared = nodes.flatMap((node) => node.prepare(preflight, passwords));
  const names = nodes.map((node) => node.plan.name);
  const publicKeys = pulumi
    .all(nodes.map((node) => node.install.publicKey))
    .apply((keys) => Object.fromEntries(keys.map((key, index) => [names[index] as string, key])));
  const installs = nodes.map((node) => node.install);
  return [...prepared, ...nodes.map((node) => node.trust(publicKeys, installs))];
}

/** Side by side: each asks the cluster who leads it. */
function joinNodes(nodes: readonly Node[], bootstrap: Bootstrap): readonly pulumi.Resource[] {
  const withInstance = nodes.filter(hasInstance);
  return withInstance.map((node) => {
    const peers = withInstance.filter((other) => other !== node).map((other) => other.host);
    return node.join(bootstrap, peers);
  });
}
