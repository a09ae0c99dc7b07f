/** Member against nodes that are only observations: the steps of joining, repairing and leaving, their order, and what is left alone. */
import { describe, expect, it } from 'vitest';
import type { ReachableNode } from '../../../core/observe/types';
import { memberHandler, type MemberInputs, type MemberOutputs } from '../../../remote/handlers/member';
import { FakeCluster } from '../../support/fakeCluster';
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

const HBA = '/kbdata/data/sys_hba.conf';
const CRON = '/etc/cron.d/KINGBASECRON';
const file = { text: 'x\n', mode: '0600', owner: 'kingbase:kingbase', onChange: 'rollout' } as const;
const files = { [HBA]: file, [CRON]: { ...file, onChange: 'cron', block: 'ours' } } as const;
const database = {
  mode: 'pg',
  encoding: 'UTF8',
  locale: 'C',
  caseSensitive: true,
  checksums: true,
  auth: 'md5',
} as const;

function inputsOf(cluster: FakeCluster, name: string, changes: Partial<MemberInputs> = {}): MemberInputs {
  const peers = ['node1', 'node2', 'node3'].filter((other) => other !== name).map((other) => cluster.node(other));
  return { ...cluster.node(name), peers, files, systemIdentifier: SYSTEM, incarnation: `machine-${name}`, ...changes };
}

const handlerOf = (cluster: FakeCluster) => memberHandler(cluster.open, cluster.clock);
const did = (cluster: FakeCluster): string[] =>
  cluster.log.filter((entry) => !entry.includes(' observe ') && !entry.includes(' apply '));
const order = (cluster: FakeCluster): string[] => cluster.log.filter((entry) => !entry.includes(' observe '));
const three = (changes: Record<string, ReachableNode | undefined> = {}) =>
  new FakeCluster({
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    ...changes,
  });

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

const outputsOf = (cluster: FakeCluster, name: string, changes: Partial<MemberOutputs> = {}): MemberOutputs => ({
  ...inputsOf(cluster, name),
  ...changes,
});

describe('read', () => {
  it('sees nothing to do on a healthy node, without asking its peers', async () => {
    const cluster = three({ node1: undefined, node3: undefined });
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({
      reachable: true,
      role: 'standby',
      database: 'running',
      automation: 'active',
      drift: [],
    });
  });

  it('keeps its properties where the node cannot be reached', async () => {
    const cluster = three({ node2: undefined });
    const { id, props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(id).toBe('x');
    expect(props).toMatchObject({
      systemIdentifier: SYSTEM,
      observed: { reachable: false, reason: expect.stringContaining('cannot connect') as string },
    });
  });

  it('lists what was edited, but not what an operator paused', async () => {
    const cluster = three({ node2: standbyNode('node2', { automation: 'paused', kbhaPid: null }) });
    cluster.fileVerdicts.set(`node2:${HBA}`, 'content').set(`node2:${CRON}`, 'paused');
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({
      automation: 'paused',
      kbha: false,
      drift: [{ kind: 'file', subject: HBA, found: 'content' }],
    });
  });

  it('names a cron line that is gone once, by its file', async () => {
    const cluster = three({ node2: standbyNode('node2', { automation: 'missing' }) });
    cluster.fileVerdicts.set(`node2:${CRON}`, 'missing');
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({ drift: [{ kind: 'file', subject: CRON, found: 'missing' }] });
  });

  it('asks the primary about a standby that does not stream', async () => {
    const cluster = three({
      node2: standbyNode('node2', {}, { receiver: undefined }),
      node1: primaryNode('node1', {}, { slots: [] }),
    });
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({ drift: [{ kind: 'slot', subject: 'repmgr_slot_2' }] });
  });

  it('says of a former primary why it is left alone; of missing data that it is missing', async () => {
    const cluster = three({
      node1: stoppedPrimary('node1'),
      node2: primaryNode('node2'),
      node3: emptyNode('node3', { ledger: noLedger({ member: memberNote('node3', 'joined') }) }),
    });
    const former = (await handlerOf(cluster).read('x', outputsOf(cluster, 'node1'))).props.observed;
    expect(former).toMatchObject({
      database: 'stopped',
      drift: [],
      leftAlone: expect.stringContaining('before node2 took over') as string,
    });
    const missing = (await handlerOf(cluster).read('x', outputsOf(cluster, 'node3'))).props.observed;
    expect(missing).toMatchObject({ data: 'empty', drift: [{ kind: 'data', subject: 'member/data-missing' }] });
  });
});

describe('diff and check', () => {
  const cluster = three();
  const handler = handlerOf(cluster);
  const news = inputsOf(cluster, 'node2');
  const olds = outputsOf(cluster, 'node2');

  it('is quiet after a failover, and where only the peers changed', async () => {
    expect(await handler.diff('x', olds, { ...news, peers: [] })).toEqual({ changes: false });
    expect(await handler.diff('x', { ...olds, observed: { reachable: false, reason: 'off' } }, news)).toEqual({
      changes: false,
    });
  });

  it('updates for changed files and for drift', async () => {
    expect(await handler.diff('x', olds, { ...news, files: {} })).toEqual({ changes: true });
    const node = (await handler.read('x', olds)).props;
    const drift = [{ kind: 'kbha', subject: 'kbha', found: 'not running' }] as const;
    expect(
      await handler.diff('x', { ...node, observed: { ...(node.observed as object), drift } as never }, news),
    ).toEqual({ changes: true });
  });

  it.each(['incarnation', 'systemIdentifier'] as const)('replaces, old one first, for another %s', async (key) => {
    expect(await handler.diff('x', olds, { ...news, [key]: 'other' })).toEqual({
      changes: true,
      replaces: [key],
      deleteBeforeReplace: true,
    });
  });

  it('replaces for another host', async () => {
    const moved = { ...news, target: { ...news.target, host: '10.0.0.99' } };
    expect(await handler.diff('x', olds, moved)).toMatchObject({ replaces: ['target'] });
    expect(await handler.check?.(olds, moved)).toMatchObject({ failures: [] });
  });

  it.each([
    ['id', 1, 'node2: id changed from 2 to 1; ids follow the position in nodes'],
    ['data', '/other', 'node2: data changed from /kbdata/data to /other; a data directory is not moved'],
    ['wal', '/kbwal/wal', 'node2: wal changed from none to /kbwal/wal; the WAL directory of a database is not moved'],
    ['role', 'witness', 'node2: role changed from database to witness; take the node out'],
  ])('refuses in the preview another %s of a running member, which would stop it', async (key, value, message) => {
    const checked = await handler.check?.(olds, { ...news, target: { ...news.target, [key]: value } });
    expect(checked?.failures?.[0]?.reason).toContain(message);
  });

  it('refuses to take the WAL directory back into the data directory', async () => {
    const apart = { ...olds, target: { ...olds.target, wal: '/kbwal/wal' } };
    const checked = await handler.check?.(apart, news);
    expect(checked?.failures?.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('node2: wal changed from /kbwal/wal to none; ') as string,
    ]);
    expect(await handler.check?.(apart, { ...news, target: apart.target })).toMatchObject({ failures: [] });
  });

  it('has nothing to compare with at first', async () => {
    expect(await handler.check?.({}, news)).toEqual({ inputs: news, failures: [] });
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
