/** A stack of KWDB: `kingbase:kwdb` in place of `kingbase:cluster`, with its records under `kingbase:kwdbRestores` and `kingbase:kwdbCrashRestarts`, the key of its object store under `kingbase:kwdbObjectStoreKey`, certificates under `kingbase:kwdbCertificates`. */
import * as pulumi from '@pulumi/pulumi';
import type { CrashRestartRequest } from '../core/kwdb/action/crashRestart';
import type { RestoreRequest } from '../core/kwdb/restore/request';
import type * as kwdbComponents from './kwdb';
import type { Backup, KwdbCertificates, KwdbInput, ObjectStoreKey, WalSettings } from './kwdb';

type Components = typeof kwdbComponents;

/** undefined: the stack is one of another system. */
export function declareKwdb(config: pulumi.Config): Record<string, unknown> | undefined {
  const cluster = config.getObject<KwdbInput>('kwdb');
  if (cluster === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded where such a cluster is declared
  const components = require('./kwdb') as Components;
  const name = typeof cluster.name === 'string' ? cluster.name : pulumi.getStack();
  const settings = new components.WalSettings(name, { cluster, privateKey: config.getSecret('privateKey') });
  const { deployCfg } = new components.Service(`${name}-service`, { settings, ...certificatesOf(config) });
  const backup =
    cluster.backup === undefined
      ? undefined
      : new components.Backup(`${name}-backup`, { settings, ...storeKey(config), ...cluster.backup });
  const { rpo, observed: level } = settings;
  return {
    rpo,
    level,
    deployCfg,
    ...(backup === undefined ? {} : { backup: backup.observed, backupKey: backup.publicKey }),
    ...declareRestores(config, components, name, backup),
    ...declareCrashRestarts(config, components, name, settings),
  };
}

function certificatesOf(config: pulumi.Config): { readonly certificates?: pulumi.Output<KwdbCertificates> } {
  const certificates = config.getSecretObject<KwdbCertificates>('kwdbCertificates');
  return certificates === undefined ? {} : { certificates };
}

function storeKey(config: pulumi.Config): { readonly objectStoreKey?: pulumi.Output<ObjectStoreKey> } {
  const objectStoreKey = config.getSecretObject<ObjectStoreKey>('kwdbObjectStoreKey');
  return objectStoreKey === undefined ? {} : { objectStoreKey };
}

function declareRestores(
  config: pulumi.Config,
  { Restore }: Components,
  name: string,
  backup: Backup | undefined,
): Record<string, unknown> {
  const requests = config.getObject<readonly RestoreRequest[]>('kwdbRestores') ?? [];
  if (requests.length === 0) return {};
  if (backup === undefined) {
    throw new pulumi.RunError('kingbase:kwdbRestores: there is no `backup` under kingbase:kwdb to restore from');
  }
  const done = requests.map((request) => [
    request.requestId,
    new Restore(`${name}-restore-${request.requestId}`, { backup, ...request }).result,
  ]);
  return { restores: Object.fromEntries(done) as Record<string, unknown> };
}

function declareCrashRestarts(
  config: pulumi.Config,
  { CrashRestart }: Components,
  name: string,
  settings: WalSettings,
): Record<string, unknown> {
  const requests = config.getObject<readonly CrashRestartRequest[]>('kwdbCrashRestarts') ?? [];
  const done = requests.map((request) => [
    request.requestId,
    new CrashRestart(`${name}-crashRestart-${request.requestId}`, { settings, ...request }).result,
  ]);
  return done.length === 0 ? {} : { crashRestarts: Object.fromEntries(done) as Record<string, unknown> };
}
