/** Whole ClusterSpecs for tests of everything behind the parser. */
import { formatFindings } from '../../core/finding';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import type { ClusterSpec, NodeSpec } from '../../core/spec/types';

type Deep<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;

const HOST_KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm4tpE6WXuYkA5Wm5lPhSN1N5lXZWwZC0RRcpHzq4xk',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOQ8vEz0eJ2d6ZfEJFkV0d5Dt2V2l3mXvb1rDd0n7K5S',
] as const;

export function makeNode(name: string, host: string, id: number, more: Partial<NodeSpec> = {}): NodeSpec {
  return {
    name,
    host,
    id,
    role: 'database',
    priority: 100,
    location: 'default',
    hostKey: HOST_KEYS[(id + 4) % HOST_KEYS.length] as string,
    netDevice: 'eth0',
    ...more,
  };
}

/** Three V8R6 nodes over ssh with a virtual IP. */
export function makeSpec(changes: Deep<ClusterSpec> = {}): ClusterSpec {
  return merge(base(), changes) as ClusterSpec;
}

/** Two V9 nodes and a witness over sys_securecmdd, with WAL on its own device. */
export function makeWitnessSpec(changes: Deep<ClusterSpec> = {}): ClusterSpec {
  const prefix = '/home/kingbase/cluster/kingbase';
  return makeSpec(
    merge(
      {
        version: 'V9',
        nodes: [
          makeNode('node1', '10.77.1.11', 1),
          makeNode('node2', '10.77.1.12', 2),
          makeNode('witness1', '10.77.1.13', 3, { role: 'witness', priority: 0 }),
        ],
        directories: { prefix, data: '/kbdata/data', wal: '/kbwal/wal' },
        virtualIp: { address: '10.77.1.100/24' },
        remoteChannel: { kind: 'securecmdd', port: 8890 },
        archive: { mode: 'always', to: 'discard', command: 'exit 0' },
        failover: { trustedServers: ['10.77.1.1', '10.77.1.254'], useCheckDisk: true },
        clients: ['10.77.1.0/24'],
      },
      changes,
    ) as Deep<ClusterSpec>,
  );
}

function base(): ClusterSpec {
  return {
    name: 'lab',
    version: 'V8R6',
    nodes: [makeNode('node1', '10.77.0.11', 1), makeNode('node2', '10.77.0.12', 2), makeNode('node3', '10.77.0.13', 3)],
    connection: { user: 'ops', port: 22, agent: false, connectTimeoutSeconds: 10 },
    install: { source: 'existing', licenseMinDays: 30 },
    os: {
      user: 'kingbase',
      group: 'kingbase',
      home: '/home/kingbase',
      applySysctl: false,
      firewall: 'auto',
      timezone: 'PRC',
    },
    directories: { prefix: '/home/kingbase/cluster/lab/kingbase', data: '/kbdata/data' },
    database: {
      port: 54321,
      superuser: 'system',
      mode: 'oracle',
      encoding: 'UTF8',
      locale: 'C',
      caseSensitive: true,
      checksums: true,
      auth: 'scram-sha-256',
      parameters: {},
    },
    replication: { synchronous: 'quorum', syncNodes: [], potentialNodes: [], asyncNodes: [] },
    failover: {
      preset: 'normal',
      failover: 'automatic',
      recovery: 'automatic',
      monitorIntervalSeconds: 2,
      reconnectAttempts: 10,
      reconnectIntervalSeconds: 6,
      connectTimeoutSeconds: 10,
      tcpUserTimeoutMs: 9000,
      walSenderTimeoutMs: 30000,
      walReceiverTimeoutMs: 30000,
      vipTimeoutSeconds: 60,
      trustedServers: ['10.77.0.1'],
      runningUnderFailureTrustedServers: true,
      autoClusterRecoveryLevel: 1,
      useCheckDisk: false,
      mountCheckMaxRetries: 6,
    },
    virtualIp: { address: '10.77.0.100/24', privilege: 'setuidCopy' },
    remoteChannel: { kind: 'ssh', port: 22 },
    clients: ['10.77.0.1/32', '10.0.8.0/24'],
    archive: { mode: 'on', to: 'directory', command: '/bin/cp -f %p /home/kingbase/cluster/lab/kingbase/archive/%f' },
    repmgrParameters: {},
    rollout: { primary: 'switchover', streamingTimeoutSeconds: 60 },
    preflight: { accept: [], minFreeDiskMiB: 1024, minFreeMemoryMiB: 1024, maxClockSkewSeconds: 2 },
  };
}

function merge(target: unknown, changes: unknown): unknown {
  if (!isRecord(target) || !isRecord(changes)) {
    return changes;
  }
  const result: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(changes)) {
    result[key] = key in target ? merge(target[key], value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Three database nodes and the host of their repository, parsed from what a user would write. */
export function makeBackedSpec(
  backup: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): ClusterSpec {
  const hosts = ['node1', 'node2', 'node3', 'repo'].map((name, index) => ({
    name,
    host: `10.77.0.1${index + 1}`,
    hostKey: HOST_KEYS[index],
    ...(name === 'repo' ? { role: 'repository' } : {}),
  }));
  const parsed = parseClusterSpec(
    {
      name: 'lab',
      nodes: hosts,
      connection: { user: 'ops', agent: true },
      directories: { prefix: '/home/kingbase/cluster/lab/kingbase', data: '/kbdata/data' },
      failover: { trustedServers: ['10.77.0.1'] },
      ...more,
      backup: { repository: 'repo', path: '/kbrepo/kbbr_repo', ...backup },
    },
    'lab',
  );
  if (parsed.ok) return parsed.spec;
  throw new Error(formatFindings(parsed.findings));
}

export const OBJECT_STORE = { bucket: 'kes-backup', endpoint: 'https://10.77.0.99:9000', region: 'chengdu' } as const;
