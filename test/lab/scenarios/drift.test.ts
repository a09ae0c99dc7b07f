// Proves: what people change by hand on the nodes is shown by a preview that reads them first, put back by `up --refresh`, and
// nothing beside it is written, reloaded without need or restarted; a kbha line that an operator commented out is reported as
// paused and stays.
// Does not prove: edits of files that are not ours; nor the crontab of V9, which crontabDrift shows.
// Seen to fail: with the drift left out of the diff of files, and of members, up changes nothing and the two tests of edits fail on
// that; with the slot left out of what a standby is asked about, the refresh does not show repmgr_slot_3; with the pause unknown to
// files.sh, up repairs the member whose line was commented out.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { poll } from '../../../lab/run';
import { observeLab } from '../../../lab/status';
import { describeLab } from '../support/describeLab';
import { footprintOf, rewritten } from '../support/footprint';
import { expectShown, makeEdits, type Edit } from '../support/handEdits';
import { expectHealthy } from '../support/health';
import { changesShown, runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

const PREFIX = '/home/kingbase/cluster/lab/kingbase';

const FILE_EDITS: readonly Edit[] = [
  {
    what: 'a file of ours is edited',
    node: 'node2',
    edit: `echo "priority=1" >>${PREFIX}/etc/repmgr.conf`,
    resource: 'node2-files',
    shows: `${PREFIX}/etc/repmgr.conf`,
  },
  {
    what: 'a file is deleted',
    node: 'node3',
    edit: 'rm /etc/logrotate.d/pulumi-kingbase',
    resource: 'node3-files',
    shows: '/etc/logrotate.d/pulumi-kingbase',
  },
  {
    what: 'a mode is changed',
    node: 'node1',
    edit: 'chmod 0644 /usr/local/lib/pulumi-kingbase/automation.sh',
    resource: 'node1-files',
    shows: '/usr/local/lib/pulumi-kingbase/automation.sh',
  },
  {
    what: 'the port of the database is closed in the firewall',
    node: 'node3',
    edit: 'firewall-cmd -q --permanent --service=pulumi-kingbase --remove-port=54321/tcp; firewall-cmd -q --reload',
    resource: 'node3-files',
    shows: '/etc/firewalld/services/pulumi-kingbase.xml',
  },
  {
    what: 'the sudoers drop-in is edited',
    node: 'node1',
    edit: "echo 'kingbase ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers.d/pulumi-kingbase",
    resource: 'node1-files',
    shows: '/etc/sudoers.d/pulumi-kingbase',
  },
  {
    what: 'a key in our block of authorized_keys is freed of its limits',
    node: 'node2',
    edit: 'sed -i \'s/^from="[^"]*",*//\' /home/kingbase/.ssh/authorized_keys',
    resource: 'node2-trust',
    shows: '/home/kingbase/.ssh/authorized_keys',
  },
  {
    what: 'the sysctl drop-in is edited',
    node: 'repo',
    edit: "echo 'vm.swappiness = 60' >>/etc/sysctl.d/60-pulumi-kingbase.conf",
    resource: 'repo-files',
    shows: '/etc/sysctl.d/60-pulumi-kingbase.conf',
  },
  {
    what: 'the limits drop-in is edited',
    node: 'node2',
    edit: "sed -i 's/65535/1024/; s/655360/1024/' /etc/security/limits.d/60-pulumi-kingbase.conf; echo '# mine' >>/etc/security/limits.d/60-pulumi-kingbase.conf",
    resource: 'node2-files',
    shows: '/etc/security/limits.d/60-pulumi-kingbase.conf',
  },
  {
    what: 'a unit is edited',
    node: 'node1',
    edit: "sed -i 's/^ExecStart=.*/ExecStart=\\/bin\\/true/' /etc/systemd/system/pulumi-kingbase-nftables.service",
    resource: 'node1-files',
    shows: '/etc/systemd/system/pulumi-kingbase-nftables.service',
  },
];

const MEMBER_EDITS: readonly Edit[] = [
  {
    what: 'the kbha line is removed from /etc/cron.d',
    node: 'node2',
    edit: "sed -i '/kbha/d' /etc/cron.d/KINGBASECRON",
    resource: 'node2-member',
    shows: '/etc/cron.d/KINGBASECRON',
  },
  {
    what: 'a second kbha line stands in our block of /etc/cron.d',
    node: 'node3',
    edit: `sed -i 's/^# END/*\\/5 * * * * kingbase ${PREFIX.replaceAll('/', '\\/')}\\/bin\\/kbha -A daemon\\n&/' /etc/cron.d/KINGBASECRON`,
    resource: 'node3-member',
    shows: '/etc/cron.d/KINGBASECRON',
  },
  {
    what: 'sys_hba.conf lets everybody in',
    node: 'node1',
    edit: "echo 'host all all 0.0.0.0/0 trust' >>/kbdata/data/sys_hba.conf",
    resource: 'node1-member',
    shows: '/kbdata/data/sys_hba.conf',
  },
];

describeLab('what people change by hand on the nodes', () => {
  const scene = useSharedLab();

  it.each([
    { title: 'files: nine edits on four nodes', edits: FILE_EDITS },
    { title: 'what the member keeps: cron and sys_hba', edits: MEMBER_EDITS },
  ])('is shown by the preview and put back by up, and nothing else: $title', async ({ edits }) => {
    const before = await footprintOf(scene.lab);
    await makeEdits(scene.lab, edits);
    expectShown(scene.lab, await runProgram(scene.lab, 'preview', ['--refresh']), edits);
    expectShown(scene.lab, await runProgram(scene.lab, 'up', ['--refresh']), edits);
    const after = await footprintOf(scene.lab);
    expect(Object.fromEntries(after.files)).toEqual(Object.fromEntries(before.files));
    expect(rewritten(before, after)).toEqual([...new Set(edits.map(({ node, shows }) => `${node}:${shows}`))].sort());
    expect(after.started).toEqual(before.started);
    const again = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ drifted: again.drifted, changed: again.changed }).toEqual({ drifted: [], changed: [] });
  });

  it('covers what the database holds: a dropped slot and a revoked right of esrep', async () => {
    const primary = scene.lab.node('node1');
    const before = await footprintOf(scene.lab);
    // A standby without its slot does not stream; after 30 s the primary's own recovery would restart it, which is not what is asked here.
    await primary.script('echo unattached_delay=600 >/etc/kingbase-lab.conf', { label: 'let recovery wait' });
    await dropSlot('repmgr_slot_3', 'node3');
    await sql(scene.lab, primary, 'alter role esrep nosuperuser');
    const edits = [
      { what: 'slot', resource: 'node3-member', shows: 'repmgr_slot_3' },
      { what: 'right', resource: 'node1-member', shows: 'is no superuser' },
    ].map((edit) => ({ ...edit, node: '', edit: '' }));
    expectShown(scene.lab, await runProgram(scene.lab, 'preview', ['--refresh']), edits);
    expectShown(scene.lab, await runProgram(scene.lab, 'up', ['--refresh']), edits);
    expect(await sql(scene.lab, primary, "select rolsuper from sys_roles where rolname = 'esrep'")).toEqual(['t']);
    const slots = (): Promise<readonly string[]> =>
      sql(scene.lab, primary, 'select slot_name, active from sys_replication_slots order by 1');
    const both = ['repmgr_slot_2|t', 'repmgr_slot_3|t'];
    // The standby asks for its slot every few seconds.
    await poll(async () => ((await slots()).join() === both.join() ? true : undefined), 60_000, 500);
    expect(await slots()).toEqual(both);
    await primary.script('rm /etc/kingbase-lab.conf', { label: 'let recovery go on' });
    const after = await footprintOf(scene.lab);
    expect(rewritten(before, after)).toEqual([]);
    expect(after.started).toEqual(before.started);
    await expectHealthy(scene.lab, { primary: 'node1' });
  });

  it('is respected where it pauses the automation: a commented-out kbha line is reported and stays', async () => {
    const node = scene.lab.node('node2');
    const cron = async (): Promise<string> => (await node.exec(['cat', '/etc/cron.d/KINGBASECRON'])).stdout;
    const armed = await cron();
    await node.script("sed -i 's/^[^#].*kbha/#&/' /etc/cron.d/KINGBASECRON", { label: 'comment kbha out' });
    const paused = await cron();
    expect(paused).not.toBe(armed);
    const run = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ ok: run.ok, changed: run.changed }).toEqual({ ok: true, changed: [] });
    expect(changesShown(scene.lab, run, 'node2-member')).toMatchObject([
      { path: 'observed.automation', old: '"active"', new: '"paused"' },
    ]);
    expect(run.outputs['topology']).toContain('node2: automation is paused');
    expect((await observeLab(scene.lab)).warnings).toEqual([expect.stringContaining('node2: automation is paused')]);
    expect(await cron()).toBe(paused);
    await node.exec(['/usr/local/lib/pulumi-kingbase/automation.sh', 'resume']);
    expect(await cron()).toBe(armed);
    const again = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
  });

  /** A slot in use cannot be dropped: the connection is ended first, and comes back within a moment. */
  async function dropSlot(slot: string, standby: string): Promise<void> {
    const end = `select pg_terminate_backend(pid, 1000) from sys_stat_replication where application_name = '${standby}'`;
    const both = `${end};\nselect sys_drop_replication_slot('${slot}');`;
    const drop = (): Promise<true | undefined> =>
      sql(scene.lab, scene.lab.node('node1'), both).then(
        () => true,
        () => undefined,
      );
    expect(await poll(drop, 120_000), `${slot} is dropped`).toBe(true);
  }
});
