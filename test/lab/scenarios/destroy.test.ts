// Proves: destroy takes away from every node what up put there: compared with the node's file system before the first up, only
// data, archive, logs and our ledger are left, and no process of the cluster runs; up again adopts the data that was left: the
// same system identifier, the same rows.
// Does not prove: that the operating system is byte for byte what it was: its own logs, caches and ids are left out.
// Seen to fail: with the removal left out of the delete of files, our drop-ins, keys and scripts are listed as more than was there
// before.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { machinesDown } from '../../../lab/create';
import type { LabNode } from '../../../lab/lab';
import { labUp } from '../../../lab/up';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { errorsOf, runProgram } from '../support/program';
import { handOn } from '../support/sharedLab';
import { SHARED } from '../support/sharedName';
import { stateIds } from '../support/state';

/** Files with mode, owner and content, below everything that a cluster could touch. */
const LIST = `
find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /tmp -o -path /var/tmp -o -path /var/log \\
  -o -path /var/cache -o -path /var/lib/systemd -o -path /var/lib/private -o -path /var/lib/dbus \\) -prune \\
  -o \\( -type f -o -type l \\) -printf '%p %m %u:%g %s\\n' | sort
find /kbdata -mindepth 1 -maxdepth 1 -printf '%p\\n' | sort`;

/** What destroy leaves on purpose: data, archive, logs, ledger. */
const LEFT = [
  /^\/kbdata\/data\b/,
  /^\/home\/kingbase\/cluster\/lab\/kingbase\/(archive|log)\//,
  /^\/home\/kingbase\/cluster\/lab\/kingbase\/logfile\b/,
  /^\/var\/lib\/pulumi-kingbase\//,
];

/** What the lab's own programs write beside themselves; neither up nor destroy knows of it. */
const OF_THE_LAB = [/\/lib\/kingbase-lab\/klab\/__pycache__\//, /\/kingbase\/etc\/kbha\.nodes /];

describeLab('destroy', () => {
  const list = async (node: LabNode): Promise<readonly string[]> =>
    (await node.script(LIST, { label: 'list files', timeoutMs: 60_000 })).stdout
      .split('\n')
      .filter((line) => line !== '');

  it('leaves data, archive, logs and ledger, and nothing else; up again goes on with the same cluster', async () => {
    await machinesDown(SHARED.name);
    const { lab } = await labUp({ ...SHARED, deploy: false });
    const before = new Map<string, readonly string[]>();
    for (const node of lab.nodes()) before.set(node.name, await list(node));

    const first = await runProgram(lab, 'up');
    expect(errorsOf(first)).toBe('');
    await expectHealthy(lab, { primary: 'node1' });
    const identifier = await sql(lab, lab.node('node1'), 'select system_identifier from pg_control_system()');
    await sql(lab, lab.node('node1'), 'create table kept as select generate_series(1, 1000) as n');
    const whole = await sql(lab, lab.node('node1'), 'select count(*), sum(n) from kept');

    const destroy = await runProgram(lab, 'destroy');
    expect(errorsOf(destroy)).toBe('');
    expect(destroy.ok).toBe(true);
    expect(stateIds(lab)).toEqual({});
    for (const node of lab.nodes()) {
      const there = new Set(before.get(node.name));
      const now = await list(node);
      const more = now.filter((line) => !there.has(line) && ![...LEFT, ...OF_THE_LAB].some((left) => left.test(line)));
      const gone = [...there].filter((line) => !now.includes(line));
      expect({ node: node.name, more, gone }).toEqual({ node: node.name, more: [], gone: [] });
      const processes = (await node.script('ps -u kingbase -o args= || true')).stdout.split('\n');
      expect(processes.filter((line) => /kingbase|repmgrd|kbha/.test(line))).toEqual([]);
      expect((await node.exec(['ip', '-o', 'address'])).stdout).not.toContain(lab.manifest().virtualIp.split('/')[0]);
    }

    const back = await runProgram(lab, 'up');
    expect(errorsOf(back)).toBe('');
    expect(back.ok).toBe(true);
    const report = await expectHealthy(lab);
    for (const name of ['node1', 'node2', 'node3']) {
      expect(await sql(lab, lab.node(name), 'select system_identifier from pg_control_system()')).toEqual(identifier);
      expect(await sql(lab, lab.node(name), 'select count(*), sum(n) from kept')).toEqual(whole);
    }
    await sql(lab, lab.node(report.primary ?? ''), 'drop table kept');
    const again = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
    handOn();
  });
});
