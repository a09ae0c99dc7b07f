/** Member against nodes that are only observations: what an update repairs, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import type { ReachableNode } from '../../../core/observe/types';
import type { FakeCluster } from '../../support/fakeCluster';
import { files, HBA, CRON, file, inputsOf, handlerOf, did, order, three, outputsOf } from '../../support/memberInputs';
import {
  emptyNode,
  memberNote,
  noLedger,
  primaryNode,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  THREE_RECORDS,
} from '../../support/observations';

describe('update', () => {
  const run = async (cluster: FakeCluster, name: string) =>
    handlerOf(cluster).update('x', outputsOf(cluster, name), inputsOf(cluster, name));

  it.each<[string, string, Record<string, ReachableNode>, string[]]>([
    ['daemons', 'node2', { node2: standbyNode('node2', { kbhaPid: null }) }, ['node2: daemons', 'node2: joined']],
    [
      'a slot, on the primary',
      'node2',
      { node2: standbyNode('node2', {}, { receiver: undefined }), node1: primaryNode('node1', {}, { slots: [] }) },
      ['node1: slot', 'node2: join', 'node2: daemons', 'node2: joined'],
    ],
    [
      'a registration',
      'node2',
      {
        node1: primaryNode('node1', {
          repmgr: { records: THREE_RECORDS.slice(0, 1), paused: false, clusterShow: undefined },
        }),
      },
      ['node2: join', 'node2: daemons', 'node2: joined'],
    ],
    [
      'the rights of the role, and the registration of the primary',
      'node1',
      {
        node1: primaryNode(
          'node1',
          { repmgr: { records: [], paused: false, clusterShow: undefined } },
          { clusterRole: undefined },
        ),
      },
      ['node1: role', 'node1: registerPrimary', 'node1: daemons', 'node1: virtualIp', 'node1: joined'],
    ],
    [
      'nothing of what is paused',
      'node2',
      { node2: standbyNode('node2', { automation: 'paused', kbhaPid: null, repmgrdPid: null }) },
      ['node2: joined'],
    ],
  ])('repairs %s', async (_what, name, nodes, expected) => {
    const cluster = three(nodes);
    await run(cluster, name);
    expect(did(cluster)).toEqual(expected);
  });

  it.each<[string, Record<string, ReachableNode | undefined>]>([
    ['cut off from all others', { node2: undefined, node3: undefined }],
    ['nobody follows', { node2: stoppedStandby('node2'), node3: stoppedPrimary('node3') }],
  ])('neither takes the virtual IP nor registers by force for a primary %s', async (_what, nodes) => {
    const repmgr = { records: [], paused: false, clusterShow: undefined };
    const cluster = three({ node1: primaryNode('node1', { repmgr }), ...nodes });
    await run(cluster, 'node1');
    expect(did(cluster)).toEqual(['node1: daemons', 'node1: joined']);
  });

  it('starts a standby that was stopped', async () => {
    const cluster = three({ node2: stoppedStandby('node2') });
    cluster.steps['start'] = (name) => cluster.set(name, standbyNode(name));
    await run(cluster, 'node2');
    expect(did(cluster)[0]).toBe('node2: start');
    expect(cluster.env.get('node2: start')).toMatchObject({ KB_START_AS: 'standby' });
  });

  const PAUSED = { automation: 'paused', kbhaPid: null, repmgrdPid: null } as const;
  it.each<[string, string, Record<string, ReachableNode | undefined>]>([
    ['starts no standby', 'node2', { node2: stoppedStandby('node2', PAUSED) }],
    ['clones nothing', 'node2', { node2: emptyNode('node2', PAUSED) }],
    [
      'starts no former primary',
      'node1',
      { node1: stoppedPrimary('node1', PAUSED), node2: stoppedStandby('node2'), node3: stoppedStandby('node3') },
    ],
    [
      'waits for nobody with the standby of a cluster that is off',
      'node2',
      { node1: undefined, node2: emptyNode('node2', PAUSED), node3: undefined },
    ],
  ])('%s where an operator paused and stopped it', async (_what, name, nodes) => {
    const cluster = three(nodes);
    cluster.fileVerdicts.set(`${name}:${CRON}`, 'paused');
    const started = cluster.clock.now();
    const { outs } = await run(cluster, name);
    expect(order(cluster)).toEqual([]);
    expect(cluster.clock.now()).toBe(started);
    expect(outs.observed).toMatchObject({
      automation: 'paused',
      database: 'stopped',
      drift: [],
      leftAlone: expect.stringContaining('automation.sh resume') as string,
    });
    const seen = await handlerOf(cluster).read('x', outs);
    expect(await handlerOf(cluster).diff('x', seen.props, inputsOf(cluster, name))).toEqual({ changes: false });
  });

  it('starts nothing in a cluster that was paused and stopped as a whole', async () => {
    const cluster = three({
      node1: stoppedPrimary('node1', PAUSED),
      node2: stoppedStandby('node2', PAUSED),
      node3: stoppedStandby('node3', PAUSED),
    });
    for (const name of ['node1', 'node2', 'node3']) {
      await run(cluster, name);
    }
    expect(order(cluster)).toEqual([]);
  });

  it('remembers which files it did not write on a node that is paused and stopped', async () => {
    const cluster = three({ node2: stoppedStandby('node2', PAUSED) });
    cluster.fileVerdicts.set(`node2:${HBA}`, 'content');
    const { outs } = await run(cluster, 'node2');
    expect(order(cluster)).toEqual([]);
    expect(outs.observed).toMatchObject({ drift: [{ kind: 'file', subject: HBA, found: 'content' }] });
  });

  it('joins a new member whose automation is paused: it has never run', async () => {
    const cluster = three({ node2: emptyNode('node2', PAUSED) });
    cluster.steps['join'] = (name) => cluster.set(name, standbyNode(name, PAUSED));
    await handlerOf(cluster).create(inputsOf(cluster, 'node2'));
    expect(did(cluster)).toContain('node2: clone');
  });

  it('reloads after it put sys_hba.conf back, and takes away what is ours no more', async () => {
    const cluster = three();
    cluster.fileVerdicts.set(`node2:${HBA}`, 'content');
    const olds = outputsOf(cluster, 'node2', { files: { ...files, '/kbdata/data/old.conf': file } });
    await handlerOf(cluster).update('x', olds, inputsOf(cluster, 'node2'));
    expect(order(cluster).slice(0, 3)).toEqual([
      'node2: remove /kbdata/data/old.conf',
      `node2: apply ${HBA}`,
      'node2: reload',
    ]);
  });

  it('leaves the database of a former primary to recovery', async () => {
    const cluster = three({ node1: stoppedPrimary('node1'), node2: primaryNode('node2') });
    const { outs } = await run(cluster, 'node1');
    expect(did(cluster)).toEqual([]);
    expect(outs.observed).toMatchObject({ leftAlone: expect.stringContaining('is not started here') as string });
  });

  it('refuses data that is gone, with the way out', async () => {
    const cluster = three({
      node2: emptyNode('node2', { ledger: noLedger({ member: memberNote('node2', 'joined') }) }),
    });
    await expect(run(cluster, 'node2')).rejects.toThrow(
      /its data directory \/kbdata\/data is empty\nHINT: Mount its volume/,
    );
    expect(order(cluster)).toEqual([]);
  });
});
