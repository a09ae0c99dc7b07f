/** Backups declared with a cluster, under the SDK's mock monitor: exact children, order, inputs, outputs, and who gets which secret. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cluster, type ClusterArgs } from '../../components/cluster';
import { recordResources, valueOf, type Recorder } from '../support/pulumiMocks';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSf';
const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
const BACKUP = { findings: ['there is no full backup'], lastFull: null };
const ARMED = { armed: false, reasons: ['there is no full backup'] };

let recorder: Recorder;

beforeAll(async () => {
  recorder = await recordResources((type, name) => {
    const kind = type.split(':').at(-1);
    if (kind === 'Install') return { publicKey: `ssh-ed25519 KEY-${name}`, incarnation: name, kingbaseVersion: 'V' };
    return kind === 'ClusterStatus'
      ? { observed: { cluster: 'prod', primary: 'node1', nodes: [], backup: BACKUP, armed: ARMED } }
      : {};
  });
});
beforeEach(() => recorder.clear());

async function declare(changes: Partial<ClusterArgs> = {}): Promise<Cluster> {
  const nodes = ['node1', 'node2', 'node3', 'repo'].map((name, at) => ({
    name,
    host: `10.0.0.1${at + 1}`,
    hostKey: `${KEY}${at}`,
    ...(name === 'repo' ? { role: 'repository' as const } : {}),
  }));
  const cluster = new Cluster('prod', {
    version: 'V8R6',
    nodes,
    connection: { user: 'ops', privateKeyFile: '~/.ssh/id_ed25519' },
    directories: { prefix: '/home/kingbase/cluster/prod/kingbase', data: '/data/kingbase/data' },
    clients: ['10.0.8.0/24'],
    failover: { trustedServers: ['10.0.0.1'] },
    passwords: { system: 'canary-system-1', esrep: 'canary-esrep-1' },
    backup: { repository: 'repo', path: '/kbrepo/prod' },
    ...changes,
  } as ClusterArgs);
  await valueOf(cluster.topology);
  await valueOf(cluster.urn);
  return cluster;
}

describe('a cluster with backups', () => {
  it('has repository, archiving and schedule as children, with one dynamic resource for each thing that acts', async () => {
    await declare();
    expect(recorder.names('kingbase:backup:Repository')).toEqual(['prod-repository']);
    expect(recorder.names('kingbase:backup:Archiving')).toEqual(['prod-archiving']);
    expect(recorder.names('kingbase:backup:Schedule')).toEqual(['prod-schedule']);
    expect(recorder.names(`${DYNAMIC}Backup`)).toEqual(['prod-backup']);
    expect(recorder.names(`${DYNAMIC}BackupSchedule`)).toEqual(['prod-repo-schedule']);
    expect(recorder.find('prod-repository').parent).toBe('prod');
    expect(recorder.find('prod-backup').parent).toBe('prod-repository');
    expect(recorder.find('prod-repo-schedule').parent).toBe('prod-schedule');
  });

  it('makes them after the membership, and looks at all of it last', async () => {
    await declare();
    expect(recorder.find('prod-backup').dependsOn).toEqual(['prod-membership']);
    expect(recorder.find('prod-repo-schedule').dependsOn).toEqual(['prod-backup']);
    expect(recorder.find('prod-status').dependsOn).toEqual(['prod-backup', 'prod-membership', 'prod-repo-schedule']);
  });

  it('shows policies what is declared, and gives the acting resource the configuration of every node', async () => {
    await declare();
    expect(recorder.find('prod-archiving').inputs).toMatchObject({ mode: 'on', conf: '/kbrepo/prod/sys_rman.conf' });
    expect(recorder.find('prod-repository').inputs).toMatchObject({ placement: 'external', hosts: ['repo'] });
    const { conf } = recorder.find('prod-backup').inputs as { conf: Record<string, string> };
    expect(Object.keys(conf).sort()).toEqual(['node1', 'node2', 'node3', 'repo']);
    expect(conf['repo']).toContain('kb1-host=10.0.0.11');
    expect(conf['node1']).toContain('repo1-host=10.0.0.14');
  });

  it('gives backups and armed as outputs, and the topology without them', async () => {
    const cluster = await declare();
    expect(await valueOf(cluster.backup)).toEqual(BACKUP);
    expect(await valueOf(cluster.armed)).toEqual(ARMED);
    expect(await valueOf(cluster.topology)).not.toHaveProperty('backup');
  });

  it('sends the passphrase to the repository’s host only, as a secret', async () => {
    const encrypted = { repository: 'repo', path: '/kbrepo/prod', encryption: 'aes-256-cbc' as const };
    await declare({ backup: encrypted, backupSecrets: { passphrase: 'canary-passphrase' } });
    expect(JSON.stringify(recorder.find('prod-repo-secrets').inputs)).toContain('canary-passphrase');
    expect(JSON.stringify(recorder.find('prod-node1-secrets').inputs)).not.toContain('canary-passphrase');
    expect(JSON.stringify(recorder.find('prod-repo-secrets').inputs)).not.toContain('canary-system-1');
    const others = recorder.resources.filter(({ name }) => name !== 'prod-repo-secrets');
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain('canary-passphrase');
  });
});

describe('a cluster without backups', () => {
  it('has none of these, and the status is told so', async () => {
    await declare({ backup: undefined });
    expect(recorder.names(`${DYNAMIC}Backup`)).toEqual([]);
    expect(recorder.names('kingbase:backup:Repository')).toEqual([]);
    expect(recorder.find('prod-status').inputs).not.toHaveProperty('backup');
  });
});
