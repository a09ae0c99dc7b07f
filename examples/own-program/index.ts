// Two sites with the same rules, written once: what a stack's configuration cannot say, a program can.
import * as pulumi from '@pulumi/pulumi';
import * as kingbase from 'pulumi-kingbase';

const secrets = new pulumi.Config('kingbase').requireSecretObject<kingbase.ha.Passwords>('passwords');

interface Site {
  readonly network: string;
  readonly hostKeys: readonly string[];
}

// Read on each host's own console: cat /etc/ssh/ssh_host_ed25519_key.pub
const sites: Readonly<Record<string, Site>> = {
  shanghai: {
    network: '192.0.2',
    hostKeys: [
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
    ],
  },
  chengdu: {
    network: '198.51.100',
    hostKeys: [
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
    ],
  },
};

function clusterAt(name: string, { network, hostKeys }: Site): kingbase.ha.Cluster {
  return new kingbase.ha.Cluster(name, {
    version: 'V8R6',
    nodes: hostKeys.map((hostKey, index) => ({ name: `node${index + 1}`, host: `${network}.${index + 11}`, hostKey })),
    connection: { user: 'ops', agent: true },
    directories: { prefix: `/home/kingbase/cluster/${name}/kingbase`, data: '/data/kingbase/data' },
    database: { parameters: { work_mem: '16MB' } },
    virtualIp: `${network}.100/24`,
    clients: [`${network}.0/24`],
    failover: { preset: 'normal', recovery: 'standby', trustedServers: [`${network}.1`] },
    passwords: secrets,
  });
}

const clusters = Object.entries(sites).map(([name, site]) => [name, clusterAt(name, site)] as const);

export const readWrite = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.readWriteEndpoint]));
export const roles = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.roles]));
/** Seconds until writes go on after a killed database, as expected. */
export const recoverySeconds = Object.fromEntries(
  clusters.map(([name, cluster]) => [name, cluster.budget.apply(({ rto }) => rto[0]?.total.expected)]),
);
