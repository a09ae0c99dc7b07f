/** kwdb:dr:Service: kaiwudb.service as it should be after a crash, deploy.cfg, kernel setting and firewall of each node. Nothing of it restarts a server. */
import * as pulumi from '@pulumi/pulumi';
import { serviceFiles } from '../../core/kwdb/render/kwdbFiles';
import { DEPLOY_CFG } from '../../core/kwdb/render/paths';
import type { KwdbInput } from '../../core/kwdb/spec/schema';
import { KwdbFiles } from '../dynamic';
import { toFilesArgs } from '../host/fileArgs';
import { loadTemplates } from '../templates';
import { kwdbHost, parseKwdbInput } from './input';
import type { WalSettings } from './settings';

export type ServiceArgs = NonNullable<KwdbInput['service']> & {
  readonly settings: WalSettings;
};

export class Service extends pulumi.ComponentResource {
  /** For the installer: `deploy.sh install` or KWDB-*.run beside this file. */
  declare readonly deployCfg: string;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, ...service } = args;
    const spec = parseKwdbInput(name, { ...settings.input, service: { ...settings.input.service, ...service } });
    super('kwdb:dr:Service', name, { cluster: spec.name, secureMode: spec.secureMode, ...spec.service }, opts);
    const templates = loadTemplates();
    for (const node of spec.nodes) {
      const files = toFilesArgs(serviceFiles({ spec, node, templates }));
      const host = kwdbHost(spec, node, settings.privateKey);
      new KwdbFiles(
        `${name}-${node.name}-files`,
        { ...host, files },
        { parent: this, dependsOn: [...settings.ground] },
      );
    }
    Object.assign(this, { deployCfg: DEPLOY_CFG });
    this.registerOutputs({ deployCfg: DEPLOY_CFG });
  }
}
