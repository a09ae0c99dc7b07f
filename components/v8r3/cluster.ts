/**
 * kingbase:v8r3:Cluster: the configuration of a KingbaseES V8R3 cluster (kingbasecluster) that is installed: both pools, every database, the
 * automation's cron lines, firewall and ssh trust. It creates no database, starts nothing and stops nothing.
 */
import * as pulumi from '@pulumi/pulumi';
import { formatDetection, detectionRows, detectionSettings, type DetectionRow } from '../../core/v8r3/formatDetection';
import { planV8r3 } from '../../core/v8r3/plan/planV8r3';
import { toV8r3PreflightRequest } from '../../core/v8r3/preflight/request';
import { parseV8r3Spec } from '../../core/v8r3/spec/parseV8r3Spec';
import type { V8r3Input } from '../../core/v8r3/spec/schema';
import type { V8r3Spec } from '../../core/v8r3/spec/types';
import { ClusterArgsError } from '../clusterArgsError';
import { V8r3Preflight } from '../dynamic';
import { connectionArgs } from '../host/connectionArgs';
import type { SecretSource } from '../hostArgs';
import { loadTemplates } from '../templates';
import { V8r3Node } from './node';

/** As they are on the running cluster: the accounts are not altered. A later change is refused, as the files alone must not change. */
export interface V8r3Passwords {
  /** Of database.superuser (SYSTEM): standbys replicate with it. */
  readonly system: string;
  /** Of database.maintenanceUser (SUPERMANAGER_V8ADMIN): health check and recovery script. */
  readonly supermanager: string;
  /** Of pool.pcpUser: pcp_attach_node. */
  readonly pcp: string;
  /** wd_authkey: what the two watchdogs sign with. */
  readonly watchdog: string;
}

/** The object under `kingbase:v8r3`, and the secrets. Every field: docs/reference/v8r3.md. */
export interface V8r3ClusterArgs extends V8r3Input {
  /** Kept as secrets in state, and in 0600 files on the nodes. */
  readonly passwords: pulumi.Input<V8r3Passwords>;
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
}

export class Cluster extends pulumi.ComponentResource {
  /** The checked input. */
  declare readonly spec: V8r3Spec;
  /** host:port of the pool, at the address that follows the watchdog's MASTER. */
  declare readonly poolEndpoint: pulumi.Output<string>;
  /** host:port of the primary database, at the address that the scripts move. */
  declare readonly databaseEndpoint: pulumi.Output<string>;
  /** Seconds until the loss of the primary is noticed, and until it is replaced, for each way to lose it. */
  declare readonly detection: pulumi.Output<readonly DetectionRow[]>;
  /** The same as a table. */
  declare readonly detectionTable: pulumi.Output<string>;

  constructor(name: string, args: V8r3ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = parseArgs(name, args);
    super('kingbase:v8r3:Cluster', name, { ...spec }, opts);
    this.spec = spec;
    const plan = planV8r3(spec);
    const templates = loadTemplates();
    const privateKey = args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey);
    const nodes = plan.nodes.map((node) => {
      const connection = connectionArgs(spec, node.node, privateKey);
      return new V8r3Node(`${spec.name}-${node.name}`, { plan, node, templates, connection }, { parent: this });
    });
    const requests = nodes.map(({ host, plan: node }) => ({
      connection: host.connection,
      request: toV8r3PreflightRequest(plan, node),
    }));
    const preflight = new V8r3Preflight(`${spec.name}-preflight`, { nodes: requests }, { parent: this });
    const secretOf = secretsOf(args.passwords);
    nodes.forEach((node) => node.prepare(preflight, secretOf));
    connectTrust(nodes);
    this.declareOutputs(spec, plan.endpoints);
  }

  private declareOutputs(spec: V8r3Spec, endpoints: { readonly pool: string; readonly database: string }): void {
    const settings = detectionSettings(spec);
    const table = formatDetection(settings);
    if (pulumi.runtime.isDryRun()) void pulumi.log.info(table, this);
    const outputs = {
      poolEndpoint: pulumi.output(endpoints.pool),
      databaseEndpoint: pulumi.output(endpoints.database),
      detection: pulumi.output(detectionRows(settings)),
      detectionTable: pulumi.output(table),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}

function parseArgs(name: string, args: V8r3ClusterArgs): V8r3Spec {
  const { passwords: _passwords, privateKey: _privateKey, ...input } = args;
  const parsed = parseV8r3Spec(input, name);
  if (parsed.ok) return parsed.spec;
  throw new ClusterArgsError(name, parsed.findings);
}

/** Secret whatever the caller marked; a value is asked for only where a file names it. */
function secretsOf(given: pulumi.Input<V8r3Passwords>): SecretSource {
  const passwords = pulumi.secret(given);
  return (name) =>
    passwords.apply((values) => {
      const value = (values as Partial<Record<string, string>> | undefined)?.[name];
      if (typeof value === 'string' && value !== '') return value;
      throw new pulumi.RunError(
        `passwords.${name}: is missing\nHINT: Set it: pulumi config set --secret --path 'kingbase:passwords.${name}' …`,
      );
    });
}

function connectTrust(nodes: readonly V8r3Node[]): void {
  const names = nodes.map(({ plan }) => plan.name);
  const publicKeys = pulumi
    .all(nodes.map(({ key }) => key.publicKey))
    .apply((keys) => Object.fromEntries(keys.map((key, index) => [names[index] as string, key])));
  const keys = nodes.map(({ key }) => key);
  nodes.forEach((node) => node.trust(publicKeys, keys));
}
