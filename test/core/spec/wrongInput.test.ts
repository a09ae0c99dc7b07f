// The wrong inputs that a user meets first, with the whole text that is shown. No host is needed to find these.
import { describe, expect, it } from 'vitest';
import { cluster, failover, hostKey, node, text } from './exampleCluster';

describe('wrong input', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'two nodes with one host',
      cluster({ nodes: [node(1), node(2), node(3, { host: '10.77.0.11' })] }),
      'nodes[2].host: same address as nodes[0].host ("10.77.0.11")\n' +
        'HINT: give every node its own address; repmgr identifies nodes by conninfo.',
    ],
    [
      'a virtual IP outside the subnet',
      cluster({ nodes: [node(1), node(2)], virtualIp: '10.88.0.100/24' }),
      'virtualIp: 10.88.0.100/24 is not in the subnet of "node1" (10.77.0.11)\n' +
        'HINT: choose a free address in a subnet that holds every database node, or correct the length; 10.88.0.0/24 does not hold 10.77.0.11, so clients could not reach the address there.\n' +
        'virtualIp: 10.88.0.100/24 is not in the subnet of "node2" (10.77.0.12)\n' +
        'HINT: choose a free address in a subnet that holds every database node, or correct the length; 10.88.0.0/24 does not hold 10.77.0.12, so clients could not reach the address there.',
    ],
    [
      'two nodes without witness or trusted server',
      { nodes: [node(1), node(2)] },
      'failover.trustedServers: two database nodes without a witness or a trusted server cannot tell a dead peer from a cut line\n' +
        'HINT: name an address outside the cluster that answers ping, normally the gateway (failover.trustedServers: [10.0.0.1]), or add a node with the role witness.',
    ],
    [
      'an unknown parameter',
      cluster({ database: { parameters: { shared_bufers: '1GB' } } }),
      'database.parameters.shared_bufers: the server has no parameter "shared_bufers"\nHINT: did you mean shared_buffers?',
    ],
    [
      'an out-of-range value with a unit',
      cluster({ database: { parameters: { shared_buffers: '16kB' } } }),
      'database.parameters.shared_buffers: shared_buffers: 16kB is below 128kB\n' +
        'HINT: choose 128kB to 8589934584kB; the default is 128MB. Page cache of the server; a quarter of the memory is a usual start.',
    ],
    [
      'a locked parameter of the server',
      cluster({ database: { parameters: { archive_command: '/bin/true' } } }),
      'database.parameters.archive_command: archive_command is not set here: the archive is declared in one place; a leftover second one would win or lose by chance\n' +
        'HINT: set archive.to or archive.command.',
    ],
    [
      'a locked parameter of repmgr.conf',
      cluster({ repmgrParameters: { reconnect_attempts: 3 } }),
      'repmgrParameters.reconnect_attempts: reconnect_attempts is not set here: the RTO budget is computed from it\n' +
        'HINT: set failover.reconnectAttempts.',
    ],
    [
      'a dangerous value',
      cluster({ database: { parameters: { fsync: false } } }),
      'database.parameters.fsync: fsync=off is refused: a power cut then leaves a database that cannot be trusted, and replicas of it\n' +
        'HINT: leave it out; for faster commits see synchronous_commit.',
    ],
    [
      'an out-of-range number of our own',
      failover({ monitorIntervalSeconds: 0 }),
      'failover.monitorIntervalSeconds: 0 s is below the minimum 1 s\n' +
        'HINT: choose 1 to 60 s. How often repmgrd looks at the primary.',
    ],
    [
      'a number with its unit',
      failover({ reconnectIntervalSeconds: '6s' }),
      'failover.reconnectIntervalSeconds: expected a whole number in s, found the text "6s"\n' +
        'HINT: write the number alone, in s (the unit is part of the name), without quotes.',
    ],
    [
      'a misspelt key',
      failover({ reconectAttempts: 3 }),
      'failover.reconectAttempts: unknown key "reconectAttempts"\nHINT: did you mean reconnectAttempts?',
    ],
    [
      'everybody as client',
      cluster({ clients: ['0.0.0.0/0'] }),
      'clients[0]: 0.0.0.0/0 lets every address in the world connect\n' +
        'HINT: name the networks your applications connect from, for example 10.0.0.0/16; the nodes themselves are always allowed.',
    ],
    [
      'a missing host key',
      cluster({ nodes: [node(1), { name: 'node2', host: '10.77.0.12', port: 2222 }] }),
      'nodes[1].hostKey: is missing\n' +
        'HINT: read it from a trusted network: `ssh-keyscan -p 2222 -t ed25519 10.77.0.12`, then compare its fingerprint (`ssh-keygen -lf -`) with what the console of the host shows for `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. Paste the part from "ssh-ed25519" on.',
    ],
    [
      'a password in plain configuration',
      cluster({ database: { password: 'hunter2' } }),
      'database.password: unknown key "password"\n' +
        'HINT: passwords never stand in plain configuration: `pulumi config set --secret --path kingbase:passwords.system`, and the same for passwords.esrep.',
    ],
    [
      'a single mistake in a single place, with no others that follow from it',
      cluster({
        nodes: [node(1), { ...node(2), host: 12 }, { name: 'node3', host: '10.77.0.13', hostKey: hostKey(3) }],
      }),
      'nodes[1].host: expected text, found 12\n' +
        'HINT: IPv4 or IPv6 address that peers, clients and Pulumi use. repmgr identifies a node by it; sys_hba.conf, the firewall and authorized_keys are bound to it, so a host name is refused.',
    ],
  ])('says what to do about %s', (_, input, expected) => {
    expect(text(input)).toBe(expected);
  });
});
