import { alone, cluster, edited, node, of, PASSWORDS, resource, three, type PolicyCase, type Sample } from '../sample';

const DATA = '/home/kingbase/cluster/lab/kingbase/data';
const hba = `${DATA}/sys_hba.conf`;
const inHba = (line: string): Sample => edited(alone(), 'sys_hba.conf', (text) => `${text}${line}\n`);
const POLICY = '/etc/firewalld/policies/pulumi-kingbase.xml';
const NFT = '/etc/pulumi-kingbase/pulumi-kingbase.nft';
const SSH = '/home/kingbase/.ssh/config';
const REPMGR = '/home/kingbase/cluster/lab/kingbase/etc/repmgr.conf';
const KEYS = '/home/kingbase/.ssh/authorized_keys';
const command = (connection: Record<string, unknown>): Sample => [
  resource('command:remote:Command', { connection, create: 'true' }),
];

export const securityCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-node-refuse-open-addresses',
    passes: [alone(), three({ clients: ['10.0.8.0/24', 'fd00::/64'] })],
    fails: [
      [inHba('host all all 0.0.0.0/0 scram-sha-256'), [`${hba}: 0.0.0.0/0 may connect to all as all`]],
      [inHba('hostssl replication esrep ::0/0 scram-sha-256'), [`${hba}: ::0/0 may connect to replication as esrep`]],
      [inHba('host all all all scram-sha-256'), [`${hba}: all may connect to all as all`]],
      [inHba('host all all 0.0.0.0 0.0.0.0 scram-sha-256'), [`${hba}: 0.0.0.0/0 may connect to all as all`]],
    ],
  },
  {
    rule: 'kingbase-cluster-narrow-client-networks',
    passes: [
      three({ clients: ['10.0.0.0/16', 'fd00::/48'] }),
      [three({ clients: ['10.0.0.0/8'] }), { shortestIpv4: 8 }],
    ],
    fails: [
      [three({ clients: ['10.0.8.0/24', '10.0.0.0/8'] }), ['clients[1]: 10.0.0.0/8 is wider than /16']],
      [three({ clients: ['fd00::/32'] }), ['clients[0]: fd00::/32 is wider than /48']],
    ],
  },
  {
    rule: 'kingbase-node-refuse-open-firewall',
    passes: [alone({ clients: ['10.0.8.0/24'] }), alone({ os: { firewall: 'none' } })],
    fails: [
      [
        edited(alone({ clients: ['10.0.8.0/24'] }), POLICY, (text) =>
          text.replace('address="10.0.8.0/24"', 'address="0.0.0.0/0"'),
        ),
        [`${POLICY}: 0.0.0.0/0 may reach service:pulumi-kingbase`],
      ],
      [
        edited(alone({ clients: ['10.0.8.0/24'] }), NFT, (text) => text.replace('10.0.8.0/24', '0.0.0.0/0')),
        [`${NFT}: 0.0.0.0/0 may reach 54321`],
      ],
    ],
  },
  {
    rule: 'kingbase-node-refuse-weak-authentication',
    passes: [alone(), alone({ database: { auth: 'md5' } })],
    fails: [
      [inHba('local all all trust'), [`${hba}: local logs in to all as all by trust`]],
      [inHba('host all app 10.0.8.0/24 password'), [`${hba}: 10.0.8.0/24 logs in to all as app by password`]],
    ],
  },
  {
    rule: 'kingbase-node-require-scram',
    passes: [alone()],
    fails: [
      [alone({ database: { auth: 'md5' } }), [`${hba}: logins are checked by md5`]],
      [inHba('host all app 10.0.8.0/24 md5'), [`${hba}: logins are checked by md5`]],
    ],
  },
  {
    rule: 'kingbase-node-restrict-replication',
    passes: [alone({ clients: ['10.0.8.0/24'] }), inHba('host replication esrep 10.77.0.99 scram-sha-256')],
    fails: [
      [inHba('host replication esrep 10.77.0.0/24 scram-sha-256'), [`${hba}: 10.77.0.0/24 may replicate`]],
      [inHba('host replication all samenet scram-sha-256'), [`${hba}: samenet may replicate`]],
    ],
  },
  {
    rule: 'kingbase-node-pin-peer-keys',
    passes: [alone(), three({ remoteChannel: 'securecmdd' })],
    fails: [
      [
        edited(alone(), SSH, (text) => text.replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking no')),
        [`${SSH}: says StrictHostKeyChecking no`],
      ],
      [
        edited(alone(), REPMGR, (text) =>
          text.replace('StrictHostKeyChecking=yes', 'StrictHostKeyChecking=accept-new'),
        ),
        [`${REPMGR}: says StrictHostKeyChecking=accept-new`],
      ],
      [
        edited(alone(), SSH, (text) => text.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null')),
        [`${SSH}: says UserKnownHostsFile /dev/null`],
      ],
    ],
  },
  {
    rule: 'kingbase-host-pin-host-keys',
    passes: [three(), command({ host: '10.0.0.1', hostKey: 'ssh-ed25519 AAAA' })],
    fails: [
      [command({ host: '10.0.0.1' }), ['connection.hostKey: is missing for 10.0.0.1']],
      [command({ host: '10.0.0.1', hostKey: ' ' }), ['connection.hostKey: is missing for 10.0.0.1']],
      [[resource('command:remote:CopyToRemote', {})], ['connection.hostKey: is missing for a host']],
    ],
  },
  {
    rule: 'kingbase-secrets-refuse-default-passwords',
    passes: [alone(), [of(cluster(), { system: 'abc', esrep: 'def' }), { minimumLength: 3 }]],
    fails: [
      [
        of(cluster({ nodes: [node(1)] }), { system: '12345678ab', esrep: 'Kingbaseha110' }),
        ['passwords.system: is a default of the vendor’s', 'passwords.esrep: is a default of the vendor’s'],
      ],
      [
        of(cluster({ nodes: [node(1)] }), { ...PASSWORDS, esrep: 'short' }),
        ['passwords.esrep: is shorter than 10 characters'],
      ],
      [
        of(cluster({ nodes: [node(1)] }), { system: 'correct-horse', esrep: 'correct-horse' }),
        ['passwords: system and esrep are the same'],
      ],
    ],
  },
  {
    rule: 'kingbase-node-restrict-authorized-keys',
    passes: [alone()],
    fails: [
      [
        edited(alone(), 'authorized_keys', (text) => text.replace(/from="[^"]*",/, '')),
        [`${KEYS}: the key pulumi-kingbase:node1 has no from=`],
      ],
      [
        edited(alone(), 'authorized_keys', (text) => text.replace(/from="[^"]*",restrict /, '')),
        [`${KEYS}: the key pulumi-kingbase:node1 has no from= and no restrict`],
      ],
    ],
  },
  {
    rule: 'kingbase-node-protect-password-files',
    passes: [alone()],
    fails: (['0640', '0644'] as const).map((mode) => [
      alone().map((one) =>
        one.type.endsWith(':SecretFiles')
          ? {
              ...one,
              props: {
                ...one.props,
                files: { '/home/kingbase/.kbpass': { template: 'x@@secret:system@@', mode, owner: 'kingbase' } },
              },
            }
          : one,
      ),
      [`/home/kingbase/.kbpass: has mode ${mode}`],
    ]),
  },
  {
    rule: 'kingbase-node-refuse-plain-passwords',
    passes: [alone(), edited(alone(), 'es_rep.conf', (text) => `# password=x\n${text}password=@@secret:system@@\n`)],
    fails: [
      [
        edited(alone(), 'repmgr.conf', (text) => text.replace('user=esrep', 'user=esrep password=hunter2')),
        [`${REPMGR}: line 6 holds a password`],
      ],
      [
        edited(alone(), 'es_rep.conf', (text) => `export PGPASSWORD='hunter2'\n${text}`),
        [`${DATA}/es_rep.conf: line 1 holds a password`],
      ],
      [
        edited(
          alone(),
          'repmgr.conf',
          () => 'repo1-s3-key=@@secret:s3Key@@\nrepo1-s3-key-secret=admin\nrepo1-cipher-pass=x\n',
        ),
        [`${REPMGR}: line 2 holds a password`, `${REPMGR}: line 3 holds a password`],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-require-tls',
    passes: [three({ database: { parameters: { ssl: true } } })],
    fails: [
      [three(), ['database.parameters.ssl: is off']],
      [three({ database: { parameters: { ssl: 'no' } } }), ['database.parameters.ssl: is off']],
    ],
  },
  {
    rule: 'kingbase-cluster-refuse-old-tls',
    passes: [
      three(),
      three({ database: { parameters: { ssl: true, ssl_min_protocol_version: 'TLSv1.2' } } }),
      three({ database: { parameters: { ssl: true, ssl_min_protocol_version: 'TLSv1.3' } } }),
    ],
    fails: [
      [
        three({ database: { parameters: { ssl: true } } }),
        ['database.parameters.ssl_min_protocol_version: is TLSv1 while ssl is on'],
      ],
      [
        three({ database: { parameters: { ssl: true, ssl_min_protocol_version: 'TLSv1.1' } } }),
        ['database.parameters.ssl_min_protocol_version: is TLSv1.1 while ssl is on'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-refuse-root-login',
    passes: [three({ connection: { user: 'ops' } })],
    fails: [
      [three(), ['connection.user: is root']],
      [
        three({ connection: { user: 'ops' }, nodes: [node(1), node(2, { user: 'root' }), node(3)] }),
        ['nodes[1].user: is root'],
      ],
    ],
  },
  {
    rule: 'kingbase-cluster-keep-firewall',
    passes: [three(), three({ os: { firewall: 'nftables' } })],
    fails: [
      [three({ os: { firewall: 'none' } }), ['os.firewall: is none']],
      [three({ version: 'V9', os: { firewall: 'none' } }), ['os.firewall: is none']],
    ],
  },
];
