/** ReplaceGuard: looks at every run, changes nothing, and fails where the primary would go. */
import { describe, expect, it } from 'vitest';
import { replaceGuardHandler } from '../../../remote/handlers/replaceGuard';
import { FakeCluster } from '../../support/fakeCluster';
import { emptyNode, primaryNode, standbyNode } from '../../support/observations';

const NAMES = ['node1', 'node2', 'node3', 'repo'];
const make = () => {
  const cluster = new FakeCluster({
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    repo: emptyNode('repo'),
  });
  const nodes = NAMES.map((name) => cluster.node(name));
  return { cluster, inputs: (node: string, unchecked = false) => ({ node, nodes, unchecked }) };
};

describe('replaceGuardHandler', () => {
  it('passes for a standby and for the repository, and says who was primary', async () => {
    const { cluster, inputs } = make();
    const handler = replaceGuardHandler(cluster.open);
    expect(await handler.create(inputs('node2'))).toMatchObject({ id: 'node2', outs: { primary: 'node1' } });
    expect((await handler.create(inputs('repo'))).outs.primary).toBe('node1');
    expect(cluster.log).toEqual([]);
  });

  it('looks again at each update: roles may have changed since', async () => {
    const { cluster, inputs } = make();
    const handler = replaceGuardHandler(cluster.open);
    const { id, outs } = await handler.create(inputs('node2'));
    expect(await handler.diff(id, outs, inputs('node2'))).toEqual({ changes: true });
    cluster.set('node1', standbyNode('node1'));
    cluster.set('node2', primaryNode('node2'));
    await expect(handler.update(id, outs, inputs('node2'))).rejects.toThrow(
      'replace: node2 is the primary, and its host is not replaced\nHINT: Switch over to another node first',
    );
    expect((await handler.read(id, outs)).props).toEqual(outs);
    await handler.delete(id, outs);
  });

  it('refuses where nobody can be asked, and takes a waiver for that', async () => {
    const { cluster, inputs } = make();
    for (const name of NAMES) cluster.set(name, undefined);
    const handler = replaceGuardHandler(cluster.open);
    await expect(handler.create(inputs('node2'))).rejects.toThrow('no primary is to be seen');
    expect((await handler.create(inputs('node2', true))).outs.primary).toBeNull();
  });
});
