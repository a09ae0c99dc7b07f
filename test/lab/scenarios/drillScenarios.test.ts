// Proves: the four drills of `npm run lab:drill` on a healthy cluster (a killed primary, two primaries, a corrupted page, a repository that refuses the
// archive): each breaks its one thing, is brought back by the product's own means, leaves the cluster healthy with the same rows everywhere, and a
// record with what was measured beside the declared limits; the history of actions lists it, so the report draws it. A drill that measures a loss fails.
// Does not prove: a drill on machines that are not a lab's: it breaks what it is pointed at, and knows labs only.
import { expect, it } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { parseActionRecord } from '../../../core/action/record';
import { DRILL_SCENARIOS, type DrillScenario } from '../../../core/drill/scenario';
import { ACTION } from '../../../core/render/actionFiles';
import { sql } from '../../../lab/cluster';
import { runDrill, TABLE } from '../../../lab/drills/drill';
import { DRILLS } from '../../../lab/drills/index';
import type { Lab } from '../../../lab/lab';
import { describeLab } from '../support/describeLab';
import { measured, primaryOf } from '../support/failover';
import { DATABASES } from '../support/formerPrimary';
import { expectHealthy } from '../support/health';
import { useSharedLab } from '../support/sharedLab';

/** What each has to say besides what all of them do. */
const MEASURES: Readonly<Record<DrillScenario, readonly string[]>> = {
  primaryFailure: ['firstWriteAfterSeconds'],
  multiplePrimaries: ['twoPrimariesSeconds', 'resolvedSeconds'],
  corruptedPage: ['foundAfterSeconds', 'recloneSeconds'],
  backupFailure: ['namedAfterSeconds', 'archivedAfterSeconds', 'rpoSeconds'],
};

describeLab('a drill', () => {
  const scene = useSharedLab();

  it.each(Object.keys(DRILL_SCENARIOS) as DrillScenario[])(
    'of %s passes, and is in the history',
    async (scenario) => {
      const { lab } = scene;
      scene.doNotHandOn();
      const record = await runDrill(lab, scenario, DRILLS[scenario]);
      measured(`drill ${scenario}: ${record.seconds?.toFixed(0)} s, ${JSON.stringify(record.result)}`);
      expect({ state: record.state, reason: record.reason }).toEqual({ state: 'succeeded', reason: null });
      expect(Object.keys(record.result ?? {})).toEqual(
        expect.arrayContaining([...MEASURES[scenario], 'lostRows', 'writeGapSeconds', 'writeGapSecondsLimit']),
      );
      expect(record.result).toMatchObject({ lostRows: 0, lostRowsLimit: 0 });
      expect(await historyOf(lab)).toContainEqual(record);
      await expectHealthy(lab);
    },
    600_000,
  );

  it('that finds a loss fails, and says so in its record', async () => {
    const { lab } = scene;
    const record = await runDrill(lab, 'primaryFailure', async ({ writer }) => {
      // As a failover that discards what was acknowledged.
      await sql(lab, await primaryOf(lab), `delete from ${TABLE} where n = ${writer.acked[0]?.n ?? 0}`);
    });
    expect(record.state).toBe('failed');
    expect(record.reason).toContain('lostRows: 1 rows, and at most 0 rows is declared');
    await expectHealthy(lab);
  }, 1_200_000);
});

async function historyOf(lab: Lab): Promise<readonly (ActionRecord | undefined)[]> {
  const all = await Promise.all(DATABASES.map((name) => lab.node(name).exec([ACTION, '--history'])));
  return all.flatMap(({ stdout }) => stdout.split('\n').map(parseActionRecord));
}
