// Proves: an instance that is ended and made anew from the rendered user data (another root disk, another machine-id and instance id, the same address,
// host key and data volumes) mounts what it finds and formats nothing; `up` sets the host up anew, never bootstraps, and the node is a standby of the
// same cluster with the same rows as every other. A repository node comes back with its backups, also under other accounts, and verifies. Meanwhile the primary is the same and goes on accepting writes, and nothing is done to other nodes.
// Does not prove: what EC2 does between the two instances (attachments, the order of the provider's calls).
// Seen to fail: with a volume formatted whatever it holds, the new instance made two file systems, and nothing was kept.
// With the OS user made under the next free number, `up` refused the node: its database (on the repository node: its records) belonged to nobody there.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { renewNode } from '../../../lab/nodes';
import { createProgress } from '../../../lab/progress';
import { labUp } from '../../../lab/up';
import { cloud, CLOUD_LAB, takesDownCloudLab } from '../../lab/support/cloudLab';
import { describeLab } from '../../lab/support/describeLab';
import { repositoryOf } from '../../lab/support/drills';
import { expectHealthy } from '../../lab/support/health';
import { errorsOf, runProgram } from '../../lab/support/program';

const OTHER_ACCOUNTS =
  'userdel kingbase; ! getent group kingbase >/dev/null || groupdel kingbase; useradd --uid 1005 early';
const IDENTIFIER = 'select system_identifier from pg_control_system()';

describeLab('an instance that is made anew', () => {
  takesDownCloudLab();

  it('keeps volumes, address and host key, and joins as a standby', async () => {
    const { lab } = await labUp({ ...CLOUD_LAB, cloud, progress: createProgress() });
    const before = await expectHealthy(lab);
    const primary = lab.node(before.primary as string);
    const replaced = lab.nodes().find(({ name, info }) => info().role === 'database' && name !== primary.name);
    if (replaced === undefined) throw new Error('there is no standby');
    const identifier = await sql(lab, primary, IDENTIFIER);
    await sql(lab, primary, 'drop table if exists kept; create table kept (n int); insert into kept values (1), (2)');
    // Root disk, machine-id, instance id, host key; a line each.
    const look = async (): Promise<string> =>
      (
        await replaced.script(
          `echo "$(ls -A /root/old 2>/dev/null)"; echo "$(cat /etc/machine-id)"; echo "$(cat /var/lib/cloud/data/instance-id)"
echo "$(cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)"`,
          { label: 'who it is' },
        )
      ).stdout;
    await replaced.script('mkdir -p /root/old; touch /root/old/root-disk', { label: 'mark the root disk' });
    const [mark, machine, instance, key] = (await look()).split('\n');
    expect(mark).toBe('root-disk');

    await renewNode(lab, replaced.name, cloud);
    const made = await replaced.script(
      'cloud-init status --wait >/dev/null; bash /usr/local/lib/pulumi-kingbase/volumes.sh check; grep -c "volumes: made" /var/log/cloud-init-output.log || true; sys_dir=/kbdata/data; test -s $sys_dir/global/pg_control && echo kept; test -e /kbdata/data/standby.signal && echo standby',
      { label: 'the new instance', timeoutMs: 240_000 },
    );
    expect(made.stdout.trim().split('\n')).toEqual(['0', 'kept', 'standby']);
    const [newMark, newMachine, newInstance, newKey] = (await look()).split('\n');
    expect({ key: newKey, mark: newMark }).toEqual({ key, mark: '' });
    expect([newMachine === machine, newInstance === instance]).toEqual([false, false]);
    await sql(lab, primary, 'insert into kept values (3)');
    // Another image, other accounts: the number of the database's owner is nobody's here, and not the next one that is free.
    await replaced.script(OTHER_ACCOUNTS, { label: 'other accounts' });

    const run = await runProgram(lab, 'up', ['--refresh']);
    expect(errorsOf(run)).toBe('');
    expect(run.changed).toContain(`replace ${replaced.name}-install`);
    const others = lab
      .nodes()
      .map(({ name }) => name)
      .filter((name) => name !== replaced.name);
    expect(
      run.changed
        .filter((change) => /^(replace|delete|create) /.test(change))
        .filter((change) => others.some((name) => change.includes(name)) || change.includes('bootstrap')),
    ).toEqual([]);
    const after = await expectHealthy(lab, { primary: primary.name });
    const owner = await replaced.script('stat -c %U:%G /kbdata/data', { label: 'whose data' });
    expect(owner.stdout.trim()).toBe('kingbase:kingbase');
    const timelineOf = (report: typeof before): unknown =>
      report.nodes.find(({ name }) => name === primary.name)?.timeline;
    expect(timelineOf(after)).toEqual(timelineOf(before));
    for (const node of lab.nodes().filter(({ info }) => info().role === 'database')) {
      expect(await sql(lab, node, IDENTIFIER)).toEqual(identifier);
      expect(await sql(lab, node, 'select n from kept order by n')).toEqual(['1', '2', '3']);
    }
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });

    const repository = await repositoryOf(lab);
    await renewNode(lab, repository.node.name, cloud);
    await repository.node.script(
      `cloud-init status --wait >/dev/null; bash /usr/local/lib/pulumi-kingbase/volumes.sh check; ${OTHER_ACCOUNTS}`,
      { label: 'the new repository node', timeoutMs: 240_000 },
    );
    const set = await runProgram(lab, 'up', ['--refresh']);
    expect(errorsOf(set)).toBe('');
    const kept = `stat -c %U ${repository.target.repositories[0]?.path ?? ''}/backup ${repository.plan.paths.state}/backup`;
    expect((await repository.node.script(kept, { label: 'whose backups' })).stdout).toBe('kingbase\nkingbase\n');
    expect(await repository.verify()).toMatchObject({ code: 0 });
    await expectHealthy(lab, { primary: primary.name });
  }, 1_100_000);
});
