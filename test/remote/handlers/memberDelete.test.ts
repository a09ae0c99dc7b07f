/** Member against nodes that are only observations: leaving, and what must not be stopped. */
import { describe, expect, it } from 'vitest';
import type { ReachableNode } from '../../../core/observe/types';
import { HBA, CRON, handlerOf, order, three, outputsOf } from '../../support/memberInputs';
import {
  emptyNode,
  memberNote,
  noLedger,
  primaryNode,
  stoppedStandby,
  THREE_RECORDS,
} from '../../support/observations';

describe('delete', () => {
  it('goes cron, kbha, repmgrd, database, then its files; data stays', async () => {
    const cluster = three();
    await handlerOf(cluster).delete('x', outputsOf(cluster, 'node2'));
    expect(order(cluster)).toEqual([
      `node2: purge ${CRON}`,
      'node2: stopKbha',
      'node2: stopRepmgrd',
      'node2: stop',
      'node2: left',
      `node2: remove ${HBA}`,
    ]);
  });

  it.each<[string, Record<string, ReachableNode | undefined>]>([
    ['a primary', {}],
    ['a primary whose peers cannot be reached', { node2: undefined, node3: undefined }],
    [
      'what runs without an answer and may be the primary',
      { node1: primaryNode('node1', { server: { running: true, answers: undefined, reason: 'timeout' } }) },
    ],
  ])('refuses to stop %s under other members, and touches nothing', async (_what, nodes) => {
    const cluster = three(nodes);
    const deletion = handlerOf(cluster).delete('x', outputsOf(cluster, 'node1'));
    await expect(deletion).rejects.toMatchObject({
      findings: [
        { code: 'membership/remove-primary', path: 'node1', hint: expect.stringContaining('Switch over') as string },
      ],
    });
    expect(order(cluster)).toEqual([]);
  });

  const left = (name: string) => stoppedStandby(name, { ledger: noLedger({ member: memberNote(name, 'left') }) });
  it.each<[string, Record<string, ReachableNode | undefined>]>([
    [
      'while the whole cluster is taken down',
      { node1: primaryNode('node1', { ledger: noLedger({ teardown: '{}' }) }) },
    ],
    ['once all others left or never joined', { node2: left('node2'), node3: emptyNode('node3') }],
  ])('stops a primary %s', async (_what, nodes) => {
    const cluster = three(nodes);
    await handlerOf(cluster).delete('x', outputsOf(cluster, 'node1'));
    expect(order(cluster)).toContain('node1: stop');
  });

  it('stops a primary that is alone', async () => {
    const cluster = three();
    await handlerOf(cluster).delete('x', outputsOf(cluster, 'node1', { peers: [] }));
    expect(order(cluster)).toContain('node1: stop');
  });

  it('leaves a host alone that is a node of another name by now', async () => {
    const cluster = three();
    cluster.files.set('node2:/var/lib/pulumi-kingbase/orders/member.json', memberNote('db2', 'joined'));
    await handlerOf(cluster).delete('x', outputsOf(cluster, 'node2'));
    expect(order(cluster)).toEqual([]);
  });

  it('forgets a host that is gone once the cluster has forgotten it, or goes away itself', async () => {
    const forgotten = three({
      node3: undefined,
      node1: primaryNode('node1', {
        repmgr: { records: THREE_RECORDS.slice(0, 2), paused: false, clusterShow: undefined },
      }),
    });
    await handlerOf(forgotten).delete('x', outputsOf(forgotten, 'node3'));
    const teardown = three({
      node3: undefined,
      node2: stoppedStandby('node2', { ledger: noLedger({ teardown: '{}' }) }),
    });
    await handlerOf(teardown).delete('x', outputsOf(teardown, 'node3'));
  });

  it('fails for a host that is gone but still registered, and says how to unregister it', async () => {
    const cluster = three({ node3: undefined });
    await expect(handlerOf(cluster).delete('x', outputsOf(cluster, 'node3'))).rejects.toThrow(
      'repmgr standby unregister --node-id=3',
    );
  });

  it.each([
    ['forgets a machine that another took the place of, once it is unregistered', THREE_RECORDS.slice(0, 2), undefined],
    ['refuses it while it is registered, and says how to go on', THREE_RECORDS, 'put its new key into hostKey'],
  ])('%s', async (_what, records, hint) => {
    const cluster = three({
      node1: primaryNode('node1', { repmgr: { records, paused: false, clusterShow: undefined } }),
    });
    cluster.hostKeys.set('node3', 'ssh-ed25519 BBBB');
    const deletion = handlerOf(cluster).delete('x', outputsOf(cluster, 'node3'));
    await (hint === undefined ? deletion : expect(deletion).rejects.toThrow(hint));
    expect(order(cluster)).toEqual([]);
  });

  it('does not hide a step that failed', async () => {
    const cluster = three();
    cluster.steps['stop'] = () => 1;
    await expect(handlerOf(cluster).delete('x', outputsOf(cluster, 'node2'))).rejects.toThrow('exit code 1');
  });
});
