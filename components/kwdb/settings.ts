/** kwdb:dr:WalSettings: the level of the write-ahead log of a KWDB cluster, in effect in every engine, and put back after every start of a node. */
import * as pulumi from '@pulumi/pulumi';
import { judgeLevelChange, rpoStatement, type RpoStatement, type WalLevel } from '../../core/kwdb/levels';
import { baseFiles, levelFiles } from '../../core/kwdb/render/kwdbFiles';
import type { KwdbInput } from '../../core/kwdb/spec/schema';
import type { KwdbSpec } from '../../core/kwdb/spec/types';
import { KwdbFiles, KwdbWal } from '../dynamic';
import { toFilesArgs } from '../host/fileArgs';
import { loadTemplates } from '../templates';
import { kwdbHost, parseKwdbInput } from './input';

export interface WalSettingsArgs {
  /** The cluster as in docs/reference/kwdb.md; `name` defaults to the name of the resource. */
  readonly cluster: KwdbInput;
  /** sync, flush, byrl or off; in effect at once, without a restart. Default: that of cluster.wal, else flush. */
  readonly level?: WalLevel;
  /** With its unit: 30s, 5m, 1h30m. Default: that of cluster.wal, else 1m. */
  readonly checkpointInterval?: string;
  /** Who answers for a level that keeps less: without it a lowering is refused at preview. */
  readonly waiver?: { readonly owner: string; readonly reason: string; readonly until: string };
  /** Private key to log in with; kept as a secret. Without it: connection.privateKeyFile or the agent. */
  readonly privateKey?: pulumi.Input<string>;
}

export class WalSettings extends pulumi.ComponentResource {
  /** What the kill of a process, a crash of the operating system and a power cut take of acknowledged rows. */
  declare readonly rpo: RpoStatement;
  /** Per node: persisted and engine level, interval of checkpoints; what drifted; files of the log that are stuck or gone; certificates that end within 30 days. As seen at the last up or refresh. */
  declare readonly observed: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;
  /** For the components that stand on this one. */
  declare readonly spec: KwdbSpec;
  declare readonly input: KwdbInput;
  declare readonly privateKey: pulumi.Output<string> | undefined;
  declare readonly ground: readonly pulumi.Resource[];

  constructor(name: string, args: WalSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, level, checkpointInterval, waiver } = args;
    const given = Object.entries({ level, checkpointInterval, waiver }).filter(([, value]) => value !== undefined);
    const input = { ...cluster, name: cluster.name ?? name, wal: { ...cluster.wal, ...Object.fromEntries(given) } };
    const spec = parseKwdbInput(name, input);
    const { wal } = spec;
    const rpo = rpoStatement(wal.level, wal.checkpointSeconds);
    super('kwdb:dr:WalSettings', name, { cluster: spec.name, secureMode: spec.secureMode, ...wal, rpo }, opts);
    const privateKey = args.privateKey === undefined ? undefined : pulumi.secret(args.privateKey);
    const templates = loadTemplates();
    const hosts = spec.nodes.map((node) => kwdbHost(spec, node, privateKey));
    const files = spec.nodes.map((node, index) => {
      const rendered = [...baseFiles({ spec, node, templates }), ...levelFiles({ spec, templates })];
      const host = hosts[index] as (typeof hosts)[number];
      return new KwdbFiles(`${name}-${node.name}-files`, { ...host, files: toFilesArgs(rendered) }, { parent: this });
    });
    if (pulumi.runtime.isDryRun()) {
      void pulumi.log.info(
        `level ${wal.level}: ${judgeLevelChange('flush', wal.level).consequence}; a power cut takes ${rpo.powerCut}`,
        this,
      );
    }
    const args_ = { cluster: spec.name, nodes: hosts, level: wal.level, checkpointSeconds: wal.checkpointSeconds };
    const waived = wal.waiver === undefined ? {} : { waiver: wal.waiver };
    const settings = new KwdbWal(`${name}-wal`, { ...args_, ...waived }, { parent: this, dependsOn: files });
    const { observed } = settings;
    Object.assign(this, { rpo, observed, spec, input, privateKey, ground: [...files, settings] });
    this.registerOutputs({ cluster: spec.name, rpo, observed });
  }
}
