/**
 * kingbase:ha:Cluster under the SDK's mock monitor: exact children, their order, inputs, outputs and secrets.
 * Proves what is declared; that the handlers behind it work is shown by their own tests and in the lab.
 */
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cluster, type ClusterArgs } from '../../components/cluster';
import { ClusterArgsError } from '../../components/clusterArgsError';
import type { ClusterStatusReport } from '../../core/observe/clusterReport';
import { recordResources, SECRET, valueOf, type Recorder } from '../support/pulumiMocks';

const HOST_KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm4tpE6WXuYkA5Wm5lPhSN1N5lXZWwZC0RRcpHzq4xk',
] as const;
const hostKey = (index: number): string => HOST_KEYS[index] as string;

const REPORT = {
  cluster: 'prod',
  primary: 'node2',
  nodes: [
    { name: 'node1', role: 'standby', timeline: 2 },
    { name: 'node2', role: 'primary', timeline: 2 },
  ],
};

let recorder: Recorder;

beforeAll(async () => {
  recorder = await recordResources((type, name) => {
    const kind = type.split(':').at(-1);
    if (kind === 'Install') {
      return { publicKey: `ssh-ed25519 KEY-${name}`, incarnation: `machine-${name}`, kingbaseVersion: 'V008R006' };
    }
    return kind === 'Bootstrap'
      ? { systemIdentifier: '7000000000000000001', bootstrapNode: 'node1' }
      : kind === 'ClusterStatus'
        ? { observed: REPORT }
        : {};
  });
});
beforeEach(() => recorder.clear());

function args(changes: Partial<ClusterArgs> = {}): ClusterArgs {
  return {
    version: 'V8R6',
    nodes: [1, 2, 3].map((id) => ({ name: `node${id}`, host: `10.0.0.1${id}`, hostKey: hostKey(id - 1) })),
    connection: { user: 'ops', privateKeyFile: '~/.ssh/id_ed25519' },
    directories: { prefix: '/home/kingbase/cluster/prod/kingbase', data: '/data/kingbase/data' },
    virtualIp: '10.0.0.100/24',
    clients: ['10.0.8.0/24'],
    failover: { preset: 'normal', trustedServers: ['10.0.0.1'] },
    passwords: { system: 'canary-system-1', esrep: 'canary-esrep-1' },
    ...changes,
  };
}

async function declare(changes: Partial<ClusterArgs> = {}): Promise<Cluster> {
  const cluster = new Cluster('prod', args(changes));
  await valueOf(cluster.topology);
  await valueOf(cluster.urn);
  return cluster;
}

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
const nodeNames = (suffix: string): string[] => [1, 2, 3].map((id) => `prod-node${id}-${suffix}`);

describe('machines that somebody else knows by an id', () => {
  it('are told to what is set up on them, node by node, and to no other resource', async () => {
    await declare({ incarnations: { node1: 'i-1', node2: 'i-2', node3: 'i-3' } });
    expect(nodeNames('install').map((name) => recorder.find(name).inputs['instance'])).toEqual(['i-1', 'i-2', 'i-3']);
    expect(recorder.find('prod').inputs).not.toHaveProperty('incarnations');
  });

  it('are not asked for', async () => {
    await declare();
    expect(recorder.find('prod-node1-install').inputs).not.toHaveProperty('instance');
  });
});

describe('a cluster of three', () => {
  it('declares exactly these resources, named after cluster, node and duty', async () => {
    await declare();
    const declared = [...new Set(recorder.resources.map((each) => each.type))].sort();
    expect(Object.fromEntries(declared.map((type) => [type, recorder.names(type)]))).toEqual({
      'kingbase:ha:Cluster': ['prod'],
      'kingbase:host:Node': ['prod-node1', 'prod-node2', 'prod-node3'],
      [`${DYNAMIC}Preflight`]: ['prod-preflight'],
      [`${DYNAMIC}Install`]: nodeNames('install'),
      [`${DYNAMIC}Files`]: [...nodeNames('files'), ...nodeNames('trust')].sort(),
      [`${DYNAMIC}SecretFiles`]: nodeNames('secrets'),
      [`${DYNAMIC}Bootstrap`]: ['prod-bootstrap'],
      [`${DYNAMIC}Member`]: nodeNames('member'),
      [`${DYNAMIC}Rollout`]: ['prod-rollout'],
      [`${DYNAMIC}Membership`]: ['prod-membership'],
      [`${DYNAMIC}ClusterStatus`]: ['prod-status'],
    });
  });

  it('orders them: nothing before the preflight, trust after all keys, one bootstrap, members side by side', async () => {
    await declare();
    expect(recorder.find('prod-preflight').dependsOn).toEqual([]);
    expect(recorder.find('prod-node1-install').dependsOn).toEqual(['prod-preflight']);
    expect(recorder.find('prod-node1-files').dependsOn).toEqual(['prod-node1-install']);
    expect(recorder.find('prod-node1-secrets').dependsOn).toEqual(['prod-node1-install']);
    expect(recorder.find('prod-node1-trust').dependsOn).toEqual(nodeNames('install'));
    const prepared = ['files', 'install', 'secrets', 'trust'].flatMap(nodeNames).sort();
    expect(recorder.find('prod-bootstrap').dependsOn).toEqual(prepared);
    // Its own files too, though the bootstrap waits for them already: a removed member must go before they do.
    const ground = ['files', 'install', 'secrets', 'trust'].map((suffix) => `prod-node2-${suffix}`);
    expect(recorder.find('prod-node2-member').dependsOn).toEqual(['prod-bootstrap', ...ground]);
    expect(recorder.find('prod-rollout').dependsOn).toEqual(nodeNames('member'));
    expect(recorder.find('prod-membership').dependsOn).toEqual([...nodeNames('member'), 'prod-rollout']);
    expect(recorder.find('prod-status').dependsOn).toEqual(['prod-membership']);
  });

  it('keeps the depth of stack traces for whoever comes after it', async () => {
    const before = Error.stackTraceLimit;
    await declare();
    expect(Error.stackTraceLimit).toBe(before);
    expect(() => new Cluster('prod', args({ nodes: [] }))).toThrow(ClusterArgsError);
    expect(Error.stackTraceLimit).toBe(before);
  });

  it('keeps to at most twelve resources per node', async () => {
    await declare();
    const perNode = recorder.resources.filter((each) => each.name === 'prod-node1' || each.parent === 'prod-node1');
    expect(perNode.map((each) => each.name)).toHaveLength(6);
  });

  it('sends the programs of this package by name: state keeps no copy of them for each node', async () => {
    await declare();
    const { files } = recorder.find('prod-node1-files').inputs as {
      files: Record<string, { text: string; program?: string; sha256?: string }>;
    };
    expect(files['/usr/local/lib/pulumi-kingbase/action.sh']).toMatchObject({
      text: '',
      program: 'os/action.sh',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(files['/usr/local/lib/pulumi-kingbase/action.conf']?.text).toContain("KB_NAME='node1'");
    expect(JSON.stringify(files).length).toBeLessThan(60_000);
  });

  it('lets every node into every other with the key it made', async () => {
    await declare();
    const { files } = recorder.find('prod-node1-trust').inputs as {
      files: Record<string, { text: string; block: string }>;
    };
    const file = files['/home/kingbase/.ssh/authorized_keys'];
    expect(file?.block).toBe('pulumi-kingbase');
    expect(file?.text).toContain('from="10.0.0.12",restrict ssh-ed25519 KEY-prod-node2-install');
    expect(file?.text).toContain('from="10.0.0.13",restrict ssh-ed25519 KEY-prod-node3-install');
  });

  it('gives a member its peers, its files, the cluster it belongs to and the machine it runs on', async () => {
    await declare();
    const member = recorder.find('prod-node2-member').inputs as Record<string, never> & {
      peers: { target: { name: string } }[];
      files: Record<string, unknown>;
    };
    expect(member).toMatchObject({
      connection: { host: '10.0.0.12', user: 'ops', port: 22, hostKey: hostKey(1) },
      systemIdentifier: '7000000000000000001',
      incarnation: 'machine-prod-node2-install',
    });
    expect(member.peers.map((peer) => peer.target.name)).toEqual(['node1', 'node3']);
    expect(Object.keys(member.files).sort()).toEqual([
      '/data/kingbase/data/es_rep.conf',
      '/data/kingbase/data/kingbase.conf',
      '/data/kingbase/data/sys_hba.conf',
      '/etc/cron.d/KINGBASECRON',
    ]);
    expect(member).not.toHaveProperty('database');
  });

  it('tells the rollout what each node runs with, by the way a change takes effect', async () => {
    await declare({ database: { parameters: { work_mem: '8MB', shared_buffers: '1GB' } } });
    const rolloutNodes = () =>
      (recorder.find('prod-rollout').inputs as { nodes: Record<'reload' | 'restart', Record<string, string>>[] }).nodes;
    const nodes = rolloutNodes();
    expect(nodes).toHaveLength(3);
    expect(nodes[0]?.reload['work_mem']).toBe('8MB');
    expect(nodes[0]?.restart['shared_buffers']).toBe('1GB');
    expect(nodes[0]?.reload['sys_hba.conf']).toMatch(/^[0-9a-f]{12}$/);
    recorder.clear();
    await declare({ clients: ['10.0.9.0/24'] });
    expect(rolloutNodes()[0]?.reload['sys_hba.conf']).not.toBe(nodes[0]?.reload['sys_hba.conf']);
  });

  it('shows its specification to policies, with defaults filled in', async () => {
    await declare();
    expect(recorder.find('prod').inputs).toMatchObject({
      name: 'prod',
      replication: { synchronous: 'quorum' },
      failover: { recovery: 'standby', preset: 'normal' },
    });
  });
});

describe('outputs', () => {
  it('name endpoints that follow from the input alone, and what was observed', async () => {
    const cluster = await declare();
    expect(await valueOf(cluster.readWriteEndpoint)).toBe('10.0.0.100:54321');
    expect(await valueOf(cluster.readOnlyEndpoint)).toBe(
      'postgresql://10.0.0.11:54321,10.0.0.12:54321,10.0.0.13:54321/test?target_session_attrs=prefer-standby',
    );
    expect(await valueOf(cluster.multiHostUri)).toContain('target_session_attrs=read-write');
    expect(await valueOf(cluster.jdbcUrl)).toBe('jdbc:kingbase8://10.0.0.100:54321/test');
    expect((await valueOf(cluster.budget)).preset).toBe('normal');
    expect(await valueOf(cluster.primary)).toBe('node2');
    expect(await valueOf(cluster.roles)).toEqual({ node1: 'standby', node2: 'primary' });
    expect(await valueOf(cluster.timeline)).toBe(2);
    expect(await valueOf(cluster.topology as pulumi.Output<ClusterStatusReport>)).toEqual(REPORT);
  });
});

describe('secrets', () => {
  it('travel as secrets, to the files that hold them and nowhere else', async () => {
    await declare({ privateKey: 'canary-private-key' });
    const secrets = recorder.find('prod-node1-secrets').inputs['secrets'] as Record<string, Record<string, string>>;
    expect(secrets['system']).toEqual({ [SECRET]: expect.any(String) as string, value: 'canary-system-1' });
    for (const { name, inputs } of recorder.resources) {
      const open = JSON.stringify(withoutSecrets(inputs));
      expect(open, name).not.toContain('canary');
    }
    const holders = recorder.resources.filter(({ inputs }) => JSON.stringify(inputs).includes('canary-system'));
    expect(holders.map((each) => each.name).sort()).toEqual(nodeNames('secrets'));
  });

  it('keep what holds a private key apart as a structure; all that repeats the nodes is one text otherwise', async () => {
    const kinds = (name: string, fields: readonly string[]): string[] => {
      const { sent } = recorder.find(name);
      return fields.map((field) => typeof sent[field]);
    };
    await declare({ privateKey: 'canary-private-key' });
    expect(kinds('prod-node1-member', ['connection', 'target', 'peers', 'files'])).toEqual([
      'object',
      'string',
      'object',
      'string',
    ]);
    const [peer] = recorder.find('prod-node1-member').sent['peers'] as { connection: { privateKey: object } }[];
    expect(peer?.connection.privateKey).toMatchObject({ [SECRET]: expect.any(String) as string });
    recorder.clear();
    await declare();
    expect(kinds('prod-node1-member', ['connection', 'target', 'peers', 'files'])).toEqual(Array(4).fill('string'));
    expect(kinds('prod-status', ['nodes'])).toEqual(['string']);
    expect(kinds('prod-node1-secrets', ['secrets'])).toEqual(['object']);
  });

  it('of a private key mark the outputs that hold it', async () => {
    await declare({ privateKey: 'canary-private-key' });
    expect(recorder.find('prod-node1-install').additionalSecretOutputs).toEqual(['connection']);
    expect(recorder.find('prod-node1-secrets').additionalSecretOutputs).toEqual(['connection', 'secrets']);
    expect(recorder.find('prod-node1-member').additionalSecretOutputs).toEqual(['connection', 'peers']);
    expect(recorder.find('prod-rollout').additionalSecretOutputs).toEqual(['nodes']);
    recorder.clear();
    await declare();
    expect(recorder.find('prod-node1-install').additionalSecretOutputs).toEqual([]);
  });
});

describe('a witness and a repository', () => {
  const nodes = [
    { name: 'node1', host: '10.0.0.11', hostKey: hostKey(0) },
    { name: 'node2', host: '10.0.0.12', hostKey: hostKey(1) },
    { name: 'witness', host: '10.0.0.13', hostKey: hostKey(2), role: 'witness' as const },
    { name: 'repo', host: '10.0.0.14', hostKey: hostKey(3), role: 'repository' as const },
  ];

  it('a repository is prepared and trusted, and joins nothing', async () => {
    await declare({ nodes });
    expect(recorder.resources.filter((each) => each.parent === 'prod-repo').map((each) => each.name)).toEqual([
      'prod-repo-install',
      'prod-repo-files',
      'prod-repo-trust',
    ]);
    const { nodes: watched } = recorder.find('prod-status').inputs as { nodes: unknown[] };
    expect(watched).toHaveLength(4);
    const { nodes: registered } = recorder.find('prod-membership').inputs as { nodes: unknown[] };
    expect(registered).toHaveLength(3);
  });

  it('a witness is told how to make its own instance; only a database node is the first', async () => {
    await declare({ nodes: [...nodes].reverse() });
    expect(recorder.find('prod-witness-member').inputs['database']).toMatchObject({ mode: 'oracle', checksums: true });
    expect(recorder.find('prod-bootstrap').inputs['first']).toBe('node2');
  });
});

describe('adding a node', () => {
  it('changes no input of the others that would replace them or their installation', async () => {
    const two = args().nodes?.slice(0, 2) ?? [];
    await declare({ nodes: two });
    const before = recorder.find('prod-node1-install').inputs;
    recorder.clear();
    await declare();
    expect(recorder.find('prod-node1-install').inputs).toEqual(before);
  });
});

describe('wrong input', () => {
  function refusal(changes: Partial<ClusterArgs>): ClusterArgsError {
    try {
      new Cluster('prod', args(changes));
    } catch (error) {
      expect(error).toBeInstanceOf(ClusterArgsError);
      return error as ClusterArgsError;
    }
    throw new Error('it was accepted');
  }

  it('is refused with every finding against its property, and declares nothing', () => {
    const nodes = args().nodes?.map((node) => ({ ...node, host: '10.0.0.11' })) ?? [];
    const error = refusal({ nodes, virtualIp: '192.168.1.1/24' });
    expect(pulumi.InputPropertiesError.isInstance(error)).toBe(true);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(error.errors[0]?.propertyPath).toBe('nodes[1].host');
    expect(error.errors.length).toBeGreaterThan(2);
    expect(error.message).toMatch(/^cluster "prod": \d findings\nnodes\[1\]\.host: same address as nodes\[0\]\.host/);
    expect(recorder.resources).toEqual([]);
  });

  it('of a node source is refused by name', () => {
    expect(refusal({ nodeSource: { kind: 'cloud' } as never }).message).toContain(
      'nodeSource.kind: unknown source "cloud"\nHINT: Use one of existing, lab',
    );
  });
});

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutSecrets);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return SECRET in value
    ? 'secret'
    : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]));
}
