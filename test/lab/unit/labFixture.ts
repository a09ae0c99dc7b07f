// A manifest as a lab of the default form has it.
import type { Manifest, ManifestNode } from '../../../lab/manifest';

export function node(name: string, octet: number, more: Partial<ManifestNode> = {}): ManifestNode {
  return {
    name,
    host: `10.77.0.${octet}`,
    role: 'database',
    hostKey: `ssh-ed25519 AAAA${name}`,
    netDevice: 'eth0',
    octet,
    machineId: `${octet}`.padStart(32, '0'),
    veth: `kv-${octet}`,
    power: true,
    ...more,
  };
}

export function manifest(more: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    name: 'lab',
    form: 'three',
    phase: 'ready',
    subnet: '10.77.0.0/24',
    bridge: 'kb-lab',
    gateway: '10.77.0.1',
    virtualIp: '10.77.0.100/24',
    user: 'ops',
    privateKeyFile: '/var/lib/pulumi-kingbase-lab/lab/id_ed25519',
    prefix: '/home/kingbase/cluster/lab/kingbase',
    data: '/kbdata/data',
    layers: [],
    nodes: [node('node1', 11), node('node2', 12), node('node3', 13), node('repo', 14, { role: 'repository' })],
    faults: [],
    createdAt: '2026-11-21T00:00:00.000Z',
    ...more,
  };
}
