// Proves: with a standby's host switched off, a refresh neither fails nor forgets anything, and `up` changes nothing, neither
// while the host is off nor after it is back.
// Does not prove: what the cluster does when its primary goes, which the fault scenarios show.
// Seen to fail: with a read that throws where the host does not answer, the refresh fails.
import { expect, it } from 'vitest';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { runProgram } from '../support/program';
import { useSharedLab } from '../support/sharedLab';
import { outputsOf, stateIds } from '../support/state';

describeLab('a host that is switched off', () => {
  const scene = useSharedLab();

  it('keeps its resources through a refresh, and up changes nothing, while it is off and after it is back', async () => {
    const { lab } = scene;
    const ids = stateIds(lab);
    expect(Object.keys(ids)).toEqual(expect.arrayContaining(['node3-files', 'node3-member', 'node3-secrets']));
    await lab.node('node3').powerOff();

    const refresh = await runProgram(lab, 'refresh');
    expect({ ok: refresh.ok, deleted: refresh.summary.delete }).toEqual({ ok: true, deleted: 0 });
    expect(stateIds(lab)).toEqual(ids);
    for (const name of ['node3-files', 'node3-trust', 'node3-secrets', 'node3-member'])
      expect(outputsOf(lab, name)['observed'], name).toMatchObject({ reachable: false });
    const whileOff = await runProgram(lab, 'up');
    expect({ ok: whileOff.ok, changed: whileOff.changed }).toEqual({ ok: true, changed: [] });

    await lab.node('node3').powerOn();
    const back = await runProgram(lab, 'up');
    expect({ ok: back.ok, changed: back.changed }).toEqual({ ok: true, changed: [] });
    await expectHealthy(lab, { primary: 'node1' });
    const refreshed = await runProgram(lab, 'up', ['--refresh']);
    expect({ ok: refreshed.ok, changed: refreshed.changed }).toEqual({ ok: true, changed: [] });
    expect(stateIds(lab)).toEqual(ids);
  });
});
