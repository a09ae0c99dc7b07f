// Proves: a promotion is refused while a primary runs; with failover paused and the primary's host without power, it is refused on the standby that is
// behind, which names the better one, and without the token; with waiver and token the most advanced standby becomes primary, the other follows, and
// everything acknowledged with a synchronous standby is there. The old primary comes back as a standby once failover is on again.
// Seen to fail: with guard_most_advanced or guard_none_runs taken out of promote.sh the table tests of test/remote/action/promoteGuards.test.ts fail.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { act, refusals, requestId } from '../support/actions';
import { describeLab } from '../support/describeLab';
import { expectVirtualIpOn, measured } from '../support/failover';
import { expectHealthy } from '../support/health';
import { useSharedLab } from '../support/sharedLab';
import { dropTable } from '../support/writeLoad';

const WAIVER = ['acceptDataLossOwner=Li Wei', 'acceptDataLossReason=host of node1 burnt'] as const;

describeLab('a promotion by hand', () => {
  const scene = useSharedLab();

  it('is refused while a primary runs', async () => {
    const { lab } = scene;
    const done = await act(lab, 'node2', requestId('early'), 'promote', 'node=node2', ...WAIVER);
    expect({ codes: refusals(done), code: done.code }, done.said).toEqual({ codes: ['promote/primary-runs'], code: 3 });
    await expectHealthy(lab, { primary: 'node1' });
  });

  it('makes the most advanced standby primary, and refuses the one that is behind', async () => {
    const { lab } = scene;
    await asOwner(lab, 'node1', 'repmgr service pause >/dev/null');
    await lab
      .node('node3')
      .script('systemctl stop cron.service; pkill -u kingbase -x kbha || true', { label: 'stop kbha' });
    await asOwner(lab, 'node3', `sys_ctl -D ${lab.manifest().data} -m fast -w stop >/dev/null`);
    await sql(
      lab,
      lab.node('node1'),
      'create table promoted (n int); insert into promoted select generate_series(1, 1000)',
    );
    await applyFault(lab, 'power-cut', 'node1');
    const lostAt = Date.now();
    await asOwner(
      lab,
      'node3',
      `sys_ctl -D ${lab.manifest().data} -w -t 30 -l ${lab.manifest().prefix}/logfile start >/dev/null 2>&1`,
    );
    const behind = await act(lab, 'node3', requestId('behind'), 'promote', 'node=node3', ...WAIVER);
    expect(refusals(behind), behind.said).toEqual(['promote/most-advanced', 'promote/confirm']);
    expect(behind.said).toContain('node2 is ahead');
    const asked = await act(lab, 'node2', requestId('asked'), 'promote', 'node=node2', ...WAIVER);
    expect({ codes: refusals(asked), code: asked.code }, asked.said).toEqual({ codes: ['promote/confirm'], code: 3 });
    expect(asked.said).toContain('NOT LOOKED AT: node1');
    const token = /confirm=([0-9a-f]{16})/.exec(asked.said)?.[0] ?? '';
    const done = await act(lab, 'node2', requestId('promoted'), 'promote', 'node=node2', ...WAIVER, token);
    expect({ code: done.code, state: done.record?.state }, done.said).toEqual({ code: 0, state: 'succeeded' });
    expect(done.record?.result).toMatchObject({
      to: 'node2',
      lostPrimary: 'node1',
      acceptedBy: 'Li Wei',
      notFollowing: null,
    });
    measured(`promotion by hand, both refusals included: ${((Date.now() - lostAt) / 1000).toFixed(0)} s`);
    expect(await sql(lab, lab.node('node2'), 'select count(*) from promoted')).toEqual(['1000']);
    await expectVirtualIpOn(lab, 'node2');
    await applyFault(lab, 'power-on', 'node1');
    await lab.node('node3').script('systemctl start cron.service', { label: 'start cron' });
    await asOwner(lab, 'node2', 'repmgr service unpause >/dev/null || true');
    await expectHealthy(lab, { primary: 'node2', withinMs: 150_000 });
    await asOwner(lab, 'node2', 'repmgr service unpause >/dev/null');
    await dropTable(lab, 'promoted');
  });
});

function asOwner(lab: Lab, node: string, command: string): Promise<unknown> {
  return lab.node(node).script(`cd /; ${lab.manifest().prefix}/bin/${command}`, { as: 'kingbase', label: command });
}
