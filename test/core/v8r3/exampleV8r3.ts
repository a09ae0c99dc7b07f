// A V8R3 cluster as tests write it.
import { parseV8r3Spec } from '../../../core/v8r3/spec/parseV8r3Spec';
import type { V8r3Spec } from '../../../core/v8r3/spec/types';
import { hostKey } from '../spec/exampleCluster';

export function v8r3Node(number: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: `node10${number}`,
    host: `192.168.1.10${number}`,
    hostKey: hostKey(number),
    netDevice: 'enp0s3',
    ...more,
  };
}

export function v8r3Input(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'r3ha',
    nodes: [v8r3Node(1), v8r3Node(2)],
    virtualIps: { database: '192.168.1.204/24', cluster: '192.168.1.205/24' },
    trustedServers: ['192.168.1.1', '192.168.1.2'],
    clients: ['10.0.8.0/24'],
    connection: { user: 'ops', privateKeyFile: '/home/ops/.ssh/id_ed25519' },
    directories: { cluster: '/home/kingbase/cluster/R3HA' },
    recovery: { automaticPrimary: false },
    ...more,
  };
}

export function v8r3Spec(more: Record<string, unknown> = {}): V8r3Spec {
  const parsed = parseV8r3Spec(v8r3Input(more));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings, null, 2));
  return parsed.spec;
}
