/** Membership against nodes that are only observations: what leaves repmgr's records, in which order, and when it refuses. */
import { describe, expect, it } from 'vitest';
import { membershipHandler } from '../../../remote/handlers/membership';
import { timeoutError } from '../../../remote/remoteError';
import { UNKNOWN } from '../../../remote/unknown';
import { FakeCluster } from '../../support/fakeCluster';
import {
  hostOf,
  noLedger,
  primaryNode,
  record,
  standbyNode,
  stoppedStandby,
  THREE_RECORDS,
} from '../../support/observations';

const cron = { form: 'cron.d', path: '/etc/cron.d/KINGBASECRON', line: '* * * * * kingbase kbha -A daemon' } as const;
const CRON = cron.path;

const three = (changes: ConstructorParameters<typeof FakeCluster>[0] = {}) =>
  new FakeCluster({
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    ...changes,
  });
const inputsOf = (cluster: FakeCluster, ...names: string[]) => ({
  nodes: names.map((name) => cluster.node(name, { cron })),
});
/** The witness registered before node2 did. */
const withWitness = () => {
  const records = [record('node1', 'primary'), record('node2', 'standby'), record('witness', 'witness')];
  const repmgr = { records, paused: false, clusterShow: undefined };
  const behind = { ...repmgr, records: records.filter(({ name }) => name !== 'node2') };
  return new FakeCluster({
    node1: primaryNode('node1', { repmgr }),
    node2: standbyNode('node2', { repmgr }),
    witness: primaryNode('witness', { repmgr: behind }),
  });
};
const ALL = ['node1', 'node2', 'node3'];

describe('membershipHandler', () => {
  it('takes a mark of an interrupted destroy away, and says who is registered', async () => {
    const cluster = three({ node2: standbyNode('node2', { ledger: noLedger({ teardown: '{}' }) }) });
    cluster.steps['clearTeardown'] = (name) => cluster.set(name, standbyNode(name));
    const { id, outs } = await membershipHandler(cluster.open).create(inputsOf(cluster, ...ALL, 'repo'));
    expect(cluster.log).toEqual(['node2: clearTeardown']);
    expect(id).toBe('orders');
    expect(outs.observed).toEqual({ primary: 'node1', registered: ALL });
  });

  it('starts again what an interrupted destroy stopped, the cron line last, and only there', async () => {
    const ledger = noLedger({ teardown: '{"cluster":"orders"}' });
    const off = { ledger, kbhaPid: null, repmgrdPid: null, automation: 'missing' } as const;
    const cluster = three({
      node1: primaryNode('node1', off),
      node2: standbyNode('node2', { ledger }),
      node3: standbyNode('node3', { ...off, automation: 'paused' }),
    });
    await membershipHandler(cluster.open).create(inputsOf(cluster, ...ALL));
    expect(cluster.log.filter((entry) => entry.startsWith('node1'))).toEqual([
      'node1: daemons',
      `node1: apply ${CRON}`,
      'node1: clearTeardown',
    ]);
    // Word for word what the member puts there: else its next refresh would find a difference.
    expect(cluster.files.get(`apply:node1:${CRON}`)).toBe(
      `# The watchdog of the cluster. To pause it, comment it out: sudo /usr/local/lib/pulumi-kingbase/automation.sh pause\n${cron.line}\n`,
    );
    expect(cluster.log.filter((entry) => !entry.startsWith('node1')).sort()).toEqual([
      'node2: clearTeardown',
      'node3: clearTeardown',
    ]);
  });

  it('gives a witness the records of a standby that registered beside it, at the first creation and when a node comes', async () => {
    const cluster = withWitness();
    const inputs = inputsOf(cluster, 'node1', 'node2', 'witness');
    const synced = { KB_PRIMARY_HOST: hostOf('node1') };
    await membershipHandler(cluster.open).create(inputs);
    expect(cluster.log.at(-1)).toBe('witness: syncWitness');
    expect(cluster.env.get('witness: syncWitness')).toMatchObject(synced);
    cluster.log.length = 0;
    await membershipHandler(cluster.open).update('x', inputsOf(cluster, 'node1', 'witness'), inputs);
    expect(cluster.log).toEqual(['witness: syncWitness']);
  });

  it('does not fail where a witness cannot be given its records: its repmgrd does it a little later', async () => {
    const cluster = withWitness();
    cluster.steps['syncWitness'] = () => 1;
    const { outs } = await membershipHandler(cluster.open).create(inputsOf(cluster, 'node1', 'node2', 'witness'));
    expect(outs.observed).toEqual({ primary: 'node1', registered: ['node1', 'node2', 'witness'] });
  });

  it('gives a witness nothing when it is only looked at', async () => {
    const cluster = withWitness();
    await membershipHandler(cluster.open).read('x', inputsOf(cluster, 'node1', 'node2', 'witness'));
    expect(cluster.log).toEqual([]);
  });

  it('leaves every mark where an interrupted destroy also stopped a database, and says how to go on', async () => {
    const ledger = noLedger({ teardown: '{"cluster":"orders"}' });
    const cluster = three({
      node2: stoppedStandby('node2', { ledger, kbhaPid: null, automation: 'missing' }),
    });
    const create = membershipHandler(cluster.open).create(inputsOf(cluster, ...ALL));
    await expect(create).rejects.toMatchObject({ code: 'membership/interrupted-destroy' });
    await expect(create).rejects.toThrow(/^node2: .*\nHINT: Run `pulumi up --refresh`/);
    expect(cluster.log).toEqual([]);
  });

  it('sees the marks of a destroy that stopped half-way, and an update undoes it', async () => {
    const ledger = noLedger({ teardown: '{}' });
    const cluster = three({
      node1: primaryNode('node1', { ledger, kbhaPid: null, automation: 'missing' }),
      node2: standbyNode('node2', { ledger }),
    });
    cluster.steps['clearTeardown'] = (name) =>
      cluster.set(name, name === 'node1' ? primaryNode(name) : standbyNode(name));
    const handler = membershipHandler(cluster.open);
    const inputs = inputsOf(cluster, ...ALL);
    const { props } = await handler.read('x', inputs);
    expect(props.observed).toEqual({ primary: 'node1', registered: ALL, teardown: ['node1', 'node2'] });
    expect(await handler.diff('x', props, inputs)).toEqual({ changes: true });
    const { outs } = await handler.update('x', props, inputs);
    expect(cluster.log.filter((entry) => entry.startsWith('node1'))).toEqual([
      'node1: daemons',
      `node1: apply ${CRON}`,
      'node1: clearTeardown',
    ]);
    expect(outs.observed).toEqual({ primary: 'node1', registered: ALL });
    expect(await handler.diff('x', outs, inputs)).toEqual({ changes: false });
  });

  it('says how to finish or to undo a destroy that failed half-way', async () => {
    const cluster = three();
    cluster.steps['stopKbha'] = (name) => (name === 'node2' ? 1 : 0);
    const deletion = membershipHandler(cluster.open).delete('x', inputsOf(cluster, ...ALL));
    await expect(deletion).rejects.toThrow(/exit code 1[^]*the destroy stopped half-way[^]*`pulumi up --refresh`/);
  });

  it('changes with the list of nodes only', async () => {
    const cluster = three();
    const handler = membershipHandler(cluster.open);
    const inputs = inputsOf(cluster, ...ALL);
    expect(await handler.diff('x', { ...inputs, observed: { primary: null, registered: [] } }, inputs)).toEqual({
      changes: false,
    });
    expect(await handler.diff('x', inputs, inputsOf(cluster, 'node1'))).toEqual({ changes: true });
  });

  it('stops a removed node before the primary forgets it and its slot', async () => {
    const cluster = three();
    await membershipHandler(cluster.open).update('x', inputsOf(cluster, ...ALL), inputsOf(cluster, 'node1', 'node2'));
    expect(cluster.log).toEqual([
      `node3: purge ${CRON}`,
      'node3: stopKbha',
      'node3: stopRepmgrd',
      'node3: stop',
      'node1: unregister',
      'node1: dropSlot',
    ]);
    expect(cluster.env.get('node1: dropSlot')).toMatchObject({ KB_OTHER_ID: '3', KB_SLOT: 'repmgr_slot_3' });
  });

  it('forgets a node that is gone', async () => {
    const cluster = three({ node3: undefined });
    await membershipHandler(cluster.open).update('x', inputsOf(cluster, ...ALL), inputsOf(cluster, 'node1', 'node2'));
    expect(cluster.log).toEqual(['node1: unregister', 'node1: dropSlot']);
  });

  it('does not forget a registered node whose address shows another key, and says what to do', async () => {
    for (const records of [THREE_RECORDS, undefined]) {
      const repmgr = { records, paused: false, clusterShow: undefined };
      const cluster = three({ node1: primaryNode('node1', { repmgr }) });
      cluster.hostKeys.set('node3', 'ssh-ed25519 BBBB');
      const update = membershipHandler(cluster.open).update(
        'x',
        inputsOf(cluster, ...ALL),
        inputsOf(cluster, 'node1', 'node2'),
      );
      await expect(update).rejects.toThrow(/node3: cannot be stopped: port 22 shows another.*\nHINT: .*--node-id=3/);
      expect(cluster.log).toEqual([]);
    }
  });

  it('drops the slot of such a node once somebody has unregistered it', async () => {
    const repmgr = { records: THREE_RECORDS.slice(0, 2), paused: false, clusterShow: undefined };
    const cluster = three({ node1: primaryNode('node1', { repmgr }) });
    cluster.hostKeys.set('node3', 'ssh-ed25519 BBBB');
    await membershipHandler(cluster.open).update('x', inputsOf(cluster, ...ALL), inputsOf(cluster, 'node1', 'node2'));
    expect(cluster.log).toEqual(['node1: unregister', 'node1: dropSlot']);
  });

  it('touches nobody where a node was added', async () => {
    const cluster = three();
    await membershipHandler(cluster.open).update('x', inputsOf(cluster, 'node1', 'node2'), inputsOf(cluster, ...ALL));
    expect(cluster.log).toEqual([]);
  });

  it.each([
    ['a standby was renamed', 'other'],
    ['another node took its place in the list', 'node4'],
  ])('refuses where %s, at preview and again before anything is done', async (_what, name) => {
    const cluster = three();
    const handler = membershipHandler(cluster.open);
    const olds = inputsOf(cluster, ...ALL);
    const replacement = cluster.node('node4', { name, id: 2, ...(name === 'other' ? { host: hostOf('node2') } : {}) });
    const [node1, , node3] = olds.nodes;
    const news = { nodes: [node1, replacement, node3] as typeof olds.nodes };
    const checked = await handler.check?.(olds, news);
    expect(checked?.failures).toEqual([
      { property: 'nodes', reason: expect.stringContaining(`node2, ${name}: node2 leaves the cluster`) as string },
    ]);
    await expect(handler.update('x', olds, news)).rejects.toMatchObject({ code: 'membership/shared-identity' });
    expect(cluster.log).toEqual([]);
  });

  it('lets nodes pass at preview whose values are not known, and the first creation', async () => {
    const cluster = three();
    const { check } = membershipHandler(cluster.open);
    const olds = inputsOf(cluster, ...ALL);
    const unknown = UNKNOWN as never;
    const news = { nodes: [unknown, { ...cluster.node('node2', { name: unknown }) }, { target: unknown }] as never };
    expect((await check?.(olds, news))?.failures).toEqual([]);
    expect((await check?.(olds, { nodes: unknown }))?.failures).toEqual([]);
    expect((await check?.({}, olds))?.failures).toEqual([]);
  });

  it('refuses to take out the primary, and touches nobody', async () => {
    const cluster = three();
    const update = membershipHandler(cluster.open).update(
      'x',
      inputsOf(cluster, ...ALL),
      inputsOf(cluster, 'node2', 'node3'),
    );
    await expect(update).rejects.toThrow(/node1 is the primary and is not removed\nHINT: Switch over/);
    expect(cluster.log).toEqual([]);
  });

  it('disarms all nodes layer by layer when the cluster is destroyed', async () => {
    const cluster = three({ node3: undefined });
    await membershipHandler(cluster.open).delete('x', inputsOf(cluster, ...ALL));
    const layers = cluster.log.map((entry) => entry.replace(/^node\d: /, ''));
    expect(layers).toEqual([
      'teardown',
      'teardown',
      `purge ${CRON}`,
      `purge ${CRON}`,
      'stopKbha',
      'stopKbha',
      'stopRepmgrd',
      'stopRepmgrd',
    ]);
  });

  it('does not hide a step that failed', async () => {
    const cluster = three();
    cluster.steps['teardown'] = () => 1;
    await expect(membershipHandler(cluster.open).delete('x', inputsOf(cluster, ...ALL))).rejects.toThrow('exit code 1');
  });

  it('does not take a host that only answers too late for one that is gone', async () => {
    const cluster = three();
    cluster.steps['stopKbha'] = (name) => {
      throw timeoutError(hostOf(name), 'stopKbha', 1000);
    };
    const handler = membershipHandler(cluster.open);
    const inputs = inputsOf(cluster, ...ALL);
    await expect(handler.delete('x', inputs)).rejects.toMatchObject({ code: 'remote/timeout' });
    await expect(handler.update('x', inputs, inputsOf(cluster, 'node1', 'node2'))).rejects.toThrow('no result after');
    expect(cluster.log).not.toContain('node1: unregister');
  });

  it('reads no primary where there is none', async () => {
    const cluster = new FakeCluster({ node1: standbyNode('node1') });
    const { props } = await membershipHandler(cluster.open).read('x', inputsOf(cluster, 'node1'));
    expect(props.observed).toEqual({ primary: null, registered: [] });
  });
});
