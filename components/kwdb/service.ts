/** kwdb:dr:Service: kaiwudb.service as it should be after a crash, deploy.cfg, kernel setting and firewall of each node. Nothing of it restarts a server. */
import * as pulumi from '@pulumi/pulumi';
import { formatFinding, type Finding } from '../../core/finding';
import { checkCertificates, type KwdbCertificates as Certificates } from '../../core/kwdb/placedCertificates';
import { serviceFiles } from '../../core/kwdb/render/kwdbFiles';
import { DEPLOY_CFG } from '../../core/kwdb/render/paths';
import type { KwdbInput } from '../../core/kwdb/spec/schema';
import type { KwdbSpec } from '../../core/kwdb/spec/types';
import { refusal } from '../clusterInput';
import { KwdbCertificates, KwdbFiles } from '../dynamic';
import { toFilesArgs } from '../host/fileArgs';
import type { SecretArgs } from '../hostArgs';
import { loadTemplates } from '../templates';
import { kwdbHost, parseKwdbInput } from './input';
import type { WalSettings } from './settings';

export type ServiceArgs = NonNullable<KwdbInput['service']> & {
  readonly settings: WalSettings;
  /**
   * Certificates for secure mode, as PEM, kept as a secret: placed in spec.certificates as ca.crt, node.crt, node.key and, with client, client.root.crt and
   * client.root.key. Checked before anything is sent: that they can be read, belong together, are signed by ca, name the host and the user (node, root), and
   * hold today. A file that is not ours is never overwritten without service.replaceCertificates; changed ones are read by SIGHUP (service.certificateReload),
   * node after node. Default: those of the installer stay. Taken out again, the files stay on the nodes.
   */
  readonly certificates?: pulumi.Input<Certificates>;
};

export class Service extends pulumi.ComponentResource {
  /** For the installer: `deploy.sh install` or KWDB-*.run beside this file. */
  declare readonly deployCfg: string;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, certificates, ...service } = args;
    const spec = parseKwdbInput(name, { ...settings.input, service: { ...settings.input.service, ...service } });
    if (certificates !== undefined) refuseMode(spec, name);
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
    if (certificates !== undefined) placeCertificates(this, { name, spec, settings }, certificates);
    Object.assign(this, { deployCfg: DEPLOY_CFG });
    this.registerOutputs({ deployCfg: DEPLOY_CFG });
  }
}

interface Placing {
  readonly name: string;
  readonly spec: KwdbSpec;
  readonly settings: WalSettings;
}

/** One node after the other, so that a mistake stops at the first; after the settings, whose statements must not meet a server that is between two authorities. */
function placeCertificates(
  parent: Service,
  { name, spec, settings }: Placing,
  given: pulumi.Input<Certificates>,
): void {
  const names = spec.nodes.map((node) => node.name);
  const secret = pulumi.secret(given);
  // Told by the resource: an error inside of apply leaves Pulumi half a minute of looking for what hangs on it. There is no value in them.
  const problems = pulumi.unsecret(
    secret.apply((value) => checkCertificates(value, names, 'certificates').map((one) => formatFinding(one))),
  );
  const { replaceCertificates: replace, certificateReload: reload } = spec.service;
  let before: KwdbCertificates[] = [];
  for (const node of spec.nodes) {
    const inputs = { ...kwdbHost(spec, node, settings.privateKey), host: node.host, replace, reload, problems };
    const secrets = secret.apply((value) => filesOf(value, node.name)) as unknown as SecretArgs;
    const opts = { parent, dependsOn: [...settings.ground, ...before] };
    before = [new KwdbCertificates(`${name}-${node.name}-certificates`, { ...inputs, secrets }, opts)];
  }
}

/** Also of a value that has not the shape: what is wrong with it is told beside it. */
function filesOf(given: Partial<Certificates> | undefined, node: string): Record<string, string> {
  const { ca, nodes, client } = given ?? {};
  const own = nodes?.[node];
  return {
    'ca.crt': String(ca ?? ''),
    'node.crt': String(own?.certificate ?? ''),
    'node.key': String(own?.key ?? ''),
    ...(client === undefined
      ? {}
      : { 'client.root.crt': String(client.certificate), 'client.root.key': String(client.key) }),
  };
}

function refuseMode({ secureMode }: KwdbSpec, name: string): void {
  const no = (message: string, hint: string): Finding => ({
    code: 'kwdb/certificates-unused',
    path: `${name}.certificates`,
    message,
    hint,
  });
  if (secureMode === 'insecure') {
    throw refusal([
      no('are given, and secureMode is insecure: no server would read them', 'Leave them out, or say secureMode: tls.'),
    ]);
  }
  if (secureMode === 'tlcp') {
    throw refusal([
      no(
        'are given, and secureMode is tlcp: under which names a server looks for its two pairs of TLCP is not established',
        'Leave them out and place them as the vendor says; a refresh looks at what lies there.',
      ),
    ]);
  }
}
