/** ClusterDiagnosis: observed truth, never a change, and never an exception. */
import { describe, expect, it } from 'vitest';
import { clusterDiagnosisHandler } from '../../../remote/handlers/clusterDiagnosis';
import { RemoteError } from '../../../remote/remoteError';
import type { Remote } from '../../../remote/remote';
import { FakeCluster } from '../../support/fakeCluster';
import { primaryNode, standbyNode } from '../../support/observations';

const cluster = new FakeCluster({ node1: primaryNode('node1'), node2: standbyNode('node2') });
const inputs = { cluster: 'orders', nodes: ['node1', 'node2'].map((name) => cluster.node(name)) };
const gone = (host: string): Promise<never> =>
  Promise.reject(new RemoteError('remote/unreachable', host, { message: `no route to ${host}`, hint: 'Look.' }));
const handler = clusterDiagnosisHandler(
  ({ host }) => ({ host, script: () => gone(host), close: () => undefined }) as unknown as Remote,
);

describe('clusterDiagnosisHandler', () => {
  it('says what it could not read, at creation and at each refresh, and shows no change', async () => {
    const { id, outs } = await handler.create(inputs);
    expect(id).toBe('orders');
    expect(outs.observed).toMatchObject({ class: 'fullClusterFailure', primary: { kind: 'none' } });
    const { props } = await handler.read(id, outs);
    expect(props.observed.notProved.map(({ node }) => node)).toEqual(['node1', 'node2']);
    expect(await handler.diff(id, props, inputs)).toEqual({ changes: false });
  });

  it('looks at other nodes once they are declared', async () => {
    const { outs } = await handler.create(inputs);
    const fewer = { ...inputs, nodes: inputs.nodes.slice(0, 1) };
    expect(await handler.diff('orders', outs, fewer)).toEqual({ changes: true });
    expect((await handler.update('orders', outs, fewer)).outs.observed.nodes).toHaveLength(1);
  });
});
