// Proves: a second directory declared on the repository's host gets a full backup at once, every WAL segment from then on, and every backup of cron's jobs;
// the outputs name the free space of both; verify looks at both, and names the one in which a segment is missing; a drill passes; up changes nothing after
// that; the directory taken out again leaves the first as it was. A limit on idle sessions that is there for everybody is taken from the role of the backups
// first, and with archiveAsync the database nodes push ahead into both.
// Seen to fail: with every_backup_named of verify.sh taking a backup for the first repository's because some other column of it is 1, verify called each
// backup of the second not valid in the first.
// Does not prove: that the fork takes upstream's `--repo` (what its multi-repo calls it is not established).
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { catalogueOf, reportOf, runJob } from '../../lab/support/backups';
import { describeLab } from '../../lab/support/describeLab';
import { databaseSql, expectNothingLeft, expectPassed, repositoryOf } from '../../lab/support/drills';
import { errorsOf, runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { changeCluster, withValue } from '../../lab/support/stackConfig';

const SECOND = '/kbrepo/second';

describeLab('a second repository', () => {
  const scene = useSharedLab({ ownCopy: true });

  it('gets the same backups and the same WAL, and both are proved', async () => {
    const { lab } = scene;
    const first = (await catalogueOf(lab)).backup.length;
    // For everybody, as a security guide asks for it: the sessions of a backup are idle while files are copied.
    await sql(lab, lab.node('node1'), "alter system set idle_session_timeout = '10min'");
    await sql(lab, lab.node('node1'), 'select sys_reload_conf()');
    const declared = [
      [['backup', 'newerKeys'], true],
      [['backup', 'secondary'], [{ node: 'repo', path: SECOND }]],
      [['backup', 'resources', 'archiveAsync'], true],
    ] as const;
    const undo = changeCluster(lab, (cluster) =>
      declared.reduce((changed, [path, value]) => withValue(changed, path, value), cluster),
    );
    const up = await runProgram(lab, 'up');
    expect(errorsOf(up)).toBe('');
    expect(await backupsOf(lab)).toEqual({ 1: [...Array<string>(first).fill('full'), 'full'], 2: ['full'] });
    expect(await sql(lab, lab.node('node1'), "select rolconfig::text from sys_roles where rolname = 'esrep'")).toEqual([
      '{idle_session_timeout=0}',
    ]);
    expect(await runProgram(lab, 'up', ['--refresh'])).toMatchObject({ ok: true, changed: [] });
    const { freeBytes } = await reportOf(lab);
    expect(freeBytes.map((bytes) => (bytes ?? 0) > 100 * 1024 ** 2)).toEqual([true, true]);

    await databaseSql(lab, 'create table in_both as select n from generate_series(1, 100) n');
    await runJob(lab, 'incremental');
    const { prefix } = lab.manifest();
    await lab
      .node('node1')
      .script(`grep -q 'archive-push:async command begin' ${prefix}/log/kingbase-archive-push-async.log`);
    expect(Object.values(await backupsOf(lab)).map((types) => types.at(-1))).toEqual(['incr', 'incr']);
    const repository = await repositoryOf(lab);
    expect(await repository.verify('--check')).toMatchObject({ code: 0 });
    expectPassed(await repository.drill('--no-verify'));
    await expectNothingLeft(repository);

    const newest = await repository.as(`find ${SECOND}/archive -type f -name '0*-*' | sort | tail -n 2 | head -n 1`);
    await repository.as(`mv ${newest} /tmp/taken`);
    try {
      const verified = await repository.verify();
      expect(verified, verified.said).toMatchObject({ code: 1 });
      expect(verified.said).toContain('INVALID repository 2: WAL segment');
      expect(verified.said).not.toContain('INVALID repository 1');
    } finally {
      await repository.as(`mv /tmp/taken ${newest}`);
    }

    undo();
    await databaseSql(lab, 'drop table in_both');
    const back = await runProgram(lab, 'up');
    expect(errorsOf(back)).toBe('');
    expect((await reportOf(lab)).freeBytes).toHaveLength(1);
  }, 900_000);

  /** Types of backup, oldest first, by the number of the repository. */
  async function backupsOf(lab: typeof scene.lab): Promise<Readonly<Record<number, readonly string[]>>> {
    const { backup } = await catalogueOf(lab);
    const numbers = [...new Set(backup.map(({ database }) => database['repo-key'] ?? 1))].sort();
    return Object.fromEntries(
      numbers.map((n) => [
        n,
        backup.filter(({ database }) => (database['repo-key'] ?? 1) === n).map(({ type }) => type),
      ]),
    );
  }
});
