/** kingbase:recovery:Diagnosis under the SDK's mock monitor: one look at all hosts, whose findings are its outputs. */
import type * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Diagnosis, type DiagnosisArgs } from '../../components/recovery';
import { recordResources, valueOf, type Recorder } from '../support/pulumiMocks';

const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIMSPx4FqBu0OlwlXG1pWjN5Gu6jFSBwYDTBSXBbHSfv',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC3LkAj6HuJlNqnGIzBDWmyDO0q5wLyVyM1pqIKhKXa0',
] as const;
const STEP = { text: 'Promote node2', node: 'node2', available: false, needsConfirm: true, commands: [] };
const SEEN = {
  class: 'noPrimary',
  because: ['no node accepts writes'],
  primary: { kind: 'chosen', node: 'node2' },
  steps: [STEP],
};
let recorder: Recorder;

beforeAll(async () => {
  recorder = await recordResources((type) => (type.endsWith(':ClusterDiagnosis') ? { observed: SEEN } : {}));
});
beforeEach(() => recorder.clear());

const args: DiagnosisArgs = {
  cluster: {
    version: 'V8R6',
    nodes: [
      { name: 'node1', host: '10.0.0.11', hostKey: KEYS[0] },
      { name: 'node2', host: '10.0.0.12', hostKey: KEYS[1] },
    ],
    connection: { user: 'ops', agent: true },
    directories: { prefix: '/home/kingbase/cluster/prod/kingbase', data: '/data/kingbase/data' },
    clients: ['10.0.8.0/24'],
    failover: { trustedServers: ['10.0.0.1'] },
    virtualIp: '10.0.0.100/24',
  },
};

describe('a diagnosis', () => {
  it('is one look at the hosts, and nothing else', async () => {
    const diagnosis = new Diagnosis('prod-diagnosis', args);
    await valueOf(diagnosis.reasons as pulumi.Output<unknown>);
    expect(recorder.resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'kingbase:recovery:Diagnosis prod-diagnosis',
      'pulumi-nodejs:dynamic/kingbase:ClusterDiagnosis prod-diagnosis-look',
    ]);
  });

  it('gives what was seen', async () => {
    const { failureClass, proposedPrimary, reasons, actions } = new Diagnosis('prod-diagnosis', args);
    expect(await valueOf(failureClass as pulumi.Output<unknown>)).toBe('noPrimary');
    expect(await valueOf(proposedPrimary as pulumi.Output<unknown>)).toBe('node2');
    expect(await valueOf(reasons as pulumi.Output<unknown>)).toEqual(['no node accepts writes']);
    expect(await valueOf(actions as pulumi.Output<unknown>)).toEqual([STEP]);
  });
});
