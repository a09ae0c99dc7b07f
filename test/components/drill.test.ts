/** kingbase:recovery:Drill under the SDK's mock monitor: what a record declares, and what it can never do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as pulumi from '@pulumi/pulumi';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Drill, type DrillArgs } from '../../components/recovery';
import { drillRecord } from '../support/drillRecord';
import { recordResources, SECRET, valueOf, type Recorder } from '../support/pulumiMocks';

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv';
const OTHER_KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
] as const;
const folder = mkdtempSync(join(tmpdir(), 'drill-'));
const keyFile = join(folder, 'key');
let recorder: Recorder;

beforeAll(async () => {
  writeFileSync(keyFile, 'canary-private-key');
  recorder = await recordResources((type) =>
    type.endsWith(':Command') ? { stdout: JSON.stringify(drillRecord()) } : {},
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => recorder.clear());

function args(changes: Partial<DrillArgs> = {}): DrillArgs {
  return {
    cluster: {
      version: 'V8R6',
      nodes: [
        { name: 'node1', host: '10.0.0.11', hostKey: OTHER_KEYS[0] },
        { name: 'node2', host: '10.0.0.12', hostKey: OTHER_KEYS[1] },
        { name: 'repo', host: '10.0.0.14', hostKey: HOST_KEY, role: 'repository' },
      ],
      connection: { user: 'ops', privateKeyFile: keyFile },
      directories: { prefix: '/home/kingbase/cluster/prod/kingbase', data: '/data/kingbase/data' },
      clients: ['10.0.8.0/24'],
      failover: { trustedServers: ['10.0.0.1'] },
      virtualIp: '10.0.0.100/24',
    },
    requestId: 'monthly-11',
    ...changes,
  };
}

async function declare(changes: Partial<DrillArgs> = {}): Promise<Drill> {
  const drill = new Drill('prod-drill-monthly-11', args(changes));
  await valueOf(drill.result as pulumi.Output<unknown>);
  await valueOf(drill.urn);
  return drill;
}

describe('a drill', () => {
  it('is a gate and, behind it, one command that runs the installed action with the id', async () => {
    await declare({ target: 'time=2026-11-21T13:30:00+08:00' });
    expect(recorder.resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'command:remote:Command prod-drill-monthly-11-run',
      'kingbase:recovery:Drill prod-drill-monthly-11',
      'pulumi-nodejs:dynamic/kingbase:ActionGate prod-drill-monthly-11-gate',
    ]);
    const run = recorder.find('prod-drill-monthly-11-run');
    expect(run.inputs['create']).toBe(
      "sudo -n /usr/local/lib/pulumi-kingbase/drill.sh --follow '--id' 'monthly-11' '--target' 'time=2026-11-21T13:30:00+08:00'",
    );
    expect(run.dependsOn).toEqual(['prod-drill-monthly-11-gate']);
    expect(Object.keys(run.inputs)).not.toEqual(expect.arrayContaining(['update']));
    expect(Object.keys(run.inputs)).not.toEqual(expect.arrayContaining(['delete']));
    expect(Object.keys(run.inputs)).not.toEqual(expect.arrayContaining(['triggers']));
  });

  it('goes to the node that holds the repository, with its pinned key, and its login is a secret', async () => {
    await declare();
    const { connection } = recorder.find('prod-drill-monthly-11-run').inputs;
    expect(connection).toMatchObject({
      [SECRET]: expect.anything() as unknown,
      value: { host: '10.0.0.14', hostKey: HOST_KEY },
    });
    expect(JSON.stringify(recorder.resources.filter(({ name }) => !name.endsWith('-run')))).not.toContain('canary');
  });

  it('shows its gate what was asked for, and what will be done', async () => {
    await declare({ target: 'xid=5', verify: false });
    expect(recorder.find('prod-drill-monthly-11-gate').inputs).toMatchObject({
      requestId: 'monthly-11',
      kind: 'drill',
      inputs: { node: 'repo', target: 'xid=5', verify: false },
      does: expect.stringContaining('on repo: restores the newest backup before it to the target xid=5') as string,
    });
  });

  it('gives what was recorded', async () => {
    expect(await valueOf((await declare()).result as pulumi.Output<unknown>)).toEqual(drillRecord());
  });

  it.each<[string, Partial<DrillArgs>, string]>([
    ['a target without zone', { target: 'time=2026-11-21T13:30:00' }, 'is not understood'],
    ['an id that is no word', { requestId: "x'; reboot" }, 'is no request id'],
    ['a node that is not there', { node: 'node9' }, 'there is no node "node9"'],
    [
      'a cluster without a repository',
      { cluster: { ...args().cluster, nodes: (args().cluster.nodes ?? []).slice(0, 2) } },
      'no node holds a repository',
    ],
    [
      'a key that cannot be read',
      { cluster: { ...args().cluster, connection: { user: 'ops', privateKeyFile: '/no/key' } } },
      '/no/key cannot be read',
    ],
  ])('refuses %s before it declares anything', (_, changes, message) => {
    expect(() => new Drill('prod-drill-x', args(changes))).toThrow(message);
    expect(recorder.names('command:remote:Command')).toEqual([]);
  });
});
