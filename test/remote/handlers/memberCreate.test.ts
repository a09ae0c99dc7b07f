/** Member against nodes that are only observations: the steps of joining, their order, and what is refused. */
import { describe, expect, it } from 'vitest';
import type { ReachableNode } from '../../../core/observe/types';
import { FakeCluster } from '../../support/fakeCluster';
import { HBA, CRON, database, inputsOf, handlerOf, did, order, three, outputsOf } from '../../support/memberInputs';
import {
  cutOffClone,
  emptyNode,
  foreignNode,
  hostOf,
  memberNote,
  noLedger,
  primaryNode,
  record,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
  THREE_RECORDS,
} from '../../support/observations';

describe('create', () => {
  it('clones the primary, places files, joins, and puts the cron line last', async () => {
    const cluster = three({ node2: emptyNode('node2') });
    cluster.steps['join'] = (name) => cluster.set(name, standbyNode(name, { automation: 'missing' }));
    const { id, outs } = await handlerOf(cluster).create(inputsOf(cluster, 'node2'));
    expect(id).toBe('orders/node2');
    expect(order(cluster)).toEqual([
      // Else `recovery` would take it for a failed member and rejoin the half copy.
      'node1: unregister',
      'node2: admitted',
      'node2: clone',
      `node2: apply ${HBA}`,
      'node2: join',
      `node2: apply ${HBA}`,
      'node2: daemons',
      'node2: joined',
      `node2: apply ${CRON}`,
    ]);
    expect(cluster.env.get('node2: clone')).toMatchObject({
      KB_WIPE: 'no',
      KB_PRIMARY_HOST: '10.0.0.11',
      KB_SYSTEM: SYSTEM,
    });
    expect(outs.observed).toMatchObject({ reachable: true, role: 'standby' });
  });

  it('asks the cluster who is primary: after a failover it clones from the new one', async () => {
    const cluster = three({ node1: emptyNode('node1'), node2: primaryNode('node2') });
    cluster.steps['join'] = (name) =>
      cluster.set(
        name,
        standbyNode(name, { repmgr: { records: THREE_RECORDS, paused: false, clusterShow: undefined } }),
      );
    await handlerOf(cluster).create(inputsOf(cluster, 'node1'));
    expect(cluster.env.get('node1: clone')).toMatchObject({ KB_PRIMARY_HOST: '10.0.0.12' });
  });

  it('wipes and repeats its own unfinished clone', async () => {
    const cluster = three({ node2: cutOffClone('node2') });
    cluster.steps['join'] = (name) => cluster.set(name, standbyNode(name));
    await handlerOf(cluster).create(inputsOf(cluster, 'node2'));
    expect(cluster.env.get('node2: clone')).toMatchObject({ KB_WIPE: 'yes' });
  });

  it.each<[string, ReachableNode]>([
    ['was finished by hand', { ...stoppedStandby('node2'), ledger: cutOffClone('node2').ledger }],
    [
      'was begun in other directories',
      { ...cutOffClone('node2'), ledger: noLedger({ member: memberNote('node2', 'cloning', { data: '/old' }) }) },
    ],
  ])('touches nothing where the noted clone %s', async (_what, node) => {
    const cluster = three({ node2: node });
    await expect(handlerOf(cluster).create(inputsOf(cluster, 'node2'))).rejects.toMatchObject({
      code: 'member/clone-not-ours-to-wipe',
    });
    expect(order(cluster)).toEqual([]);
  });

  it('goes on with what a killed run finished meanwhile', async () => {
    const cluster = three({ node2: emptyNode('node2') });
    cluster.steps['clone'] = (name) => {
      cluster.set(name, stoppedStandby(name, { ledger: noLedger({ member: memberNote(name, 'cloned') }) }));
      return 76;
    };
    cluster.steps['start'] = (name) => cluster.set(name, standbyNode(name));
    await handlerOf(cluster).create(inputsOf(cluster, 'node2'));
    expect(did(cluster)).toEqual([
      'node1: unregister',
      'node2: admitted',
      'node2: clone',
      'node2: start',
      'node2: daemons',
      'node2: joined',
    ]);
  });

  it('takes the primary as it is: daemons, and the virtual IP', async () => {
    const cluster = three({ node1: primaryNode('node1', { repmgrdPid: null }) });
    await handlerOf(cluster).create(inputsOf(cluster, 'node1'));
    expect(did(cluster)).toEqual(['node1: daemons', 'node1: virtualIp', 'node1: joined']);
  });

  it('waits until a failed node was recovered by the cluster, and gives up with the reason', async () => {
    const former = () => three({ node1: stoppedPrimary('node1'), node2: primaryNode('node2', {}, { timeline: 2 }) });
    const recovers = former();
    recovers.onSleep = () => recovers.set('node1', standbyNode('node1'));
    await handlerOf(recovers).create(inputsOf(recovers, 'node1'));
    expect(did(recovers)).toContain('node1: joined');
    const stays = former();
    await expect(handlerOf(stays).create(inputsOf(stays, 'node1'))).rejects.toThrow(
      'was primary before node2 took over',
    );
    expect(did(stays)).toEqual([]);
  });

  it('refuses foreign data and touches nothing', async () => {
    const cluster = three({ node2: foreignNode('node2') });
    await expect(handlerOf(cluster).create(inputsOf(cluster, 'node2'))).rejects.toThrow(
      'node2: data directory /kbdata/data holds data of system',
    );
    expect(order(cluster)).toEqual([]);
  });

  it('makes a witness with an instance of its own, resuming what was begun', async () => {
    const cluster = new FakeCluster({
      node1: primaryNode('node1'),
      node2: standbyNode('node2'),
      node3: undefined,
      witness: emptyNode('witness', {
        ledger: noLedger({ member: memberNote('witness', 'cloning', { instanceIdentifier: '9' }) }),
      }),
    });
    const witness = primaryNode('witness', {
      ledger: noLedger({ member: memberNote('witness', 'cloning', { instanceIdentifier: '9' }) }),
      control: {
        systemIdentifier: '9',
        state: 'in production',
        timeline: 1,
        checkpointLsn: '0/1',
        minRecoveryLsn: undefined,
      },
      repmgr: { records: [...THREE_RECORDS, record('witness', 'witness')], paused: false, clusterShow: undefined },
    });
    cluster.steps['joinWitness'] = (name) => {
      cluster.set(name, witness);
      cluster.set('node1', primaryNode('node1', { repmgr: witness.repmgr }));
    };
    await handlerOf(cluster).create(inputsOf(cluster, 'witness', { database }));
    expect(did(cluster)).toEqual([
      'witness: createWitness',
      'witness: admitted',
      'witness: joinWitness',
      'witness: daemons',
      'witness: joined',
    ]);
    expect(cluster.env.get('witness: createWitness')).toMatchObject({
      KB_RESUME: 'yes',
      KB_NOTED_PHASE: 'initialised',
      KB_NOTED_IDENTIFIER: '9',
      KB_AUTH: 'md5',
      KB_PRIMARY_HOST: '10.0.0.11',
    });
    const empty = new FakeCluster({ ...cluster.nodes, witness: emptyNode('witness') });
    await expect(handlerOf(empty).create(inputsOf(empty, 'witness'))).rejects.toThrow(
      'needs the options of its instance',
    );
  });
});

describe('create of a witness', () => {
  it.each([
    ['another machine', { incarnation: 'other' }],
    ['another node', { node: 'node9' }],
    ['another cluster', { systemIdentifier: '1' }],
  ])('takes up nothing after a note of %s', async (_what, changes) => {
    const note = memberNote('witness', 'cloning', { instanceIdentifier: '9', ...changes });
    const cluster = new FakeCluster({
      node1: primaryNode('node1'),
      node2: standbyNode('node2'),
      node3: undefined,
      witness: emptyNode('witness', { ledger: noLedger({ member: note }) }),
    });
    cluster.steps['createWitness'] = () => 1;
    await expect(handlerOf(cluster).create(inputsOf(cluster, 'witness', { database }))).rejects.toThrow();
    expect(cluster.env.get('witness: createWitness')).toMatchObject({
      KB_RESUME: 'no',
      KB_NOTED_PHASE: '',
      KB_NOTED_IDENTIFIER: '',
    });
  });
});

describe('a machine that was reinstalled and shows another key', () => {
  const node2 = emptyNode('node2', { machineId: 'machine-new' });
  const reinstalled = () => {
    const cluster = three({ node2 });
    cluster.hostKeys.set('node2', 'ssh-ed25519 BBBB');
    cluster.steps['join'] = (name) => cluster.set(name, standbyNode(name, { machineId: 'machine-new' }));
    const olds = outputsOf(cluster, 'node2');
    const connection = { ...olds.connection, hostKey: 'ssh-ed25519 BBBB' };
    return { cluster, olds, news: { ...inputsOf(cluster, 'node2'), connection, incarnation: 'machine-new' } };
  };

  it('joins under the same resource once its key is in the configuration: nobody is there to whom a delete could talk', async () => {
    const { cluster, olds, news } = reinstalled();
    expect(await handlerOf(cluster).diff('x', olds, news)).toEqual({ changes: true });
    await handlerOf(cluster).update('x', olds, news);
    expect(did(cluster).filter((entry) => !entry.includes('admitted'))).toEqual([
      'node1: unregister',
      'node2: clone',
      'node2: join',
      'node2: daemons',
      'node2: joined',
    ]);
    expect(cluster.env.get('node2: clone')).toMatchObject({ KB_WIPE: 'no', KB_PRIMARY_HOST: hostOf('node1') });
  });

  it('is not touched while the configuration has another key', async () => {
    const { cluster, olds, news } = reinstalled();
    const wrong = { ...news, connection: { ...news.connection, hostKey: 'ssh-ed25519 CCCC' } };
    await expect(handlerOf(cluster).update('x', olds, wrong)).rejects.toMatchObject({ code: 'remote/host-key' });
    await expect(handlerOf(cluster).update('x', olds, olds)).rejects.toMatchObject({ code: 'remote/host-key' });
    expect(order(cluster)).toEqual([]);
  });

  it('is a failure where it does not take part afterwards, as for any new node', async () => {
    const { cluster, olds, news } = reinstalled();
    cluster.set('node2', stoppedPrimary('node2', { machineId: 'machine-new' }));
    await expect(handlerOf(cluster).update('x', olds, news)).rejects.toMatchObject({ code: 'member/former-primary' });
  });

  it('is replaced where it shows the same key: there is one to whom a delete can talk', async () => {
    const { cluster, olds, news } = reinstalled();
    const replaced = await handlerOf(cluster).diff('x', olds, { ...news, connection: olds.connection });
    expect(replaced).toMatchObject({ replaces: ['incarnation'], deleteBeforeReplace: true });
  });
});
