/** From a specification to what the templates below templates/kwdb are filled with. */
import { Literal } from '../../render/escape';
import type { View } from '../../render/template';
import { levelNumber } from '../levels';
import { exportOptions } from '../statements';
import type { KwdbBackup, KwdbNode, KwdbObjectStore, KwdbSpec } from '../spec/types';
import { OFF_IDENTITY, OFF_KNOWN_HOSTS, stateDirectory, STORE_KEY } from './paths';

function values(named: Readonly<Record<string, string>>): View[] {
  return Object.entries(named).map(([name, value]) => ({ name: new Literal(name), value }));
}

const hostPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

export function nodeAddress(spec: KwdbSpec, node: KwdbNode): string {
  return hostPort(node.host, spec.ports.sql);
}

/** undefined: the server asks for no certificate. */
export function certificatesOf(spec: KwdbSpec): string | undefined {
  return spec.secureMode === 'insecure' ? undefined : spec.certificates;
}

export function nodeConf(spec: KwdbSpec, node: KwdbNode): View {
  const { wal } = spec;
  return {
    values: values({
      KW_CLUSTER: spec.name,
      KW_NAME: node.name,
      KW_NODE_ID: String(node.id),
      KW_VERSION: spec.version,
      KW_USER: spec.managementUser,
      KW_PROGRAM: spec.program,
      KW_ADDRESS: nodeAddress(spec, node),
      KW_CERTIFICATES: certificatesOf(spec) ?? '',
      KW_STORE: spec.store,
      KW_STATE: stateDirectory(spec),
      KW_UNIT: 'kaiwudb.service',
      KW_LEVEL: String(levelNumber(wal.level)),
      KW_CHECKPOINT_SECONDS: String(wal.checkpointSeconds),
      KW_LEVEL_SECONDS: String(wal.assertTimeoutSeconds),
    }),
  };
}

export function backupConf(backup: KwdbBackup): View {
  const { offMachine, objectStore } = backup;
  return {
    values: values({
      KW_EXTERN: backup.externalDirectory,
      KW_BACKUP_DIRECTORY: backup.directory,
      KW_BACKUP_SECONDS: String(backup.timeoutSeconds),
      KW_BACKUP_USERS: String(backup.users),
      KW_BACKUP_SETTINGS: String(backup.clusterSettings),
      KW_EXPORT_OPTIONS: exportOptions({ charset: backup.charset, chunkRows: backup.chunkRows }),
      KW_KEEP_DAYS: String(backup.keepDays),
      KW_KEEP_AT_LEAST: String(backup.keepAtLeast),
      KW_OFF_HOST: offMachine?.host ?? '',
      KW_OFF_PORT: String(offMachine?.port ?? 22),
      KW_OFF_USER: offMachine?.user ?? '',
      KW_OFF_DIRECTORY: offMachine?.directory ?? '',
      KW_OFF_KEEP_DAYS: String(offMachine?.keepDays ?? 0),
      KW_OFF_IDENTITY: OFF_IDENTITY,
      KW_OFF_KNOWN_HOSTS: OFF_KNOWN_HOSTS,
      KW_S3_BUCKET: objectStore?.bucket ?? '',
      KW_S3_KEEP_DAYS: String(objectStore?.keepDays ?? 0),
    }),
    databases: backup.databases.map(({ name, tables, schemas }) => ({
      name,
      tables: tables.join(','),
      schemas: schemas.join(','),
    })),
  };
}

/** Of the object store, for its program; its key is in a file of its own. */
export function objectStoreConf({ externalDirectory, directory }: KwdbBackup, store: KwdbObjectStore): View {
  return {
    values: values({
      endpoint: store.endpoint,
      region: store.region,
      bucket: store.bucket,
      prefix: store.prefix,
      ca_file: store.caFile ?? '',
      key_file: STORE_KEY,
      runs: `${externalDirectory}/${directory}`,
      owner_of: externalDirectory,
    }),
  };
}

export function actionConf(spec: KwdbSpec, node: KwdbNode): View {
  const { name, host, id } = node;
  return {
    values: values({
      KB_CLUSTER: spec.name,
      KB_NAME: name,
      KB_ID: String(id),
      KB_HOST: host,
      KB_STATE: stateDirectory(spec),
      KB_USER: spec.managementUser,
      KB_DATA: spec.store,
    }),
    name,
    host,
    id,
  };
}

export function deployView(spec: KwdbSpec, node: KwdbNode): View {
  const { secureMode, managementUser, ports, store, connection } = spec;
  const peers = spec.nodes.filter(({ name }) => name !== node.name).map(({ host }) => host);
  return {
    secureMode,
    managementUser,
    httpPort: ports.http,
    sqlPort: ports.sql,
    brpcPort: ports.brpc,
    store,
    localHost: node.host,
    hasPeers: peers.length > 0,
    peers: peers.join(','),
    sshPort: connection.port,
    sshUser: connection.user,
  };
}

const isIpv6 = (source: string): boolean => source.includes(':');

/** Clients reach SQL and the console; nodes reach everything of one another. */
function sourcesByPort({
  nodes,
  clients,
  ports,
}: KwdbSpec): readonly { readonly port: number; readonly sources: readonly string[] }[] {
  const peers = nodes.map(({ host }) => host);
  return [
    { port: ports.sql, sources: [...peers, ...clients] },
    { port: ports.http, sources: [...peers, ...clients] },
    { port: ports.brpc, sources: peers },
  ];
}

export function firewalldView(spec: KwdbSpec): View {
  const rules = sourcesByPort(spec).flatMap(({ port, sources }) =>
    sources.map((source) => ({ family: isIpv6(source) ? 'ipv6' : 'ipv4', source, port })),
  );
  return { cluster: spec.name, rules };
}

export function nftView(spec: KwdbSpec): View {
  const ports = sourcesByPort(spec).map(({ port, sources }) => ({
    port,
    accepts: [false, true].flatMap((six) => {
      const family = sources.filter((source) => isIpv6(source) === six);
      return family.length === 0 ? [] : [{ family: six ? 'ip6' : 'ip', sources: family.join(','), port }];
    }),
  }));
  return { ports };
}

export function knownHostView({
  host,
  port,
  hostKey,
}: {
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
}): View {
  const [type = '', key = ''] = hostKey.split(/\s+/);
  return { name: port === 22 ? host : `[${host}]:${port}`, type, key };
}
