/**
 * kingbase:host:Node: one host of a cluster, brought along in the cluster's phases. Its resources touch this host only; nothing here knows
 * who is primary. At most six resources, names never change.
 */
import * as pulumi from '@pulumi/pulumi';
import { secretNamesIn } from '../../core/render/fillSecrets';
import { renderAuthorizedKeys, renderNode, type RenderedNode } from '../../core/render/renderNode';
import type { RenderedFile } from '../../core/render/types';
import type { TemplateSet } from '../../core/render/template';
import { toNodeTarget } from '../../core/topology/nodeTarget';
import type { ClusterPlan, NodePlan } from '../../core/topology/types';
import { type Bootstrap, Files, Install, Member, SecretFiles } from '../dynamic';
import type { ConnectionArgs, HostArgs, SecretSource } from '../hostArgs';
import { instanceArgs } from './instanceArgs';
import { toFilesArgs, toSecretFilesArgs } from './fileArgs';

export interface NodeArgs {
  readonly plan: ClusterPlan;
  readonly node: NodePlan;
  readonly templates: TemplateSet;
  readonly connection: ConnectionArgs;
  /** Id of its machine, where one is known. */
  readonly instance?: pulumi.Input<string>;
}

export class Node extends pulumi.ComponentResource {
  declare readonly host: HostArgs;
  declare readonly plan: NodePlan;
  declare readonly rendered: RenderedNode;
  declare install: Install;
  declare private readonly args: NodeArgs;
  declare private readonly prefix: string;
  /** What a member stands on; it goes before any of this goes. */
  declare private readonly ground: pulumi.Resource[];

  constructor(name: string, args: NodeArgs, opts: pulumi.ComponentResourceOptions) {
    const { node } = args;
    super('kingbase:host:Node', name, { name: node.name, host: node.host, role: node.role }, opts);
    this.args = args;
    this.prefix = name;
    this.ground = [];
    this.plan = node;
    this.host = { connection: args.connection, target: toNodeTarget(node, args.plan.spec) };
    this.rendered = renderNode(args.plan, node, args.templates);
    this.registerOutputs({ host: node.host, role: node.role });
  }

  /** Programs, key, files. Everything waits for the preflight of all nodes: a refused run changes nothing anywhere. */
  prepare(preflight: pulumi.Resource, secretOf: SecretSource): readonly pulumi.Resource[] {
    const { spec } = this.args.plan;
    const { source, zip, zipSha256, license } = spec.install;
    this.install = new Install(
      `${this.prefix}-install`,
      {
        ...this.host,
        install: { source, zip, zipSha256, license },
        identity: this.plan.paths.ssh.identity,
        setuidCopies: spec.virtualIp?.privilege === 'setuidCopy' && this.plan.role === 'database',
        ...(this.args.instance === undefined ? {} : { instance: this.args.instance }),
      },
      this.after([preflight]),
    );
    const { files, secretFiles } = this.rendered;
    const opts = this.after([this.install]);
    this.ground.push(new Files(`${this.prefix}-files`, { ...this.host, files: toFilesArgs(files) }, opts));
    if (secretFiles.length > 0) {
      const secrets = Object.fromEntries(secretNames(secretFiles).map((name) => [name, secretOf(name)]));
      const secretArgs = { ...this.host, files: toSecretFilesArgs(secretFiles), secrets };
      this.ground.push(new SecretFiles(`${this.prefix}-secrets`, secretArgs, opts));
    }
    return [this.install, ...this.ground];
  }

  /** Who may log in from where, once every node has its key. */
  trust(publicKeys: pulumi.Input<Readonly<Record<string, string>>>, installs: readonly pulumi.Resource[]): Files {
    const { plan, templates } = this.args;
    const files = pulumi
      .output(publicKeys)
      .apply((keys) => toFilesArgs([renderAuthorizedKeys(plan, this.plan, keys, templates)]));
    const trust = new Files(`${this.prefix}-trust`, { ...this.host, files }, this.after(installs));
    this.ground.push(trust);
    return trust;
  }

  /** Joins the cluster, whoever leads it. Only for nodes with an instance. */
  join(bootstrap: Bootstrap, peers: readonly HostArgs[]): Member {
    const isWitness = this.plan.role === 'witness';
    return new Member(
      `${this.prefix}-member`,
      {
        ...this.host,
        peers,
        files: toFilesArgs(this.rendered.databaseFiles),
        systemIdentifier: bootstrap.systemIdentifier,
        incarnation: this.install.incarnation,
        ...(isWitness ? { database: instanceArgs(this.args.plan.spec.database) } : {}),
      },
      this.after([bootstrap, ...this.ground]),
    );
  }

  private after(dependsOn: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [...dependsOn] };
  }
}

/** A node gets those that its own files name. */
export function secretNames(files: readonly RenderedFile[]): string[] {
  return [...new Set(files.flatMap(({ text }) => secretNamesIn(text)))];
}
