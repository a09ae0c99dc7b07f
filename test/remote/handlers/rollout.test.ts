/** Rollout against nodes that are only observations: order of reloads and restarts, the pause that is always undone, and when it refuses. */
import { describe, expect, it } from 'vitest';
import type { FileSettingRow, ReachableNode, ServerAnswers, SettingRow } from '../../../core/observe/types';
import { rolloutHandler, type RolloutInputs } from '../../../remote/handlers/rollout';
import { FakeCluster } from '../../support/fakeCluster';
import {
  noLedger,
  primaryNode,
  record,
  showRow,
  standbyNode,
  THREE_RECORDS,
  THREE_ROWS,
} from '../../support/observations';

const ES_REP = '/kbdata/data/es_rep.conf';

const setting = (name: string, value: string, changes: Partial<SettingRow> = {}): SettingRow => ({
  name,
  value,
  unit: '',
  type: 'integer',
  context: 'postmaster',
  source: 'configuration file',
  file: ES_REP,
  line: 1,
  pendingRestart: false,
  ...changes,
});
const line = (name: string, value: string, changes: Partial<FileSettingRow> = {}): FileSettingRow => ({
  name,
  value,
  file: ES_REP,
  line: 1,
  applied: true,
  error: '',
  ...changes,
});

const live = (settings: SettingRow[], fileSettings: FileSettingRow[] = []): Partial<ServerAnswers> => ({
  settings,
  fileSettings,
});

/** A cluster whose servers run with these values. */
function clusterOf(answers: Partial<ServerAnswers>): FakeCluster {
  return new FakeCluster({
    node1: primaryNode('node1', {}, answers),
    node2: standbyNode('node2', {}, answers),
    node3: standbyNode('node3', {}, answers),
  });
}

function inputsOf(
  cluster: FakeCluster,
  changes: Partial<RolloutInputs> = {},
  names = ['node1', 'node2', 'node3', 'repo'],
): RolloutInputs {
  return {
    nodes: names.map((name) => ({
      ...cluster.node(name),
      reload: { work_mem: '8' },
      restart: { max_connections: '200' },
    })),
    primaryMode: 'inPlace',
    streamingTimeoutSeconds: 60,
    ...changes,
  };
}

const handlerOf = (cluster: FakeCluster) => rolloutHandler(cluster.open, cluster.clock);
const current = [setting('work_mem', '8', { context: 'user' }), setting('max_connections', '200')];
const waiting = live(
  [setting('work_mem', '8', { context: 'user' }), setting('max_connections', '100', { pendingRestart: true })],
  [line('max_connections', '200', { applied: false })],
);
const change = (node: ReachableNode | undefined, answers: Partial<ServerAnswers>): ReachableNode => {
  const known = node as ReachableNode;
  return { ...known, server: { ...known.server, answers: { ...(known.server.answers as ServerAnswers), ...answers } } };
};
const restarted = (cluster: FakeCluster) => (name: string) =>
  cluster.set(name, change(cluster.nodes[name], live(current)));

describe('create', () => {
  it('does nothing where everything is in effect', async () => {
    const cluster = clusterOf(live(current));
    const { id, outs } = await handlerOf(cluster).create(inputsOf(cluster));
    expect(cluster.log).toEqual([]);
    expect(cluster.probes.sort(), 'one look at each node, without repmgr').toEqual([
      'node1: brief',
      'node2: brief',
      'node3: brief',
    ]);
    expect(id).toBe('orders');
    expect(outs.observed).toEqual({ pending: {}, unreadable: [] });
  });
});

describe('update', () => {
  it('reloads every node and restarts standbys one by one, then the primary with repmgrd paused', async () => {
    const cluster = clusterOf(waiting);
    cluster.steps['restart'] = restarted(cluster);
    const inputs = inputsOf(cluster);
    const { outs } = await handlerOf(cluster).update('x', inputs, inputs);
    expect(cluster.log.slice(0, 3).sort()).toEqual(['node1: reload', 'node2: reload', 'node3: reload']);
    expect(cluster.log.slice(3)).toEqual([
      'node2: restart',
      'node1: streaming',
      'node3: restart',
      'node1: streaming',
      'node1: mark',
      'node2: mark',
      'node3: mark',
      'node1: pause',
      'node1: restart',
      'node1: streaming',
      'node1: unpause',
      'node1: unmark',
      'node2: unmark',
      'node3: unmark',
    ]);
    expect(cluster.env.get('node1: streaming')).toMatchObject({
      KB_STANDBYS: "'node2','node3'",
      KB_STANDBY_COUNT: '2',
      KB_STREAMING_SECONDS: '60',
    });
    expect(outs.observed).toEqual({ pending: {}, unreadable: [] });
  });

  it('goes on with what is left of a run that was killed, and undoes its pause first', async () => {
    const cluster = clusterOf(live(current));
    const paused = { records: THREE_RECORDS, paused: true, clusterShow: THREE_ROWS };
    cluster.set('node1', primaryNode('node1', { ledger: noLedger({ rollout: '{}' }), repmgr: paused }, waiting));
    cluster.steps['unpause'] = () => {
      const node = cluster.nodes['node1'] as ReachableNode;
      cluster.set('node1', { ...node, ledger: noLedger(), repmgr: { ...node.repmgr, paused: false } });
    };
    cluster.steps['restart'] = restarted(cluster);
    const inputs = inputsOf(cluster);
    await handlerOf(cluster).create(inputs);
    expect(cluster.log[0]).toBe('node1: unpause');
    expect(cluster.log.filter((entry) => entry.endsWith('restart'))).toEqual(['node1: restart']);
  });

  it('unpauses also where the restart failed, and stops there', async () => {
    const cluster = clusterOf(waiting);
    cluster.steps['restart'] = (name) => (name === 'node1' ? 1 : restarted(cluster)(name));
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow('exit code 1');
    expect(cluster.log.slice(-4)).toEqual(['node1: unpause', 'node1: unmark', 'node2: unmark', 'node3: unmark']);
  });

  it('stops at the first standby that does not come back, before the primary is touched', async () => {
    const cluster = clusterOf(waiting);
    cluster.steps['restart'] = () => 1;
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow('exit code 1');
    expect(cluster.log.filter((entry) => entry.endsWith('restart'))).toEqual(['node2: restart']);
  });

  it('tries to unpause from every node, and says what it means where none can', async () => {
    const cluster = clusterOf(waiting);
    cluster.steps['restart'] = restarted(cluster);
    cluster.steps['unpause'] = (name) => (name === 'node1' ? 1 : 0);
    const inputs = inputsOf(cluster);
    await handlerOf(cluster).update('x', inputs, inputs);
    expect(cluster.log).toContain('node2: unpause');
    const stuck = clusterOf(waiting);
    stuck.steps['restart'] = restarted(stuck);
    stuck.steps['unpause'] = () => 1;
    await expect(handlerOf(stuck).update('x', inputs, inputs)).rejects.toThrow(
      /until it is, no failover happens by itself.*repmgr service unpause/s,
    );
    expect(stuck.log.filter((entry) => entry.endsWith('unmark'))).toEqual([]);
  });

  it('hands over to a standby where that is asked for', async () => {
    const cluster = clusterOf(live(current));
    cluster.set('node1', primaryNode('node1', {}, waiting));
    const records = [
      record('node2', 'primary'),
      record('node1', 'standby', { upstreamId: 2 }),
      record('node3', 'standby', { upstreamId: 2 }),
    ];
    const rows = [
      showRow('node2', 'primary', '* running'),
      showRow('node1', 'standby', 'running', { upstream: 'node2' }),
      showRow('node3', 'standby', 'running', { upstream: 'node2' }),
    ];
    const repmgr = { records, paused: false, clusterShow: rows };
    cluster.steps['switchover'] = () => {
      cluster.set('node1', standbyNode('node1', { repmgr }, live(current)));
      cluster.set('node2', primaryNode('node2', { repmgr }, live(current)));
      cluster.set('node3', standbyNode('node3', { repmgr }, live(current)));
    };
    const inputs = inputsOf(cluster, { primaryMode: 'switchover' });
    await handlerOf(cluster).update('x', inputs, inputs);
    expect(cluster.log.slice(3)).toEqual(['node2: switchover', 'node2: streaming']);
    expect(cluster.env.get('node2: streaming')).toMatchObject({ KB_STANDBYS: "'node1','node3'" });
  });

  it('restarts a witness without asking for streaming', async () => {
    const records = [...THREE_RECORDS.slice(0, 2), record('witness', 'witness')];
    const repmgr = {
      records,
      paused: false,
      clusterShow: [...THREE_ROWS.slice(0, 2), showRow('witness', 'witness', '* running')],
    };
    const cluster = new FakeCluster({
      node1: primaryNode('node1', { repmgr }, live(current)),
      node2: standbyNode('node2', { repmgr }, live(current)),
      witness: primaryNode('witness', { repmgr }, { ...waiting, replicas: [] }),
    });
    cluster.steps['restart'] = restarted(cluster);
    const inputs = inputsOf(cluster, {}, ['node1', 'node2', 'witness']);
    await handlerOf(cluster).update('x', inputs, inputs);
    expect(cluster.log.slice(3)).toEqual(['witness: restart']);
  });

  it('refuses while the cluster is unhealthy, and names why', async () => {
    const cluster = clusterOf(waiting);
    cluster.set('node3', standbyNode('node3', { repmgrdPid: null }, waiting));
    const inputs = inputsOf(cluster);
    const update = handlerOf(cluster).update('x', inputs, inputs);
    await expect(update).rejects.toThrow(
      /not healthy; nothing was reloaded or restarted:\n {2}node3: repmgrd does not run/,
    );
    expect(cluster.log).toEqual([]);
    expect(cluster.time).toBeGreaterThanOrEqual(30_000);
  });

  it("respects an operator's pause: no note of ours, no unpause", async () => {
    const cluster = clusterOf(waiting);
    cluster.set(
      'node2',
      standbyNode('node2', { repmgr: { records: THREE_RECORDS, paused: true, clusterShow: THREE_ROWS } }, waiting),
    );
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow(
      'node2: repmgrd is paused: no automatic failover',
    );
    expect(cluster.log).toEqual([]);
  });

  const AUTO = '/kbdata/data/kingbase.auto.conf';
  /** work_mem: 8 declared, 4 by ALTER SYSTEM on node1. */
  const overriding = (): FakeCluster => {
    const cluster = clusterOf(live(current, [line('work_mem', '8')]));
    const answers = live(
      [setting('work_mem', '4', { context: 'user', file: AUTO, line: 3 }), setting('max_connections', '200')],
      [line('work_mem', '8', { applied: false }), line('work_mem', '4', { file: AUTO, line: 3 })],
    );
    cluster.set('node1', primaryNode('node1', { managedSettingsText: 'work_mem=8\n' }, answers));
    return cluster;
  };
  const BOTH_PLACES = `work_mem: written 8 at ${ES_REP}:1, in effect 4 from ${AUTO}:3`;
  const withWorkMem = (inputs: RolloutInputs, value: string): RolloutInputs => ({
    ...inputs,
    nodes: inputs.nodes.map((node) => ({ ...node, reload: { work_mem: value } })),
  });

  it('fails within seconds where another place overrides what it was asked to change, with both places', async () => {
    for (const run of ['create', 'update'] as const) {
      const cluster = overriding();
      const inputs = inputsOf(cluster);
      const handler = handlerOf(cluster);
      const done = run === 'create' ? handler.create(inputs) : handler.update('x', withWorkMem(inputs, '6'), inputs);
      await expect(done).rejects.toThrow(`node1: ${BOTH_PLACES}`);
      expect(cluster.time).toBeLessThan(5_000);
    }
  });

  it('leaves an override that stood there before, shows it with both places, and asks for nothing', async () => {
    const cluster = overriding();
    const inputs = inputsOf(cluster);
    const handler = handlerOf(cluster);
    const { props } = await handler.read('x', inputs);
    expect(props.observed).toEqual({ pending: {}, overridden: { node1: [BOTH_PLACES] }, unreadable: [] });
    expect(await handler.diff('x', props, inputs)).toEqual({ changes: false });
    const { outs } = await handler.update('x', { ...inputs, primaryMode: 'switchover' }, inputs);
    expect(outs.observed).toEqual(props.observed);
    expect(cluster.log.sort()).toEqual(['node1: reload', 'node2: reload', 'node3: reload']);
    expect(cluster.time).toBe(0);
  });

  it('fails for a setting that a reload should have brought, where no other place is to blame', async () => {
    const cluster = clusterOf(live([setting('work_mem', '4', { context: 'user' }), setting('max_connections', '200')]));
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow(
      'node2: work_mem is declared as 8, and the server runs with another value',
    );
  });

  it('restarts nobody for what somebody set with ALTER SYSTEM', async () => {
    const byHand = live(
      [setting('work_mem', '8', { context: 'user' }), setting('max_connections', '200', { pendingRestart: true })],
      [line('max_connections', '200'), line('max_connections', '300', { file: AUTO, line: 3 })],
    );
    const cluster = clusterOf(byHand);
    const inputs = inputsOf(cluster);
    const { props } = await handlerOf(cluster).read('x', inputs);
    expect(props.observed?.pending).toEqual({});
    await handlerOf(cluster).update('x', inputs, inputs);
    expect(cluster.log.some((entry) => entry.endsWith('restart'))).toBe(false);
  });

  it('refuses what has no safe order', async () => {
    const both = live(
      [
        setting('max_connections', '100', { pendingRestart: true }),
        setting('max_wal_senders', '32', { pendingRestart: true }),
      ],
      [line('max_connections', '200'), line('max_wal_senders', '10')],
    );
    const cluster = clusterOf(both);
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow(
      'max_connections is raised while max_wal_senders is lowered',
    );
    expect(cluster.log.some((entry) => entry.endsWith('restart'))).toBe(false);
  });

  it('never restarts a node twice for the same', async () => {
    const cluster = clusterOf(waiting);
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow(
      'was done, and the server still waits for a restart',
    );
    expect(cluster.log.filter((entry) => entry.endsWith('restart'))).toEqual(['node2: restart']);
  });

  it('stops where a node can no longer be read', async () => {
    const cluster = clusterOf(waiting);
    cluster.steps['restart'] = (name) => cluster.set(name, undefined);
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow('node2: cannot connect to port 22');
  });

  it('says where the cluster does not settle afterwards', async () => {
    const cluster = clusterOf(live(current));
    cluster.steps['reload'] = (name) => {
      const node = cluster.nodes[name] as ReachableNode;
      cluster.set(name, { ...node, kbhaPid: null });
    };
    const inputs = inputsOf(cluster);
    await expect(handlerOf(cluster).update('x', inputs, inputs)).rejects.toThrow(
      'the settings are in effect, but the cluster has not settled',
    );
  });
});

describe('read, diff and delete', () => {
  it('lists per node what is declared but not in effect, and who could not be read', async () => {
    const cluster = clusterOf(waiting);
    cluster.set('node3', undefined);
    const inputs = inputsOf(cluster);
    const { props } = await handlerOf(cluster).read('x', inputs);
    expect(props.observed).toEqual({
      pending: { node1: ['max_connections'], node2: ['max_connections'] },
      unreadable: ['node3'],
    });
    expect(await handlerOf(cluster).diff('x', props, inputs)).toEqual({ changes: true });
  });

  it('is quiet where nothing differs, and acts for another value', async () => {
    const cluster = clusterOf(live(current));
    const inputs = inputsOf(cluster);
    const handler = handlerOf(cluster);
    const { props } = await handler.read('x', inputs);
    expect(await handler.diff('x', props, inputs)).toEqual({ changes: false });
    expect(await handler.diff('x', props, inputsOf(cluster, { primaryMode: 'switchover' }))).toEqual({ changes: true });
    await handler.delete('x', props);
    expect(cluster.log).toEqual([]);
  });

  it('does not count a setting that the server does not know', async () => {
    const cluster = clusterOf(live([setting('work_mem', '8')]));
    const { props } = await handlerOf(cluster).read('x', inputsOf(cluster));
    expect(props.observed?.pending).toEqual({});
  });
});
