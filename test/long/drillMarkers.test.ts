// Proves: what test/lab/scenarios/drillMarkers.test.ts does, to twenty points (DRILL_MARKERS_POINTS: to as many as that).
// Seen to fail: as its short form.
import { expect, it } from 'vitest';
import { describeLab } from '../lab/support/describeLab';
import { drillBetweenMarkers } from '../lab/support/drillMarkers';
import { clusterIdentity, repositoryOf } from '../lab/support/drills';
import { chanceOf, seedFrom } from '../lab/support/seed';
import { useSharedLab } from '../lab/support/sharedLab';

describeLab('restore drills, many', () => {
  const scene = useSharedLab();

  const points = Number(process.env['DRILL_MARKERS_POINTS'] ?? 20);

  it('to many points between markers find those before and none after', async () => {
    process.stderr.write(`${points} points\n`);
    const before = await clusterIdentity(scene.lab);
    await drillBetweenMarkers(
      scene.lab,
      await repositoryOf(scene.lab),
      points,
      chanceOf(seedFrom('DRILL_MARKERS_SEED')),
    );
    expect(await clusterIdentity(scene.lab)).toEqual(before);
  });
});
