// The example of the reference: three nodes, a witness not needed, a virtual IP. Its host keys are made up.
import type { ClusterInput } from './schema';

// Well-formed keys that belong to no host: 32 equal bytes each.
const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD',
] as const;

const cluster = {
  nodes: KEYS.map((hostKey, index) => ({ name: `node${index + 1}`, host: `10.0.0.${index + 11}`, hostKey })),
  connection: { user: 'ops', privateKeyFile: '/home/ops/.ssh/id_ed25519' },
  directories: { data: '/kbdata/data' },
  database: { parameters: { shared_buffers: '8GB', max_connections: 300 } },
  replication: { synchronous: 'quorum' },
  failover: { preset: 'normal', recovery: 'standby', trustedServers: ['10.0.0.1'] },
  virtualIp: '10.0.0.100/24',
  clients: ['10.0.0.0/16'],
} as const satisfies ClusterInput;

const yaml = `config:
  kingbase:cluster:
    name: orders
    nodes:
${KEYS.map((key, index) => `      - name: node${index + 1}\n        host: 10.0.0.${index + 11}\n        hostKey: ${key}\n`).join('')}    connection:
      user: ops
      privateKeyFile: /home/ops/.ssh/id_ed25519
    directories:
      data: /kbdata/data
    database:
      parameters:
        shared_buffers: 8GB
        max_connections: 300
    replication:
      synchronous: quorum
    failover:
      preset: normal
      recovery: standby
      trustedServers: [10.0.0.1]
    virtualIp: 10.0.0.100/24
    clients: [10.0.0.0/16]
`;

export const EXAMPLE: { readonly cluster: ClusterInput; readonly yaml: string } = { cluster, yaml };
