/** The records under kingbase:actions under the SDK's mock monitor: what each declares, and in which order they run. */
import type * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { declareActions } from '../../components/recovery/declareActions';
import { parseActions } from '../../core/action/parseActions';
import { recordResources, valueOf, type Recorder } from '../support/pulumiMocks';

const RECORD = {
  requestId: 'freeze-1',
  kind: 'freezeWrites',
  cluster: 'prod',
  node: 'node1',
  state: 'succeeded',
  inputs: {},
  reason: null,
  startedAt: '2026-11-21T00:00:00.000Z',
};
const CLUSTER = {
  version: 'V8R6' as const,
  nodes: [
    {
      name: 'node1',
      host: '10.0.0.11',
      hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
    },
    {
      name: 'node2',
      host: '10.0.0.12',
      hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
    },
    {
      name: 'repo',
      host: '10.0.0.14',
      hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyBmMUqKTHqEK7hV7+4o1cyXw2m1tUVp9gZpTB1HHqL',
      role: 'repository' as const,
    },
  ],
  connection: { user: 'ops', agent: true },
  directories: { prefix: '/home/kingbase/cluster/prod/kingbase', data: '/data/kingbase/data' },
  clients: ['10.0.8.0/24'],
  failover: { trustedServers: ['10.0.0.1'] },
  virtualIp: '10.0.0.100/24',
};

let recorder: Recorder;
beforeAll(async () => {
  recorder = await recordResources((type) => (type.endsWith(':Command') ? { stdout: JSON.stringify(RECORD) } : {}));
});
beforeEach(() => recorder.clear());

async function declare(...records: readonly Readonly<Record<string, unknown>>[]): Promise<readonly unknown[]> {
  const results = declareActions('prod', CLUSTER, undefined, parseActions(records));
  return Promise.all(Object.values(results).map((result) => valueOf(result as pulumi.Output<unknown>)));
}

const freeze = { requestId: 'freeze-1', kind: 'freezeWrites' };
const evidence = { requestId: 'evidence-1', kind: 'preserveEvidence', inputs: { node: 'node2' } };

describe('a record', () => {
  it('is a gate and, behind it, one command that runs the installed program with its id, and gives what it recorded', async () => {
    expect(await declare(evidence)).toEqual([RECORD]);
    expect(recorder.resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'command:remote:Command prod-preserveEvidence-evidence-1-run',
      'kingbase:recovery:PreserveEvidence prod-preserveEvidence-evidence-1',
      'pulumi-nodejs:dynamic/kingbase:ActionGate prod-preserveEvidence-evidence-1-gate',
    ]);
    const run = recorder.find('prod-preserveEvidence-evidence-1-run');
    expect(run.inputs['create']).toBe(
      "sudo -n /usr/local/lib/pulumi-kingbase/action.sh --follow 'evidence-1' 'preserveEvidence' 'node=node2'",
    );
    expect(run.inputs['connection']).toMatchObject({ value: { host: '10.0.0.12' } });
    expect(run.inputs).not.toHaveProperty('update');
    expect(run.inputs).not.toHaveProperty('delete');
    expect(run.dependsOn).toContain('prod-preserveEvidence-evidence-1-gate');
  });
});

describe('records', () => {
  it('run in the order of the list, because each holds the cluster; a drill waits for nobody and nobody for it', async () => {
    await declare(freeze, { requestId: 'drill-1', kind: 'drill' }, evidence);
    const behind = (name: string): readonly string[] => recorder.find(name).dependsOn;
    expect(behind('prod-preserveEvidence-evidence-1-run')).toContain('prod-freezeWrites-freeze-1-run');
    expect(behind('prod-freezeWrites-freeze-1-run')).toEqual(['prod-freezeWrites-freeze-1-gate']);
    expect(behind('prod-drill-drill-1-run')).toEqual(['prod-drill-drill-1-gate']);
    expect(behind('prod-preserveEvidence-evidence-1-run')).not.toContain('prod-drill-drill-1-run');
  });
});
