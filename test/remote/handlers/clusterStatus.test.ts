/** ClusterStatus: observed truth, never a change. */
import { describe, expect, it } from 'vitest';
import { clusterStatusHandler } from '../../../remote/handlers/clusterStatus';
import { FakeCluster } from '../../support/fakeCluster';
import { emptyNode, primaryNode, standbyNode } from '../../support/observations';

const cluster = new FakeCluster({
  node1: primaryNode('node1'),
  node2: standbyNode('node2'),
  node3: standbyNode('node3'),
  repo: emptyNode('repo'),
});
const inputs = { cluster: 'orders', nodes: ['node1', 'node2', 'node3', 'repo'].map((name) => cluster.node(name)) };
const handler = clusterStatusHandler(cluster.open);

describe('clusterStatusHandler', () => {
  it('reports the cluster at creation and at each refresh', async () => {
    const { id, outs } = await handler.create(inputs);
    expect(id).toBe('orders');
    expect(outs.observed).toMatchObject({ primary: 'node1', healthy: true, reasons: [] });
    cluster.set('node2', undefined);
    const { props } = await handler.read(id, outs);
    expect(props.observed).toMatchObject({
      healthy: false,
      nodes: [{}, { role: 'unknown', status: 'running' }, {}, {}],
    });
    expect(await handler.diff(id, props, inputs)).toEqual({ changes: false });
    expect(cluster.log).toEqual([]);
  });

  it('says of a licence that ends within the declared days that the cluster is not armed; a state of before has the vendor’s 30', async () => {
    const ending = new FakeCluster({ node1: primaryNode('node1', {}, { licenseDays: 29 }) });
    const ends = { cluster: 'orders', nodes: [ending.node('node1')] };
    const reasonsOf = async (more: object): Promise<string> => {
      const { outs } = await clusterStatusHandler(ending.open).create({ ...ends, ...more });
      return (outs.observed.armed?.reasons ?? []).join('\n');
    };
    expect(await reasonsOf({})).toContain('node1: its licence ends in 29 days (install.licenseMinDays is 30)');
    expect(await reasonsOf({ licenseMinDays: 60 })).toContain('(install.licenseMinDays is 60)');
    expect(await reasonsOf({ licenseMinDays: 29 })).not.toContain('licence');
    const { outs } = await handler.create({ ...inputs, licenseMinDays: 30 });
    expect(await handler.diff('x', outs, { ...inputs, licenseMinDays: 60 })).toEqual({ changes: true });
    const before = (await handler.create(inputs)).outs;
    expect(await handler.diff('x', before, { ...inputs, licenseMinDays: 30 })).toEqual({ changes: false });
    expect(await handler.diff('x', before, { ...inputs, licenseMinDays: 60 })).toEqual({ changes: true });
  });

  it('looks at other nodes once they are declared', async () => {
    const { outs } = await handler.create(inputs);
    const fewer = { ...inputs, nodes: inputs.nodes.slice(0, 1) };
    expect(await handler.diff('x', outs, fewer)).toEqual({ changes: true });
    expect((await handler.update('x', outs, fewer)).outs.observed.nodes).toHaveLength(1);
    await handler.delete('x', outs);
  });
});
