// Proves: `reclone` brings back a standby with a damaged control file (from the primary: progress told, the old data set aside, registered, streaming
// through its slot), and the same id prints the record and copies nothing; one whose slot was dropped and whose WAL the primary removed; and one whose
// operator lost his connection in the midst of the copy: the same id attaches to the run, which goes on.
// Does not prove: anything about a copy of more than some tens of MiB.
// Not seen to fail here: the steps behind it are, in test/remote/action/rejoin.test.ts.
import { afterEach, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { findDaemon, quote } from '../../../lab/faults/processes';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import type { RemoteError } from '../../../remote/remoteError';
import { ACTION } from '../../../core/render/actionFiles';
import { act, actionsFolder, expectSucceeded, requestId } from '../support/actions';
import { describeLab } from '../support/describeLab';
import { measured, primaryOf } from '../support/failover';
import { holdRecovery, onData } from '../support/formerPrimary';
import { expectHealthy } from '../support/health';
import { useSharedLab } from '../support/sharedLab';

const LIMIT = { timeout: 300_000 };

describeLab('a standby that needs a new copy', () => {
  const scene = useSharedLab();
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  it('with a damaged control file gets one from the primary, and keeps the old data aside', LIMIT, async () => {
    const { lab } = scene;
    const { primary, standby } = await pair(lab);
    await damageControl(lab, standby);
    const id = requestId('damaged');
    const words = [id, 'reclone', `node=${standby.name}`, 'source=primary'] as const;
    const done = await act(lab, standby.name, ...words);
    const { data } = lab.manifest();
    expect(expectSucceeded(done)).toMatchObject({
      source: primary.name,
      primary: primary.name,
      oldData: `${data}.old-${id}`,
    });
    expect(done.said).toMatch(/fact: what lies in \S+ cannot be read; it is kept aside/);
    expect(done.said).toMatch(/copied \d+\/\d+ kB \(\d+%\)/);
    measured(`reclone of a standby: ${done.record?.seconds} s`);
    expect(await onData(lab, standby.name, 'ls "$d".old-*/global/pg_control | wc -l')).toBe('1');
    await expectFollows(lab, primary, standby);
    await expectHealthy(lab, { primary: primary.name });

    const again = await act(lab, standby.name, ...words);
    expect({ code: again.code, record: again.record }).toEqual({ code: 0, record: done.record });
    expect(await onData(lab, standby.name, 'ls -d "$d".old-* | wc -l')).toBe('1');
    await onData(lab, standby.name, `rm -r "$d.old-${id}"`);
  });

  it('gets one where its slot was dropped and the primary has removed its WAL', LIMIT, async () => {
    const { lab } = scene;
    undo.push(await holdRecovery(lab));
    const { primary, standby } = await pair(lab);
    await onData(
      lab,
      standby.name,
      'pkill -STOP -u kingbase -x kbha; "$bin/sys_ctl" -D "$d" -m fast -w stop >/dev/null',
    );
    const slot = await slotOf(lab, standby);
    await poll(
      async () =>
        (await sql(lab, primary, `select active from sys_replication_slots where slot_name = '${slot}'`))[0] === 'f'
          ? true
          : undefined,
      30_000,
      300,
    );
    await sql(lab, primary, `select sys_drop_replication_slot('${slot}'); select sys_switch_wal(); checkpoint`);
    // What wal_keep_segments and time would do; what waits for the archive stays.
    await onData(
      lab,
      primary.name,
      `redo=$("$bin/sys_controldata" -D "$d" | sed -n "s/^Latest checkpoint's REDO WAL file: *//p")
cd "$d/pg_wal"
for i in {1..300}; do if compgen -G 'archive_status/*.ready' >/dev/null; then sleep 0.1; else break; fi; done
for f in *; do if [[ $f =~ ^[0-9A-F]{24}$ && $f < $redo && ! -e archive_status/$f.ready ]]; then rm "$f"; fi; done`,
    );
    const id = requestId('lost-slot');
    const done = await act(lab, standby.name, id, 'reclone', 'source=primary');
    expectSucceeded(done);
    await expectFollows(lab, primary, standby);
    await expectHealthy(lab, { primary: primary.name });
    await onData(lab, standby.name, `rm -r "$d.old-${id}"`);
  });

  it('goes on with the copy when the connection is cut, and the same id attaches to it', LIMIT, async () => {
    const { lab } = scene;
    const { primary, standby } = await pair(lab);
    await damageControl(lab, standby);
    const id = requestId('cut');
    const words = [id, 'reclone', `node=${standby.name}`, 'source=primary', 'maxRate=2'];
    // As Pulumi follows it; what breaks the connection is the network between it and the node.
    const remote = standby.remote();
    const first = remote.exec([ACTION, '--follow', ...words], { timeoutMs: 300_000 }).then(
      () => 'ended',
      (error: unknown) => (error as RemoteError).code,
    );
    const copying = await poll(async () => copyOf(standby), 120_000, 200);
    expect(copying, 'a copy at work').toBeDefined();
    await cutSsh(standby);
    undo.push(() => joinSsh(standby));
    expect(await first).toBe('remote/unreachable');
    remote.close();
    expect(await copyOf(standby), 'the copy at work goes on').toBe(copying);
    await joinSsh(standby);

    const again = standby.remote();
    try {
      const { stdout, stderr } = await again.exec([ACTION, '--follow', ...words], { timeoutMs: 300_000 });
      expect(stderr).toContain(`request ${id} is at work; attached to it`);
      expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', result: { source: primary.name } });
    } finally {
      again.close();
    }
    const { stdout } = await standby.script(`grep -c '] copy$' ${actionsFolder(lab)}/${id}/progress.log || true`);
    expect(stdout.trim(), 'a copy begins once').toBe('1');
    await expectFollows(lab, primary, standby);
    await expectHealthy(lab, { primary: primary.name });
    await onData(lab, standby.name, `rm -r "$d.old-${id}"`);
  });
});

async function pair(lab: Lab): Promise<{ readonly primary: LabNode; readonly standby: LabNode }> {
  const primary = await primaryOf(lab);
  const name = ['node3', 'node2'].find((each) => each !== primary.name) ?? '';
  return { primary, standby: lab.node(name) };
}

/** Under a server that dies before it can write the file again; kbha and the primary's repmgrd try to start it, in vain. */
async function damageControl(lab: Lab, standby: LabNode): Promise<void> {
  const pid = await findDaemon(lab, standby, 'database');
  await onData(
    lab,
    standby.name,
    `kill -KILL ${pid ?? 0} $(pgrep -P ${pid ?? 0})
printf 'XXXXXXXX' | dd of="$d/global/pg_control" bs=1 seek=40 conv=notrunc status=none`,
  );
}

/** The process of the copy, where one is at work. */
async function copyOf(node: LabNode): Promise<string | undefined> {
  const { stdout } = await node.script('pgrep -o -u kingbase -x "sys_basebackup|pg_basebackup" || true');
  return stdout.trim() === '' ? undefined : stdout.trim();
}

async function slotOf(lab: Lab, node: LabNode): Promise<string> {
  const [slot = ''] = await sql(
    lab,
    await primaryOf(lab),
    `select slot_name from repmgr.nodes where node_name = ${quote(node.name)}`,
    'esrep',
  );
  return slot;
}

/** Streams from the primary through its own slot, and is registered so. */
async function expectFollows(lab: Lab, primary: LabNode, standby: LabNode): Promise<void> {
  const slot = await slotOf(lab, standby);
  expect(
    await sql(
      lab,
      primary,
      `select s.active, r.state from sys_replication_slots s join sys_stat_replication r on r.pid = s.active_pid
        where s.slot_name = '${slot}' and r.application_name = '${standby.name}'`,
    ),
  ).toEqual(['t|streaming']);
  expect(
    await sql(lab, primary, `select type, active from repmgr.nodes where node_name = '${standby.name}'`, 'esrep'),
  ).toEqual(['standby|t']);
}

/** Silently, both ways, for ssh from outside alone: replication and the copy go on. */
async function cutSsh(node: LabNode): Promise<void> {
  await node.script(
    `nft add table inet cutssh
nft 'add chain inet cutssh in { type filter hook input priority -300; }'
nft 'add chain inet cutssh out { type filter hook output priority -300; }'
nft add rule inet cutssh in tcp dport 22 drop
nft add rule inet cutssh out tcp sport 22 drop`,
  );
}

async function joinSsh(node: LabNode): Promise<void> {
  await node.script('nft delete table inet cutssh 2>/dev/null || true');
}
