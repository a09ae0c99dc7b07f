/** Where hosts come from: given ones pass through, those of a lab are filled in from its manifest. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveNodeSource } from '../../components/nodes/nodeSource';
import { checkNodeVersion } from '../../components/nodeVersion';
import { KingbaseError } from '../../core/finding';

const MANIFEST = {
  version: 1,
  user: 'ops',
  privateKeyFile: '/var/lib/lab/id_ed25519',
  nodes: [
    { name: 'node1', host: '10.77.3.11', role: 'database', hostKey: 'ssh-ed25519 A', netDevice: 'host0', octet: 11 },
    { name: 'repo', host: '10.77.3.14', role: 'repository', hostKey: 'ssh-ed25519 B', netDevice: 'host0', octet: 14 },
  ],
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-lab-'));
  mkdirSync(join(root, 'blue'));
  writeFileSync(join(root, 'blue', 'manifest.json'), JSON.stringify(MANIFEST));
  vi.stubEnv('PULUMI_KINGBASE_LAB_STATE', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('resolveNodeSource', () => {
  it('leaves hosts that are given alone', () => {
    const cluster = { name: 'prod', nodes: [{ name: 'node1' }] };
    expect(resolveNodeSource(cluster)).toEqual(cluster);
    expect(resolveNodeSource({ ...cluster, nodeSource: { kind: 'existing' } })).toEqual(cluster);
    expect(resolveNodeSource({ ...cluster, nodeSource: 'existing' })).toEqual(cluster);
  });

  it('takes all nodes and the login of a lab from its manifest', () => {
    expect(resolveNodeSource({ nodeSource: { kind: 'lab', name: 'blue' } })).toEqual({
      connection: { user: 'ops', privateKeyFile: '/var/lib/lab/id_ed25519' },
      nodes: [
        { name: 'node1', host: '10.77.3.11', role: 'database', hostKey: 'ssh-ed25519 A', netDevice: 'host0' },
        { name: 'repo', host: '10.77.3.14', role: 'repository', hostKey: 'ssh-ed25519 B', netDevice: 'host0' },
      ],
    });
  });

  it('takes the named nodes only where some are named, and lets what is given win', () => {
    const resolved = resolveNodeSource({
      nodeSource: { kind: 'lab', name: 'blue' },
      nodes: [{ name: 'node1', priority: 50, netDevice: 'eth9' }],
      connection: { connectTimeoutSeconds: 3 },
    });
    expect(resolved.nodes).toEqual([
      {
        name: 'node1',
        host: '10.77.3.11',
        role: 'database',
        hostKey: 'ssh-ed25519 A',
        netDevice: 'eth9',
        priority: 50,
      },
    ]);
    expect(resolved.connection).toEqual({
      user: 'ops',
      privateKeyFile: '/var/lib/lab/id_ed25519',
      connectTimeoutSeconds: 3,
    });
  });

  it.each([
    [{ kind: 'cloud' }, 'nodeSource.kind: unknown source "cloud"\nHINT: Use one of existing, lab'],
    [{ kind: 7 }, 'nodeSource.kind: unknown source 7'],
    [{ kind: 'lab', name: 'red' }, 'nodeSource.name: the manifest of lab "red" cannot be read'],
  ])('refuses %j', (nodeSource, message) => {
    expect(() => resolveNodeSource({ nodeSource })).toThrow(KingbaseError);
    expect(() => resolveNodeSource({ nodeSource })).toThrow(message);
  });

  it('names the nodes that a lab has where another is asked for', () => {
    const cluster = { nodeSource: { kind: 'lab', name: 'blue' }, nodes: [{ name: 'node9' }] };
    expect(() => resolveNodeSource(cluster)).toThrow(
      'nodes[0].name: lab "blue" has no node "node9"\nHINT: Its nodes are node1, repo.',
    );
  });
});

describe('checkNodeVersion', () => {
  it('passes the Node that this runs on, and says what to do on an old one', () => {
    expect(() => checkNodeVersion()).not.toThrow();
    expect(() => checkNodeVersion('20.19.1')).toThrow(
      /needs Node 22 or newer, and the first `node` on PATH is 20\.19\.1/,
    );
  });
});
