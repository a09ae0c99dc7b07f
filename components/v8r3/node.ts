/** kingbase:v8r3:Node: one host of a V8R3 cluster: its key, its files, who may log in. Nothing here knows who is primary. */
import * as pulumi from '@pulumi/pulumi';
import type { TemplateSet } from '../../core/render/template';
import { renderV8r3, renderV8r3Trust } from '../../core/v8r3/render/renderV8r3';
import { vendorPrograms } from '../../core/v8r3/preflight/request';
import type { V8r3NodePlan, V8r3Plan } from '../../core/v8r3/plan/types';
import { Files, SecretFiles, V8r3Host } from '../dynamic';
import { toFilesArgs, toSecretFilesArgs } from '../host/fileArgs';
import { secretNames } from '../host/node';
import type { ConnectionArgs, FileHostArgs, SecretSource } from '../hostArgs';

export interface V8r3NodeArgs {
  readonly plan: V8r3Plan;
  readonly node: V8r3NodePlan;
  readonly templates: TemplateSet;
  readonly connection: ConnectionArgs;
}

export class V8r3Node extends pulumi.ComponentResource {
  declare readonly host: FileHostArgs;
  declare readonly plan: V8r3NodePlan;
  declare key: V8r3Host;
  declare private readonly args: V8r3NodeArgs;
  declare private readonly prefix: string;

  constructor(name: string, args: V8r3NodeArgs, opts: pulumi.ComponentResourceOptions) {
    const { node } = args;
    const isPool = node.pool !== undefined;
    super('kingbase:v8r3:Node', name, { name: node.name, host: node.host, id: node.id, pool: isPool }, opts);
    this.args = args;
    this.prefix = name;
    this.plan = node;
    this.host = { connection: args.connection, target: toFileTarget(node) };
    this.registerOutputs({ host: node.host });
  }

  /** Key first, then files. Everything waits for the preflight of all nodes: a refused run changes nothing anywhere. */
  prepare(preflight: pulumi.Resource, secretOf: SecretSource): void {
    const { plan, templates } = this.args;
    const { os } = plan.spec;
    this.key = new V8r3Host(
      `${this.prefix}-host`,
      {
        ...this.host,
        osUser: os.user,
        osGroup: os.group,
        home: os.home,
        identity: this.plan.paths.ssh.identity,
        programs: vendorPrograms(this.plan),
      },
      this.after([preflight]),
    );
    const { files, databaseFiles, secretFiles } = renderV8r3(plan, this.plan, templates);
    const opts = this.after([this.key]);
    new Files(`${this.prefix}-files`, { ...this.host, files: toFilesArgs(files) }, opts);
    const secrets = Object.fromEntries(secretNames(secretFiles).map((secret) => [secret, secretOf(secret)]));
    const written = new SecretFiles(
      `${this.prefix}-secrets`,
      { ...this.host, files: toSecretFilesArgs(secretFiles), secrets },
      opts,
    );
    // The cron lines are among them: they run scripts that read the files above.
    new Files(`${this.prefix}-database`, { ...this.host, files: toFilesArgs(databaseFiles) }, this.after([written]));
  }

  /** Who may log in from where, once every node has its key. */
  trust(publicKeys: pulumi.Input<Readonly<Record<string, string>>>, keys: readonly pulumi.Resource[]): void {
    const { plan, templates } = this.args;
    const files = pulumi
      .output(publicKeys)
      .apply((known) => toFilesArgs(renderV8r3Trust(plan, this.plan, known, templates)));
    new Files(`${this.prefix}-trust`, { ...this.host, files }, this.after(keys));
  }

  private after(dependsOn: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [...dependsOn] };
  }
}

export function toFileTarget({ cluster, name, host, paths }: V8r3NodePlan): FileHostArgs['target'] {
  return { cluster, name, host, role: 'database', data: paths.data, state: paths.state };
}
