// Fills every default, from the schema where it is a constant and here where it follows from another field.
import type { FromSchema } from 'json-schema-to-ts';
import { archiveCommandOf } from '../backup/archiveCommand';
import type { BackupSpec } from '../backup/types';
import { presets, type FailoverNumbers } from '../budget/presets';
import { fillBackup } from './fillBackup';
import { clusterSchema } from './schema';
import { virtualIpSchema } from './schema/failover';
import type {
  ArchiveSpec,
  ClusterSpec,
  ConnectionSpec,
  EndpointSpec,
  FailoverSpec,
  MetricsSpec,
  NodeSpec,
  VirtualIpSpec,
} from './types';
import type { SchemaNode } from './validateShape';

type Filled = FromSchema<typeof clusterSchema>;
type FilledNode = Filled['nodes'][number];

/**
 * The whole spec. What is required and missing (or was taken out as wrong) becomes the empty string: the finding
 * about it exists already, and the rules skip it.
 */
export function fillDefaults(input: unknown, fallbackName: string): ClusterSpec {
  const filled = applyDefaults(clusterSchema as SchemaNode, input) as Filled;
  const name = filled.name ?? fallbackName;
  const os = fillOs(filled.os);
  const prefix = filled.directories.prefix ?? `${os.home}/cluster/${name}/kingbase`;
  const virtualIp = fillVirtualIp(filled.virtualIp);
  const nodes = fillNodes(filled.nodes ?? [], virtualIp?.netDevice ?? 'eth0');
  const backup =
    filled.backup === undefined
      ? undefined
      : fillBackup(filled.backup, { version: filled.version, home: os.home, nodes });
  return {
    name,
    version: filled.version,
    nodes,
    connection: fillConnection(filled.connection),
    install: filled.install,
    os,
    directories: { ...filled.directories, prefix, data: filled.directories.data ?? `${prefix}/data` },
    database: {
      ...filled.database,
      caseSensitive: hasOwn(input, 'database', 'caseSensitive')
        ? filled.database.caseSensitive
        : filled.database.mode !== 'mysql',
      parameters: asStrings(filled.database.parameters),
    },
    replication: filled.replication,
    failover: fillFailover(filled.failover),
    virtualIp: virtualIp?.spec,
    ...(filled.endpoint === undefined ? {} : { endpoint: fillEndpoint(filled.endpoint, nodes) }),
    ...(filled.metrics === undefined ? {} : { metrics: filled.metrics as MetricsSpec }),
    remoteChannel: fillRemoteChannel(filled.remoteChannel, filled.connection.port),
    clients: filled.clients.map(withLength),
    archive:
      backup === undefined
        ? fillArchive(filled.archive, filled.version, prefix)
        : fillRepositoryArchive(filled.archive, backup, { version: filled.version, timezone: os.timezone, prefix }),
    ...(backup === undefined ? {} : { backup }),
    repmgrParameters: asStrings(filled.repmgrParameters),
    rollout: filled.rollout,
    preflight: filled.preflight,
  };
}

/** Constants of the schema, down to the entries of lists; unions are filled by their own function. */
export function applyDefaults(schema: SchemaNode, value: unknown): unknown {
  const given = value === undefined ? structuredClone(schema.default) : value;
  if (Array.isArray(given)) return given.map((entry) => applyDefaults(schema.items ?? {}, entry ?? hole(schema.items)));
  if (schema.properties === undefined || typeof given !== 'object' || given === null) return given;
  const result: Record<string, unknown> = { ...given };
  for (const [key, child] of Object.entries(schema.properties)) {
    const filled = applyDefaults(child, result[key]);
    if (filled !== undefined) result[key] = filled;
  }
  return result;
}

// An entry that was taken out keeps its place, empty, so that the paths of the others stay right.
function hole(schema: SchemaNode | undefined): unknown {
  return schema?.type === 'object' ? {} : '';
}

function fillNodes(nodes: readonly FilledNode[], netDevice: string): NodeSpec[] {
  let position = 0;
  return nodes.map((node) => {
    if (node.role !== 'repository') position += 1;
    const { user, port, ...rest } = node;
    const own = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
    return {
      ...rest,
      name: node.name ?? '',
      host: node.host ?? '',
      hostKey: (node.hostKey ?? '').trim(),
      id: node.id ?? (node.role === 'repository' ? 0 : position),
      netDevice: node.netDevice ?? netDevice,
      ...(Object.keys(own).length === 0 ? {} : { connection: own }),
    };
  });
}

export function fillConnection(connection: Filled['connection']): ConnectionSpec {
  const { bastion, ...rest } = connection;
  if (bastion === undefined) return rest;
  return {
    ...rest,
    bastion: {
      ...bastion,
      host: bastion.host ?? '',
      hostKey: (bastion.hostKey ?? '').trim(),
      user: bastion.user ?? connection.user,
    },
  };
}

function fillOs(os: Filled['os']): ClusterSpec['os'] {
  return { ...os, group: os.group ?? os.user, home: os.home ?? `/home/${os.user}` };
}

function fillFailover(failover: Filled['failover']): FailoverSpec {
  const numbers: FailoverNumbers = presets[failover.preset].numbers;
  return { ...numbers, ...failover } as FailoverSpec;
}

function fillVirtualIp(given: Filled['virtualIp']): { spec: VirtualIpSpec; netDevice: string | undefined } | undefined {
  if (given === undefined) return undefined;
  const object = typeof given === 'string' ? { address: given } : given;
  const filled = applyDefaults(virtualIpSchema.anyOf[1] as SchemaNode, object) as Exclude<typeof given, string>;
  const { netDevice, ...spec } = filled;
  return { spec: { ...spec, address: spec.address ?? '' }, netDevice };
}

// Of two nodes neither is a majority without the other: losing the standby must not take the primary away from its clients.
function fillEndpoint(given: NonNullable<Filled['endpoint']>, nodes: readonly NodeSpec[]): EndpointSpec {
  const members = nodes.filter(({ role }) => role !== 'repository').length;
  return {
    ...given,
    kind: given.kind ?? 'loadBalancer',
    addresses: given.addresses ?? [],
    checkSources: given.checkSources.map(withLength),
    fence: given.fence ?? (members >= 3 ? 'majority' : 'none'),
  };
}

function fillRemoteChannel(given: Filled['remoteChannel'], sshPort: number): ClusterSpec['remoteChannel'] {
  const channel: { kind?: 'ssh' | 'securecmdd'; port?: number } =
    typeof given === 'string' ? { kind: given } : (given ?? {});
  const kind = channel.kind ?? 'ssh';
  return { kind, port: channel.port ?? (kind === 'ssh' ? sshPort : 8890) };
}

// The vendor's installers differ: V8R6 copies into <prefix>/archive, V9 throws away until sys_rman is set up.
function fillArchive(given: Filled['archive'], version: ClusterSpec['version'], prefix: string): ArchiveSpec {
  const mode = given.mode ?? (version === 'V9' ? 'always' : 'on');
  if (given.command !== undefined) return { mode, to: 'command', command: given.command };
  const to = given.to ?? (version === 'V9' ? 'discard' : 'directory');
  return { mode, to, command: to === 'discard' ? 'exit 0' : `/bin/cp -f %p ${prefix}/archive/%f` };
}

/** Each node archives for itself with perNode, standbys included; what else is given beside `backup` is refused by a rule. */
function fillRepositoryArchive(
  given: Filled['archive'],
  backup: BackupSpec,
  { version, timezone, prefix }: { version: ClusterSpec['version']; timezone: string; prefix: string },
): ArchiveSpec {
  const mode = backup.placement === 'perNode' ? 'always' : (given.mode ?? (version === 'V9' ? 'always' : 'on'));
  return { mode, to: 'repository', command: archiveCommandOf(backup, timezone, `${prefix}/bin`) };
}

// Configuration files know text only; true and false are on and off there.
export function asStrings(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value),
    ]),
  );
}

// sys_hba wants a length: a single address is itself only.
export function withLength(client: string): string {
  if (client.includes('/')) return client;
  return `${client}/${client.includes(':') ? 128 : 32}`;
}

function hasOwn(input: unknown, section: string, key: string): boolean {
  const group = (input as Record<string, Record<string, unknown> | undefined> | undefined)?.[section];
  return group?.[key] !== undefined;
}
