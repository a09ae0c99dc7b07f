// Proves: `npm run diagnose` names the class and the primary, from the nodes alone, for the states that an incident goes through: all in order, a
// standby down, its control file damaged, the primary killed, every database down, a stale standby.signal, two primaries with writes on both, a stopped
// node whose timeline is ahead, every host off. Automation is held still, as where automatic recovery is off.
// Does not prove: that the proposed steps cure it (their own scenarios do).
// Not seen to fail here: the rules behind it are, in test/core/recovery.
import { beforeAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import { killDaemon, quote } from '../../../lab/faults/processes';
import type { Lab } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { describeLab, skipReason } from '../support/describeLab';
import { diagnoseTheCluster } from '../support/diagnosed';
import { measured } from '../support/failover';
import { healthyCluster, startsFromCopy } from '../support/sharedLab';

/** Generous: a look takes some seconds. */
const LOOK_SECONDS = 60;
const DATABASES = ['node1', 'node2', 'node3'];

describeLab('the diagnosis of a cluster', () => {
  const scene: { lab?: Lab } = {};
  const lab = (): Lab => scene.lab as Lab;

  beforeAll(async () => {
    if (skipReason !== undefined) return;
    scene.lab = await healthyCluster();
    // The last state is every host off.
    startsFromCopy();
  });

  it('finds nothing in a healthy cluster', () => {
    const { code, diagnosis } = look();
    expect({ code, class: diagnosis.class, because: diagnosis.because }).toMatchObject({ code: 0, class: 'healthy' });
    expect(diagnosis).toMatchObject({ primary: { kind: 'chosen', node: 'node1', notProved: [] }, steps: [] });
  });

  it('names a standby that is down, and lets it follow again', async () => {
    await Promise.all(DATABASES.map((name) => lab().node(name).script(HOLD_STILL)));
    await sql(lab(), lab().node('node1'), 'create table diagnosed (n bigint primary key)');
    await control('node3', 'stop -m fast');
    expect(look().diagnosis).toMatchObject({
      class: 'singlePrimaryFailedStandbys',
      primary: { kind: 'chosen', node: 'node1', by: 'serving', notProved: [], loses: [] },
      steps: [
        {
          node: 'node3',
          needsConfirm: false,
          record: { kind: 'rejoin', inputs: { node: 'node3', maxRung: 'follow' } },
        },
      ],
    });
  });

  it('names a damaged control file, and keeps the evidence before the node is cloned anew', async () => {
    const control = '"$d/global/pg_control"';
    await onData(
      'node3',
      `cp -p ${control} /var/tmp/control; printf 'XXXXXXXX' | dd of=${control} bs=1 seek=40 conv=notrunc status=none`,
    );
    const { diagnosis } = look();
    expect(diagnosis.nodes[2]?.problems[0]).toContain('control file: its checksum does not match');
    expect(diagnosis).toMatchObject({
      class: 'singlePrimaryFailedStandbys',
      primary: { node: 'node1', notProved: [{ node: 'node3' }] },
      steps: [
        { record: { kind: 'preserveEvidence' } },
        { record: { kind: 'reclone', inputs: { node: 'node3' } }, needsConfirm: true },
      ],
    });
    await onData('node3', `cp -p /var/tmp/control ${control}`);
  });

  it('names a cluster without a primary, and proposes the killed one, which holds what the others hold', async () => {
    await killDaemon(lab(), lab().node('node1'), 'database');
    const { diagnosis } = look();
    expect(diagnosis).toMatchObject({
      class: 'noPrimary',
      primary: { kind: 'chosen', node: 'node1', notProved: [], loses: [] },
    });
    expect(diagnosis.steps[0]).toMatchObject({
      record: { kind: 'startCluster', inputs: { node: 'node1' } },
      needsConfirm: false,
    });
  });

  it('names a full-cluster failure, and a stale standby.signal on the node that was primary', async () => {
    await control('node2', 'stop -m fast');
    await onData('node1', 'touch "$d/standby.signal"');
    const { diagnosis } = look();
    expect(diagnosis).toMatchObject({
      class: 'fullClusterFailure',
      primary: { kind: 'chosen', node: 'node1', notProved: [] },
    });
    expect(diagnosis.nodes[0]?.problems.join()).toContain('a stale standby.signal');
    await onData('node1', 'rm "$d/standby.signal"');
  });

  it('cannot decide between two primaries that both took writes, and discards nothing', async () => {
    for (const name of DATABASES) await control(name, 'start -w -t 60 -l "$d/../logfile"');
    await poll(
      async () => ((await sql(lab(), lab().node('node1'), STREAMING))[0] === '2' ? true : undefined),
      30_000,
      500,
    );
    await control('node3', 'promote -w');
    for (const name of ['node1', 'node3']) await sql(lab(), lab().node(name), 'insert into diagnosed values (1)');
    const { code, diagnosis } = look();
    expect({ code, class: diagnosis.class }).toEqual({ code: 1, class: 'multiplePrimaries' });
    const { primary } = diagnosis;
    const branches = primary.kind === 'undecidable' ? primary.branches : [];
    expect(branches.map(({ nodes, commits }) => [nodes, commits])).toEqual([
      [['node1', 'node2'], 1],
      [['node3'], 1],
    ]);
    expect(diagnosis.steps.map(({ record }) => record?.kind)).toEqual([
      'preserveEvidence',
      'preserveEvidence',
      undefined,
    ]);
  });

  it('names a stopped node whose timeline is ahead, with the transactions that it alone holds', async () => {
    await control('node3', 'stop -m fast');
    const { diagnosis } = look();
    expect(diagnosis).toMatchObject({ class: 'singlePrimaryFailedStandbys', primary: { kind: 'undecidable' } });
    const [first = 0, second, ahead, repository] = diagnosis.nodes.map(({ timeline }) => timeline ?? undefined);
    expect([second, ahead, repository]).toEqual([first, first + 1, undefined]);
  });

  it('says of a cluster whose hosts are all off what it could not read, and proposes nothing for it', async () => {
    await Promise.all(DATABASES.map((name) => applyFault(lab(), 'power-off', name)));
    const { code, diagnosis } = look();
    expect({ code, class: diagnosis.class, primary: diagnosis.primary.kind }).toEqual({
      code: 1,
      class: 'fullClusterFailure',
      primary: 'none',
    });
    expect(diagnosis.notProved.map(({ node }) => node)).toEqual(DATABASES);
    expect(diagnosis.steps.filter(({ record }) => record !== undefined)).toEqual([]);
  });

  function look(): ReturnType<typeof diagnoseTheCluster> {
    const started = Date.now();
    const seen = diagnoseTheCluster(lab());
    const seconds = (Date.now() - started) / 1000;
    measured(`diagnosis ${seen.diagnosis.class}: ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(LOOK_SECONDS);
    return seen;
  }

  /** As the owner of the database; $d is its directory. */
  function onData(name: string, script: string): Promise<unknown> {
    return lab()
      .node(name)
      .script(`d=${quote(lab().manifest().data)}\n${script}`, { as: 'kingbase' });
  }

  function control(name: string, act: string): Promise<unknown> {
    return onData(name, `${quote(`${lab().manifest().prefix}/bin/sys_ctl`)} -D "$d" ${act} >/dev/null`);
  }
});

const STREAMING =
  "select count(*) from sys_stat_replication where state = 'streaming' and application_name like 'node%'";
const HOLD_STILL = 'for each in kbha repmgrd hamgr-companion; do pkill -STOP -u kingbase -x "$each" || true; done';
