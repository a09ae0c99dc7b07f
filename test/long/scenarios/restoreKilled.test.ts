// Proves: a dropped database comes back on every node by restoreToPoint to just before, although the action is killed with -9, with all its processes,
// at three moments that a printed seed chooses (RESTORE_KILLED_SEED): each time the same id goes on at the last verified step and ends as if nobody
// had killed it. Between a kill and the next call nobody starts what is half restored: no node accepts writes, and none is made primary beside another.
// Each step is verified once; what was acknowledged before the moment is there, what was sent after it is not, and the old data stays aside.
// Does not prove: every step (three of them are chosen); a host that loses its power in the midst (restore steps sync before they are noted).
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { sleep } from '../../../lab/run';
import { waitForHealth } from '../../../lab/status';
import { ClientView } from '../../lab/support/clientView';
import { describeLab } from '../../lab/support/describeLab';
import { measured } from '../../lab/support/failover';
import {
  expectJournal,
  expectNewTimeline,
  expectNoRecoverySettings,
  expectOldDataAside,
  journalUntilDropped,
  targetOf,
  timelineOf,
} from '../../lab/support/restored';
import { askRestore, expectRestored, killRestoreAt, restoreSteps, STEPS, tokenOf } from '../../lab/support/restores';
import { chanceOf, seedFrom, type Chance } from '../../lab/support/seed';
import { useSharedLab } from '../../lab/support/sharedLab';

const [DATABASE, TABLE] = ['shop', 'orders'];
const KILLS = 3;
const LATER_MS = 1_500;
/** kbha looks every two seconds, repmgrd and its companion every second. */
const LEFT_ALONE_MS = 6_000;
/** Of all steps together, on a busy machine. */
const RESTORED_WITHIN_SECONDS = 480;

describeLab('a dropped database, and a restore that is killed', () => {
  const scene = useSharedLab();

  it('is restored by the same id, whenever it was killed', { timeout: 1_200_000 }, async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    const node = lab.node('node1');
    const before = await timelineOf(lab);
    await sql(lab, node, `create database ${DATABASE}`);
    const journal = await journalUntilDropped(lab, { table: TABLE, database: DATABASE }, () =>
      sql(lab, node, `drop database ${DATABASE} with (force)`),
    );
    const id = `undrop-${journal.moment}`;
    const inputs = [targetOf(journal)];
    const confirmed = [...inputs, `confirm=${await tokenOf(node, id, ...inputs)}`];
    const view = await ClientView.open(lab);
    try {
      for (const { step, laterMs } of momentsOf(chanceOf(seedFrom('RESTORE_KILLED_SEED')))) {
        const at = await killRestoreAt(node, id, confirmed, step, laterMs);
        const killedAt = Date.now();
        const done = await restoreSteps(node, id);
        measured(`restore killed ${laterMs} ms after ${step} began: in ${at}, verified: ${done.at(-1) ?? 'nothing'}`);
        await sleep(LEFT_ALONE_MS);
        if (isHalfDone(at)) expect(view.writers(killedAt), `killed in ${at}`).toEqual([]);
      }
      const record = expectRestored(await askRestore(node, id, ...confirmed));
      measured(`restored in ${record.seconds} s, kills included: ${JSON.stringify(record.phases)}`);
      expect(record.result).toMatchObject({ target: inputs[0]?.replace('target=', ''), state: 'open' });
      expect(record.phases?.map(({ step }) => step)).toEqual([...STEPS]);
      expect(record.phases?.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(RESTORED_WITHIN_SECONDS);
      expect((await waitForHealth(lab, 120_000)).reasons).toEqual([]);
      await expectJournal(lab, journal);
      await expectNewTimeline(lab, before);
      await expectNoRecoverySettings(lab);
      expect(await askRestore(node, id, ...confirmed)).toMatchObject({ code: 0, record });
      await expectOldDataAside(lab, id);
    } finally {
      await journal.writer.stop();
      await view.close();
    }
    expect(view.twoPrimaries()).toEqual([]);
    await sql(lab, node, `drop database ${DATABASE} with (force)`);
  });
});

/** Three steps in their order; the last one is too short to be met. */
function momentsOf(chance: Chance): readonly { readonly step: string; readonly laterMs: number }[] {
  const left: string[] = STEPS.filter((step) => step !== 'resume');
  const chosen = Array.from({ length: KILLS }, () => {
    const step = chance.oneOf(left);
    left.splice(left.indexOf(step), 1);
    return step;
  });
  return STEPS.filter((step) => chosen.includes(step)).map((step) => ({ step, laterMs: chance.between(0, LATER_MS) }));
}

/** The databases are stopped, and the restored one does not lead yet. */
function isHalfDone(step: string): boolean {
  const at = STEPS.findIndex((each) => each === step);
  return at > STEPS.indexOf('stop') && at < STEPS.indexOf('promote');
}
