// Proves: after `up` there is a first full backup, and what the outputs say of it is what sys_rman's own catalogue says; one cron
// entry per job stands in the tables; a second up and one that reads every host change nothing. An archive_command that somebody
// set in another place is refused with both places, and cured by the hint. A licence that ends soon (get_license_validdays()) is named by `armed`.
// Seen to fail: with requireArchiving taken out of ensureBackup the override passes, and `sys_rman check` is what fails a minute later.
// Does not prove: that a backup can be restored (the drill's scenarios do).
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { poll } from '../../../lab/run';
import { observeWholeLab } from '../../../lab/status';
import { activeEntries, catalogueOf, repositoryPaths, reportOf, runJob, targetOf } from '../support/backups';
import { describeLab } from '../support/describeLab';
import { errorsOf, runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';

describeLab('the first backup', () => {
  const scene = useSharedLab();

  it('is in the catalogue, and the outputs say so', async () => {
    const { lab } = scene;
    const report = await reportOf(lab);
    const { backup } = await catalogueOf(lab);
    const full = backup.filter(({ type }) => type === 'full').at(-1);
    expect(report.lastFull).toEqual({
      label: full?.label,
      time: new Date((full?.timestamp.stop ?? 0) * 1000).toISOString().replace('.000Z', 'Z'),
    });
    expect(Date.parse(report.latestRestorableTime ?? '')).toBeGreaterThanOrEqual((full?.timestamp.stop ?? 0) * 1000);
    expect(report.freeBytes[0]).toBeGreaterThan(100 * 1024 * 1024);
    expect(Object.values(await activeEntries(lab))).toEqual((await targetOf(lab)).cron.lines.map(() => 1));
    const { armed } = await observeWholeLab(lab);
    expect(armed?.reasons).toEqual(report.findings);
  });

  it('is not made again: up changes nothing, also after reading every host', async () => {
    const { lab } = scene;
    const before = (await catalogueOf(lab)).backup.map(({ label }) => label);
    expect(await runProgram(lab, 'up')).toMatchObject({ ok: true, changed: [] });
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true, changed: [], drifted: [] });
    expect((await catalogueOf(lab)).backup.map(({ label }) => label)).toEqual(before);
  });

  it('is followed by those that cron runs, each with a record', async () => {
    const { lab } = scene;
    await runJob(lab, 'incremental');
    const report = await reportOf(lab);
    expect(report.lastBackup).toMatchObject({ kind: 'incremental' });
    expect(report.lastBackup?.label).toBe((await catalogueOf(lab)).backup.at(-1)?.label);
    expect(report.jobs).toContainEqual(expect.objectContaining({ job: 'incremental', exitCode: 0 }));
    const { state } = await repositoryPaths(lab);
    await lab.node('repo').script(`test "$(stat -c %U ${state}/backup/incremental.json)" = kingbase`);
  });

  it('does not call the cluster armed where a licence ends soon', async () => {
    const { lab } = scene;
    const ends = 'kingbase_lab.licence_expires';
    await sql(lab, lab.node('node1'), `alter database test set ${ends} = '${inDays(20)}'`);
    try {
      const said = await poll(async () => {
        const { armed } = await observeWholeLab(lab);
        // A standby replays it within moments; at midnight a day is over.
        const named = (armed?.reasons ?? []).filter((reason) => /its licence ends in (19|20) days/.test(reason));
        return named.length === 3 ? named : undefined;
      }, 30_000);
      expect(said?.map((reason) => reason.split(':')[0])).toEqual(['node1', 'node2', 'node3']);
    } finally {
      await sql(lab, lab.node('node1'), `alter database test reset ${ends}`);
    }
  });

  it('refuses an archive_command of another place, with both places, and goes on once it is gone', async () => {
    const { lab } = scene;
    const node = lab.node('node2');
    const auto = '/kbdata/data/postgresql.auto.conf';
    await node.script(`cp -p ${auto} /tmp/auto.kept; printf "archive_command = '/bin/true'\\n" >>${auto}`, {
      as: 'kingbase',
    });
    await sql(lab, node, 'select sys_reload_conf()');
    try {
      const refused = await runProgram(lab, 'up', ['--refresh']);
      expect(refused.ok).toBe(false);
      expect(errorsOf(refused)).toContain(
        'node2: another place keeps the declared value out of effect: archive_command',
      );
      expect(errorsOf(refused)).toMatch(/at \/kbdata\/data\/es_rep\.conf:\d+, in effect \/bin\/true from .*auto\.conf/);
      expect(errorsOf(refused)).toContain('ALTER SYSTEM RESET archive_command');
      expect((await reportOf(lab)).findings.join('\n')).toContain('node2: another place keeps');
    } finally {
      await node.script(`cat /tmp/auto.kept >${auto}; rm -f /tmp/auto.kept`, { as: 'kingbase' });
      await sql(lab, node, 'select sys_reload_conf()');
    }
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true });
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true, changed: [] });
  });
});

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
