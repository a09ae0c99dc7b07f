// Fills every default: from the schema where it is a constant, here where it follows from another field.
import type { FromSchema } from 'json-schema-to-ts';
import { applyDefaults, asStrings, fillConnection, withLength } from '../../spec/fillDefaults';
import type { SchemaNode } from '../../spec/validateShape';
import { v8r3Schema } from './schema';
import type { V8r3NodeSpec, V8r3Spec } from './types';

type Filled = FromSchema<typeof v8r3Schema>;

/** What is required and missing (or was taken out as wrong) becomes the empty string: the finding about it exists already, and the rules skip it. */
export function fillV8r3Defaults(input: unknown, fallbackName: string): V8r3Spec {
  const filled = applyDefaults(v8r3Schema as SchemaNode, input) as Filled;
  const name = filled.name ?? fallbackName;
  const { user } = filled.os;
  const os = { ...filled.os, group: filled.os.group ?? user, home: filled.os.home ?? `/home/${user}` };
  const cluster = filled.directories.cluster ?? `${os.home}/cluster/${name}`;
  const data = filled.directories.data ?? `${cluster}/db/data`;
  const nodes = (filled.nodes ?? []).map(fillNode);
  return {
    name,
    nodes,
    pools: (filled.pools ?? nodes.slice(0, 2).map((node) => node.name)).map(text),
    connection: fillConnection(filled.connection),
    os,
    directories: { cluster, data, archive: filled.directories.archive ?? `${cluster}/archive` },
    database: { ...filled.database, parameters: asStrings(filled.database.parameters) },
    replication: filled.replication,
    pool: { ...filled.pool, parameters: asStrings(filled.pool.parameters) },
    recovery: {
      ...filled.recovery,
      automaticPrimary: filled.recovery.automaticPrimary,
      mountPoints: (filled.recovery.mountPoints ?? [data]).map(text),
      arpingPath: filled.recovery.arpingPath ?? `${cluster}/db/bin`,
    },
    trustedServers: (filled.trustedServers ?? []).map(text),
    virtualIps: { database: text(filled.virtualIps?.database), cluster: text(filled.virtualIps?.cluster) },
    clients: filled.clients.map(withLength),
  };
}

function fillNode(node: Filled['nodes'][number], index: number): V8r3NodeSpec {
  const { user, port, netDevice, weight } = node;
  const own = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
  return {
    name: text(node.name),
    host: text(node.host),
    hostKey: text(node.hostKey).trim(),
    role: 'database',
    id: index,
    netDevice: netDevice ?? 'eth0',
    weight,
    ...(Object.keys(own).length === 0 ? {} : { connection: own }),
  };
}

function text(value: string | undefined): string {
  return value ?? '';
}
