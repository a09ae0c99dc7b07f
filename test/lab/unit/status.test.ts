import { describe, expect, it } from 'vitest';
import type { ClusterStatusReport, NodeStatus } from '../../../core/observe/clusterReport';
import { machinesText, upText } from '../../../lab/output';
import { statusJson, statusTable } from '../../../lab/status';
import { computeBudget } from '../../../core/budget/computeBudget';
import { parseClusterSpec } from '../../../core/spec/parseClusterSpec';
import { failureLines } from '../../../lab/stack/deploy';
import { manifest } from './labFixture';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnkfIybnZZJHAsa9t/X+Ah7oswKRRVHhIg4WZTynu4';
const cluster = {
  name: 'lab',
  nodes: [11, 12, 13].map((octet, index) => ({
    name: `node${index + 1}`,
    host: `10.77.0.${octet}`,
    hostKey: `${KEY}${index}`,
  })),
  connection: { agent: true },
  failover: { preset: 'fast', trustedServers: ['10.77.0.1'] },
};

const seen = (name: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  name,
  host: '10.77.0.11',
  role: 'standby',
  status: 'running',
  upstream: 'node1',
  timeline: 1,
  lagBytes: 0,
  repmgrd: true,
  kbha: true,
  automation: 'active',
  repmgrdPaused: false,
  licenseDays: null,
  reason: null,
  ...more,
});

const report = (more: Partial<ClusterStatusReport> = {}): ClusterStatusReport => ({
  cluster: 'lab',
  primary: 'node1',
  nodes: [seen('node1', { role: 'primary', status: '* running', upstream: null }), seen('node2')],
  healthy: true,
  reasons: [],
  warnings: [],
  virtualIp: null,
  synchronousStandbyNames: null,
  settingConflicts: [],
  pendingRestart: {},
  ...more,
});

describe('the status of a lab', () => {
  it('as JSON has exactly the promised fields', () => {
    const json = statusJson(report());
    expect(Object.keys(json)).toEqual(['cluster', 'primary', 'nodes']);
    expect(json.nodes[1]).toEqual({
      name: 'node2',
      host: '10.77.0.11',
      role: 'standby',
      status: 'running',
      upstream: 'node1',
      timeline: 1,
      lagBytes: 0,
      repmgrd: true,
      kbha: true,
    });
  });

  it('as a table shows a dash for what is unknown and shouts what does not run', () => {
    const text = statusTable(
      report({
        healthy: false,
        primary: null,
        nodes: [seen('node2', { upstream: null, lagBytes: null, kbha: false })],
      }),
    );
    expect(text).toContain('cluster lab: NOT HEALTHY, primary none');
    expect(text).toMatch(/node2 +10\.77\.0\.11 +standby +running +- +1 +- +running +NOT RUNNING\n/);
  });

  it('gives every reason a line of its own', () => {
    const text = statusTable(report({ healthy: false, reasons: ['node2: gone', 'node3: gone'], warnings: ['paused'] }));
    expect(text).toContain('\n  ! node2: gone\n  ! node3: gone\n  - paused\n');
  });

  it('shows the machines that are off and the faults that are active', () => {
    const since = '2026-11-21T00:00:00.000Z';
    const faults = [{ name: 'partition', node: 'node1', since, options: { from: 'node2' } }];
    const text = machinesText(manifest({ faults }), ['node1', 'node2', 'repo']);
    expect(text).toMatch(/node3 +10\.77\.0\.13 +OFF/);
    expect(text).toContain(`active fault: partition on node1 from node2, since ${since}`);
  });

  it('ends up with topology, endpoints, budget and the next commands', () => {
    const parsed = parseClusterSpec(cluster);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
    const outputs = { readWriteEndpoint: '10.77.0.100:54321', jdbcUrl: 'jdbc:x', budget: computeBudget(parsed.spec) };
    const text = upText(manifest({ name: 'two' }), report(), outputs);
    expect(text).toMatch(/topology\n {2}node1 +10\.77\.0\.11 +database\n/);
    expect(text).toContain('endpoints\n  readWriteEndpoint  10.77.0.100:54321\n  jdbcUrl            jdbc:x\n');
    expect(text).toMatch(/recovery budget\n[\s\S]*database killed/);
    expect(text).toContain('npm run lab:down -- --name two');
    expect(text).toContain('npm run lab:shell -- --name two node1');
  });

  it('names what failed in a deployment, not the summary after it', () => {
    const output = 'Running up\n + x created\n     error: disk full\nOutputs:\n  topology: {}\nResources: 1\n';
    expect(failureLines(output)).toBe('     error: disk full');
    expect(failureLines('one\ntwo\n')).toBe('one\ntwo');
  });
});
