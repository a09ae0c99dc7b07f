// Proves: after any of 50 random acts on the cron tables (entries of the vendor's script come and go as its start and stop write them,
// ours are deleted, copied to the other place, edited) the next apply leaves exactly one active entry per job; and an entry that was
// commented out stays so, is reported, and is no drift. The order of the acts comes from a printed seed (SCHEDULE_SEED).
// Seen to fail: with copiesOf returning nothing, after the first copy an entry counts twice.
// Does not prove: what a real sys_backup.sh writes beyond the lines of facts 8.3.
import { expect, it } from 'vitest';
import type { Lab } from '../../../lab/lab';
import { readClusterNodes } from '../../../lab/stack/clusterSpec';
import { backupScheduleHandler } from '../../../remote/handlers/backupSchedule';
import { openRemote } from '../../../remote/sshRemote';
import { activeEntries, cronTables, HOST, reportOf, targetOf } from '../support/backups';
import { describeLab } from '../support/describeLab';
import { runProgram } from '../support/program';
import { chanceOf, seedFrom } from '../support/seed';
import { useSharedLab } from '../support/sharedLab';

const FILE = '/etc/cron.d/KINGBASECRON';
const ROUNDS = 50;

/** What the vendor's script does to the tables: it deletes by pattern, and appends. */
function acts(conf: string, stanza: string): Readonly<Record<string, string>> {
  const rman = `/home/kingbase/bin/sys_rman --config=${conf} --stanza=${stanza} --archive-copy`;
  const line = (user: string): string =>
    `0 2 */7 * * ${user}${rman} --type=full backup >>/tmp/sys_rman_backup_full.log 2>&1`;
  const stop = `sed -i -e '/sys_rman --config.*--type=full backup/d' -e '/sys_rman --config.*--type=incr backup/d' ${FILE}`;
  const own = `sed -n '/backup-job.sh incremental/p' ${FILE} | tail -n 1`;
  return {
    start: `${stop}; echo '${line('kingbase ')}' >>${FILE}`,
    startInCrontab: `(crontab -u kingbase -l 2>/dev/null || true; echo '${line('')}') | crontab -u kingbase -`,
    stop,
    copy: `${own} >>/tmp/copied; cat /tmp/copied >>${FILE}; rm -f /tmp/copied`,
    edit: `sed -i '/backup-job.sh full/s/^[0-9]* /59 /' ${FILE}`,
    cut: `sed -i '/# END pulumi-kingbase-backup/d' ${FILE}`,
    nothing: 'true',
  };
}

async function applySchedule(lab: Lab): Promise<void> {
  const node = (await readClusterNodes(lab.manifest())).find(({ target }) => target.name === HOST);
  if (node === undefined) throw new Error('no repository node');
  const inputs = { ...node, backup: { ...(await targetOf(lab)), vendorCronLines: 'replace' as const } };
  await backupScheduleHandler(openRemote).update('x', inputs, inputs);
}

describeLab('the schedule', () => {
  const scene = useSharedLab();

  it('has one active entry per job after every apply, whatever was done to the tables', async () => {
    const { lab } = scene;
    const { conf, stanza, cron } = await targetOf(lab);
    const chance = chanceOf(seedFrom('SCHEDULE_SEED'));
    const scripts = Object.entries(acts(conf, stanza));
    const wanted = Object.fromEntries(cron.lines.map(({ job }) => [job, 1]));
    for (let round = 0; round < ROUNDS; round += 1) {
      const [name, script] = scripts[Math.floor(chance.next() * scripts.length)] as [string, string];
      await lab.node(HOST).script(script, { label: name });
      if (chance.next() < 0.5) continue;
      await applySchedule(lab);
      expect(await activeEntries(lab), `round ${round}, after ${name}`).toEqual(wanted);
    }
    await applySchedule(lab);
    expect(await activeEntries(lab)).toEqual(wanted);
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true, changed: [] });
  });

  it('refuses an entry of the vendor’s script with both texts, and leaves the tables alone', async () => {
    const { lab } = scene;
    const { conf, stanza } = await targetOf(lab);
    await lab.node(HOST).script(acts(conf, stanza)['startInCrontab'] ?? '');
    const before = await cronTables(lab);
    const refused = await runProgram(lab, 'up', ['--refresh']);
    expect(refused.ok).toBe(false);
    expect(refused.text).toContain('sys_backup.sh has entries of its own');
    expect(await cronTables(lab)).toBe(before);
    await lab.node(HOST).script('crontab -u kingbase -r');
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true });
  });

  it('leaves an entry that was commented out so, and says so', async () => {
    const { lab } = scene;
    await lab.node(HOST).script(`sed -i '/backup-job.sh full/s/^/#/' ${FILE}`);
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true, changed: [] });
    expect((await activeEntries(lab))['full']).toBe(0);
    expect((await reportOf(lab)).findings).toContain('repo: the cron entry of the job full is commented out (paused)');
    await lab.node(HOST).script(`sed -i '/backup-job.sh full/s/^#//' ${FILE}`);
    expect((await activeEntries(lab))['full']).toBe(1);
  });
});
