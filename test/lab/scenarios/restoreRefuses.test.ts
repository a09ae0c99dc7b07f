// Proves: a restore that is refused changes nothing: a target in the future, before the oldest backup, without zone, unknown, in a hole of the WAL, or
// without its token. The same files with the same sums on every node, the same servers since the same moment, nothing set aside, the same timeline.
// The nearest restorable points on both sides are named.
// Seen to fail: on a watched table whose rows were not all frozen, vacuum's writing is seen as a change on every node. That a hole ends what counts as
// covered was seen in test/core/render/drillFiles.test.ts.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { describeLab, skipReason } from '../support/describeLab';
import { repositoryOf, type Repository } from '../support/drills';
import { askRestore, endWatch, expectUntouched, setWatch, type Watch } from '../support/restores';
import { runJob } from '../support/backups';
import { useSharedLab } from '../support/sharedLab';

const LIMIT_MS = 300_000;

describeLab('a restore that is refused', () => {
  const scene = useSharedLab();
  const before: { watch: Watch } = { watch: {} };
  beforeAll(async () => {
    if (skipReason === undefined) before.watch = await setWatch(scene.lab);
  }, LIMIT_MS);
  afterAll(async () => {
    if (skipReason === undefined) await endWatch(scene.lab);
  }, LIMIT_MS);

  it.each([
    [
      'a target in the future',
      ['target=time=2099-01-01T00:00:00Z'],
      /not-covered.*nearest restorable point before it: 20\S+Z/,
    ],
    [
      'a target before the oldest backup',
      ['target=time=2001-01-01T00:00:00Z'],
      /not-covered.*before it: none; after it: 20\S+Z \(end of backup/,
    ],
    ['a time without its zone', ['target=time=2026-11-21T13:30:00'], /bad-target.*date, time and zone are needed/],
    ['an LSN in the future', ['target=lsn=FF/0'], /not-covered.*before it: the end of [0-9A-F]{24}/],
    ['a restore point that there is not', ['target=name=nowhere'], /not-covered/],
    ['no token', ['target=latest'], /not-confirmed.*no token.*HINT.*confirm: [0-9a-f]+/s],
    ['another token', ['target=latest', 'confirm=beef0123'], /not-confirmed: beef0123/],
  ])('%s changes nothing', { timeout: LIMIT_MS }, async (what, inputs, message) => {
    const { lab } = scene;
    const { code, said } = await askRestore(lab.node('node1'), `no-${Date.now()}`, ...inputs);
    expect({ code, told: message.test(said) }, `${what}: ${said}`).toEqual({ code: 3, told: true });
    await expectUntouched(lab, before.watch);
  });

  it(
    'a hole in the WAL changes nothing; both sides of it and the segment are named',
    { timeout: LIMIT_MS },
    async () => {
      const { lab } = scene;
      const node = lab.node('node1');
      const repository = await repositoryOf(lab);
      const last = await segmentOf(lab);
      const lost = await nextSegment(lab);
      const [target = ''] = await sql(
        lab,
        node,
        `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
      );
      await nextSegment(lab);
      const undo = await loseSegment(repository, lost);
      try {
        // The way back from the other side.
        await runJob(lab, 'incremental');
        const { code, said } = await askRestore(node, `hole-${Date.now()}`, `target=time=${target}`);
        expect(code, said).toBe(3);
        expect(said).toMatch(/not-covered.*before it: 20\S+Z .*; after it: 20\S+Z \(end of backup \S+I\)/);
        expect(said).toContain(`its WAL up to ${last})`);
        expect(said).toContain(`missing: ${lost}`);
        await expectUntouched(lab, before.watch);
      } finally {
        await undo();
      }
    },
  );
});

type SharedLab = Parameters<typeof sql>[0];

/** By the place where the next record goes: what was written out may end at the segment before, which then gives its name. */
async function segmentOf(lab: SharedLab): Promise<string> {
  const [name = ''] = await sql(lab, lab.node('node1'), 'select sys_walfile_name(sys_current_wal_insert_lsn())');
  return name;
}

/** The segment that is written now is ended with a commit in it; which one follows, begun with a commit. */
async function nextSegment(lab: SharedLab): Promise<string> {
  await sql(lab, lab.node('node1'), 'select txid_current(); select sys_switch_wal()');
  await sql(lab, lab.node('node1'), 'select txid_current()');
  return segmentOf(lab);
}

/** Waits until it is archived, and takes it out of the archive; returns what puts it back. */
async function loseSegment(repository: Repository, segment: string): Promise<() => Promise<unknown>> {
  const place = `${repository.target.repositories[0]?.path ?? ''}/archive/${repository.target.stanza}`;
  const found = await repository.as(
    `for i in $(seq 240); do f=$(find '${place}' -name '${segment}-*' ! -name '*.tmp'); [ -z "$f" ] || break; sleep 0.5; done; mv "$f" /tmp/ && echo "$f"`,
  );
  return () => repository.as(`mv "/tmp/$(basename '${found}')" '${found}'`);
}
