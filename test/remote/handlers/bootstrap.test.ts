/** Bootstrap against nodes that are only observations: which steps run where, and what is refused. That the steps do what they say, the lab proves. */
import { describe, expect, it } from 'vitest';
import { bootstrapHandler, type BootstrapInputs, type BootstrapOutputs } from '../../../remote/handlers/bootstrap';
import { FakeCluster } from '../../support/fakeCluster';
import {
  bootstrapNote,
  emptyNode,
  foreignNode,
  memberNote,
  noLedger,
  primaryNode,
  standbyNode,
  stoppedPrimary,
  stoppedStandby,
  SYSTEM,
} from '../../support/observations';

const database = {
  mode: 'oracle',
  encoding: 'UTF8',
  locale: 'default',
  caseSensitive: false,
  checksums: true,
  auth: 'scram-sha-256',
} as const;
const file = { text: 'port=54321\n', mode: '0600', owner: 'kingbase:kingbase', onChange: 'rollout' } as const;
const files = {
  '/kbdata/data/es_rep.conf': file,
  '/kbdata/data/kingbase.conf': { ...file, text: "shared_preload_libraries = '@@node:preload@@'\n", block: 'ours' },
  '/etc/cron.d/KINGBASECRON': { ...file, onChange: 'cron' },
} as const;

function inputsOf(cluster: FakeCluster, changes: Partial<BootstrapInputs> = {}): BootstrapInputs {
  return {
    nodes: ['node1', 'node2', 'repo'].map((name) => cluster.node(name)),
    first: 'node1',
    database,
    files,
    ...changes,
  };
}

const outputsOf = (cluster: FakeCluster, changes: Partial<BootstrapOutputs> = {}): BootstrapOutputs => ({
  ...inputsOf(cluster),
  systemIdentifier: SYSTEM,
  bootstrapNode: 'node1',
  createdAt: '2026-11-18T15:06:40.000Z',
  ...changes,
});

const handlerOf = (cluster: FakeCluster) => bootstrapHandler(cluster.open, cluster.clock);
const steps = (cluster: FakeCluster): string[] => cluster.log.filter((entry) => !entry.includes(' observe '));

describe('create', () => {
  it('makes the data directory, puts its files, opens it; the cron line is the member’s', async () => {
    const cluster = new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2'), repo: undefined });
    cluster.steps['create'] = (name) => cluster.set(name, stoppedPrimary(name));
    cluster.files.set('node1:/kbdata/data/kingbase.conf', "shared_preload_libraries = 'plsql'\n");
    const { id, outs } = await handlerOf(cluster).create(inputsOf(cluster));
    expect(steps(cluster)).toEqual([
      'node1: create',
      'node1: apply /kbdata/data/es_rep.conf',
      'node1: apply /kbdata/data/kingbase.conf',
      'node1: open',
    ]);
    expect(id).toBe(SYSTEM);
    expect(outs).toMatchObject({
      systemIdentifier: SYSTEM,
      bootstrapNode: 'node1',
      createdAt: '2026-11-18T11:06:40.000Z',
    });
    expect(cluster.files.get('apply:node1:/kbdata/data/kingbase.conf')).toBe(
      "shared_preload_libraries = 'repmgr, plsql'\n",
    );
    expect(cluster.env.get('node1: create')).toMatchObject({
      KB_RESUME: 'no',
      KB_CASE_SENSITIVE: 'no',
      KB_CHECKSUMS: 'yes',
      KB_AUTH: 'scram-sha-256',
    });
  });

  it('continues on the node where it was interrupted, with what was noted', async () => {
    const node1 = {
      ...stoppedPrimary('node1'),
      ledger: noLedger({ bootstrap: bootstrapNote('initialised', { createdAtSeconds: 60 }) }),
    };
    const cluster = new FakeCluster({ node1, node2: emptyNode('node2') });
    const { outs } = await handlerOf(cluster).create(inputsOf(cluster));
    expect(cluster.env.get('node1: create')).toMatchObject({
      KB_RESUME: 'yes',
      KB_NOTED_PHASE: 'initialised',
      KB_NOTED_IDENTIFIER: SYSTEM,
      KB_CREATED_AT: '60',
    });
    expect(outs.createdAt).toBe('1970-01-01T00:01:00.000Z');
  });

  it('adopts a primary that runs and touches nothing', async () => {
    const cluster = new FakeCluster({
      node1: { ...standbyNode('node1'), ledger: noLedger({ bootstrap: bootstrapNote('done') }) },
      node2: { ...primaryNode('node2'), ledger: noLedger({ member: memberNote('node2', 'joined') }) },
    });
    const { outs } = await handlerOf(cluster).create(inputsOf(cluster));
    expect(steps(cluster)).toEqual([]);
    expect(outs).toMatchObject({ systemIdentifier: SYSTEM, bootstrapNode: 'node1' });
  });

  it('adopts also where only members have notes', async () => {
    const cluster = new FakeCluster({
      node1: emptyNode('node1'),
      node2: { ...primaryNode('node2'), ledger: noLedger({ member: memberNote('node2', 'joined') }) },
    });
    expect((await handlerOf(cluster).create(inputsOf(cluster))).outs.bootstrapNode).toBe('node2');
  });

  it('starts the last primary of a stopped cluster, with its files back in place', async () => {
    const note = (name: string) => ({ ledger: noLedger({ member: memberNote(name, 'left') }) });
    const cluster = new FakeCluster({
      node1: stoppedStandby('node1', note('node1')),
      node2: stoppedPrimary('node2', note('node2')),
    });
    cluster.steps['start'] = (name) => cluster.set(name, primaryNode(name, note(name)));
    const { outs } = await handlerOf(cluster).create(inputsOf(cluster));
    expect(steps(cluster)).toEqual([
      'node2: apply /kbdata/data/es_rep.conf',
      'node2: apply /kbdata/data/kingbase.conf',
      'node2: start',
    ]);
    expect(outs.systemIdentifier).toBe(SYSTEM);
  });

  it('does not start the same node twice', async () => {
    const cluster = new FakeCluster({
      node1: stoppedPrimary('node1', { ledger: noLedger({ member: memberNote('node1', 'left') }) }),
      node2: emptyNode('node2'),
    });
    await expect(handlerOf(cluster).create(inputsOf(cluster))).rejects.toThrow(
      'node1 was started as primary and is seen stopped again',
    );
  });

  it('waits for a failover to end, and gives up with the reason', async () => {
    const note = (name: string) => ({ ledger: noLedger({ member: memberNote(name, 'joined') }) });
    const failover = () =>
      new FakeCluster({ node1: stoppedPrimary('node1', note('node1')), node2: standbyNode('node2', note('node2')) });
    const settles = failover();
    settles.onSleep = () => settles.set('node2', primaryNode('node2', note('node2')));
    expect((await handlerOf(settles).create(inputsOf(settles))).id).toBe(SYSTEM);
    const stays = failover();
    await expect(handlerOf(stays).create(inputsOf(stays))).rejects.toThrow(
      'cluster "orders" has no primary: node1: stopped, node2: standby',
    );
    expect(stays.time).toBeGreaterThan(60_000);
  });

  it('looks again where a killed run was still at work, and fails where it is no better', async () => {
    const cluster = new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2') });
    let calls = 0;
    cluster.steps['create'] = (name) => {
      calls += 1;
      cluster.set(name, stoppedPrimary(name, { ledger: noLedger({ bootstrap: bootstrapNote('placed') }) }));
      return calls === 1 ? 76 : 0;
    };
    await handlerOf(cluster).create(inputsOf(cluster));
    expect(cluster.env.get('node1: create')).toMatchObject({ KB_RESUME: 'yes' });
    const broken = new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2') });
    broken.steps['create'] = () => 1;
    await expect(handlerOf(broken).create(inputsOf(broken))).rejects.toThrow('exit code 1');
  });

  it.each([
    ['an unreachable node', { node1: emptyNode('node1'), node2: undefined }, 'node2: could not be read'],
    [
      'foreign data',
      { node1: emptyNode('node1'), node2: foreignNode('node2') },
      'node2: data directory /kbdata/data holds data of system',
    ],
  ])('refuses %s and changes nothing', async (_what, nodes, message) => {
    const cluster = new FakeCluster(nodes);
    await expect(handlerOf(cluster).create(inputsOf(cluster))).rejects.toThrow(message);
    expect(steps(cluster)).toEqual([]);
  });

  it('wants its first node to be a database node', async () => {
    const cluster = new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2') });
    await expect(handlerOf(cluster).create(inputsOf(cluster, { first: 'repo' }))).rejects.toThrow(
      '"repo" is no database node',
    );
  });
});

describe('afterwards', () => {
  it('no input is ever a change; only missing data is', async () => {
    const cluster = new FakeCluster({ node1: primaryNode('node1') });
    const handler = handlerOf(cluster);
    const news = inputsOf(cluster, { first: 'node2', nodes: [] });
    expect(await handler.diff('x', outputsOf(cluster), news)).toEqual({ changes: false });
    expect(await handler.diff('x', outputsOf(cluster, { observed: { data: 'missing' } }), news)).toEqual({
      changes: true,
    });
  });

  it('sees data that is there, gone or unknown', async () => {
    const read = async (nodes: ConstructorParameters<typeof FakeCluster>[0]) => {
      const cluster = new FakeCluster(nodes);
      return (await handlerOf(cluster).read('x', outputsOf(cluster))).props.observed?.data;
    };
    expect(await read({ node1: primaryNode('node1'), node2: undefined })).toBe('present');
    expect(await read({ node1: emptyNode('node1'), node2: emptyNode('node2') })).toBe('missing');
    expect(await read({ node1: undefined, node2: undefined })).toBe('unknown');
  });

  it('refuses to bootstrap a known cluster anew, and says how to go on', async () => {
    const cluster = new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2') });
    const update = handlerOf(cluster).update(
      'x',
      outputsOf(cluster, { observed: { data: 'missing' } }),
      inputsOf(cluster),
    );
    await expect(update).rejects.toThrow(
      /cluster "orders" \(system 7100000000000000001\) exists already.*\nHINT: Mount the data volumes/s,
    );
    expect(steps(cluster)).toEqual([]);
  });

  it('keeps what it knows once the data is back, and leaves data on delete', async () => {
    const cluster = new FakeCluster({ node1: primaryNode('node1'), node2: emptyNode('node2') });
    const handler = handlerOf(cluster);
    const { outs } = await handler.update(
      'x',
      outputsOf(cluster, { observed: { data: 'missing' } }),
      inputsOf(cluster),
    );
    expect(outs).toMatchObject({ systemIdentifier: SYSTEM, observed: { data: 'present' } });
    await handler.delete('x', outs);
    expect(steps(cluster)).toEqual([]);
  });
});
