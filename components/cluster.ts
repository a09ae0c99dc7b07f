/**
 * kingbase:ha:Cluster: a KingbaseES high-availability cluster, from hosts that answer ssh to a primary with its standbys.
 * Preflight → programs and files per node → trust → bootstrap → members → rollout → membership → backups → status.
 */
import * as pulumi from '@pulumi/pulumi';
import type { Armed, BackupReport } from '../core/backup/observation';
import { computeBudget } from '../core/budget/computeBudget';
import type { Budget } from '../core/budget/types';
import type { ClusterStatusReport } from '../core/observe/clusterReport';
import { toPreflightRequest } from '../core/preflight/request';
import type { ClusterInput } from '../core/spec/schema';
import type { ClusterSpec } from '../core/spec/types';
import { planCluster } from '../core/topology/planCluster';
import type { ClusterPlan } from '../core/topology/types';
import { declareBackups } from './backup/declareBackups';
import { parseClusterInput } from './clusterInput';
import { rolloutNodeArgs } from './database/rolloutArgs';
import { Bootstrap, ClusterStatus, Membership, Preflight, Rollout } from './dynamic';
import { connectionArgs } from './host/connectionArgs';
import { toFilesArgs } from './host/fileArgs';
import { instanceArgs } from './host/instanceArgs';
import { Node } from './host/node';
import type { SecretSource } from './hostArgs';
import { loadTemplates } from './templates';

/** Passwords of the database, set before the first up; a later change is refused (secrets/rotation-not-supported), because the accounts themselves are not altered. */
export interface Passwords {
  /** Password of the superuser (database.superuser, `system`). */
  readonly system: string;
  /** Password of esrep, the account of replication and repmgr. */
  readonly esrep: string;
}

/** Of the repositories of `backup`: which are needed follows from its encryption and kind. */
export interface BackupSecrets {
  /** Passphrase of an encrypted repository. Without it no backup can ever be read: keep a copy elsewhere. */
  readonly passphrase?: string;
  /** Access key of an object store. */
  readonly s3Key?: string;
  readonly s3KeySecret?: string;
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
  /** Needed with backup.encryption or an object store; kept as secrets, and in a 0600 file on the repository's host only. */
  readonly backupSecrets?: pulumi.Input<BackupSecrets>;
  /**
   * Ids of the machines by name of the node, where somebody knows them (AwsNodes does). Under another id a node is set up anew and joins as a
   * standby; it never bootstraps. Without: the machine-id, as a refresh reads it.
   */
  readonly incarnations?: pulumi.Input<Readonly<Record<string, string>>>;
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
  /** Observed: the last backups, how far a restore reaches, lag of the archive, and what is wrong; null where no backups are declared. */
  declare readonly backup: pulumi.Output<BackupReport | null>;
  /** Observed: does every condition for failover and recovery hold? With every reason why not. */
  declare readonly armed: pulumi.Output<Armed>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = parseArgs(name, args);
    super('kingbase:ha:Cluster', name, { ...spec }, opts);
    const plan = planCluster(spec);
    const secrets = secretsOf(args);
    const nodes = this.declareNodes(plan, secrets, args.incarnations);
    const preflight = this.declarePreflight(plan, nodes);
    const prepared = prepareNodes(nodes, preflight, secrets.secretOf);
    const bootstrap = this.declareBootstrap(plan, nodes, prepared);
    const members = joinNodes(nodes, bootstrap);
    const status = this.declareClusterResources(plan, nodes, members);
    this.declareOutputs(plan, status);
  }

  private declareNodes(
    plan: ClusterPlan,
    { privateKey }: Secrets,
    incarnations: ClusterArgs['incarnations'],
  ): readonly Node[] {
    const templates = loadTemplates();
    const ids = incarnations === undefined ? undefined : pulumi.output(incarnations);
    return plan.nodes.map((node) => {
      const instance = ids?.apply((known) => known[node.name] ?? '');
      const connection = connectionArgs(plan.spec, node.node, privateKey);
      return new Node(
        `${plan.spec.name}-${node.name}`,
        { plan, node, templates, connection, instance },
        { parent: this },
      );
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
    plan: ClusterPlan,
    nodes: readonly Node[],
    members: readonly pulumi.Resource[],
  ): ClusterStatus {
    const { spec, backup } = plan;
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
    const backups = declareBackups(this, plan, nodes, [membership]);
    return new ClusterStatus(
      `${spec.name}-status`,
      {
        cluster: spec.name,
        nodes: nodes.map((node) => node.host),
        ...(backup === undefined ? {} : { backup }),
        licenseMinDays: spec.install.licenseMinDays,
      },
      { parent: this, dependsOn: [membership, ...backups] },
    );
  }

  private declareOutputs({ spec, endpoints }: ClusterPlan, status: ClusterStatus): void {
    const observed = status.observed as unknown as pulumi.Output<ClusterStatusReport | undefined>;
    const topology = observed.apply((seen) => withoutBackups(seen));
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
      backup: observed.apply((seen) => seen?.backup ?? null),
      armed: observed.apply((seen) => seen?.armed ?? NOT_LOOKED),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}

const NOT_LOOKED: Armed = { armed: false, reasons: ['the cluster was not looked at yet'] };

/** They are outputs of their own. */
function withoutBackups(seen: ClusterStatusReport | undefined): ClusterStatusReport {
  if (seen === undefined) return seen as unknown as ClusterStatusReport;
  const { backup: _backup, armed: _armed, ...topology } = seen;
  return topology;
}

function hasInstance(node: Node): boolean {
  return node.plan.role !== 'repository';
}

function parseArgs(name: string, args: ClusterArgs): ClusterSpec {
  const {
    passwords: _passwords,
    privateKey: _privateKey,
    backupSecrets: _secrets,
    incarnations: _ids,
    ...input
  } = args;
  return parseClusterInput(name, input);
}

interface Secrets {
  /** By the name that rendered text gives them: a value is asked for only where a file names it. */
  readonly secretOf: SecretSource;
  readonly privateKey: pulumi.Output<string> | undefined;
}

/** Secret whatever the caller marked: a password given in clear must not end in clear in state. */
function secretsOf(args: ClusterArgs): Secrets {
  const passwords = pulumi.secret(args.passwords);
  const backup = pulumi.secret(args.backupSecrets ?? {});
  const backupSecret = (name: keyof BackupSecrets): pulumi.Output<string> =>
    backup.apply((values) => requireSecret(values, 'backupSecrets', name));
  const sources: Readonly<Record<string, () => pulumi.Output<string>>> = {
    system: () => passwords.apply((values) => requireSecret(values, 'passwords', 'system')),
    esrep: () => passwords.apply((values) => requireSecret(values, 'passwords', 'esrep')),
    repoPassphrase: () => backupSecret('passphrase'),
    s3Key: () => backupSecret('s3Key'),
    s3KeySecret: () => backupSecret('s3KeySecret'),
  };
  return {
    secretOf: (name) => {
      const source = sources[name];
      if (source === undefined) throw new Error(`no secret is called ${name}`);
      return source();
    },
    privateKey: args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey),
  };
}

function requireSecret<T extends object>(
  values: Partial<T> | undefined,
  group: string,
  name: keyof T & string,
): string {
  const value = values?.[name];
  if (typeof value === 'string' && value !== '') {
    return value;
  }
  throw new pulumi.RunError(
    `${group}.${name}: is missing\nHINT: Set it: pulumi config set --secret --path 'kingbase:${group}.${name}' …`,
  );
}

/** Programs and files on every node after the preflight of all, then trust between them. */
function prepareNodes(
  nodes: readonly Node[],
  preflight: Preflight,
  secretOf: SecretSource,
): readonly pulumi.Resource[] {
  const prepared = nodes.flatMap((node) => node.prepare(preflight, secretOf));
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
