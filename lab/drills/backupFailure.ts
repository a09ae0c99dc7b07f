// The repository refuses the archive: the status has to name it; once that is cured, everything that waited has to be archived.
import { sql } from '../cluster';
import { applyFault, undoFault } from '../faults/index';
import { poll } from '../run';
import { observeWholeLab } from '../status';
import { standbyOf, type Drill } from './drill';

const NAMED_WITHIN_MS = 180_000;
/** The archiver tries again once a minute. */
const CAUGHT_UP_WITHIN_MS = 240_000;

export async function backupFailure({ lab, step, measure, finding }: Drill): Promise<void> {
  const { primary } = await standbyOf(lab);
  const host = lab.nodes().find((node) => node.info().role === 'repository')?.name;
  if (host === undefined) throw new Error('this lab has no repository');
  const seen = { lag: 0 };
  await applyFault(lab, 'close-repository', host);
  const brokenAt = Date.now();
  step('fault');
  try {
    await sql(lab, primary, 'select txid_current(); select sys_switch_wal()');
    const named = await poll(
      async () => {
        const { backup } = await observeWholeLab(lab);
        seen.lag = Math.max(seen.lag, backup?.archiveLagSeconds ?? 0);
        return backup?.findings.some((words) => words.includes('archiving fails')) === true ? true : undefined;
      },
      NAMED_WITHIN_MS,
      2_000,
    );
    if (named !== true) finding(`the status does not name it within ${NAMED_WITHIN_MS / 1000} s`);
    measure({ name: 'namedAfterSeconds', value: (Date.now() - brokenAt) / 1000, limit: null });
    step('detected');
  } finally {
    await undoFault(lab, 'close-repository', host);
  }
  const curedAt = Date.now();
  const done = await poll(
    async () => {
      const { backup } = await observeWholeLab(lab);
      seen.lag = Math.max(seen.lag, backup?.archiveLagSeconds ?? 0);
      return backup?.archiveLagSegments === 0 ? true : undefined;
    },
    CAUGHT_UP_WITHIN_MS,
    2_000,
  );
  if (done !== true) finding(`segments still wait ${CAUGHT_UP_WITHIN_MS / 1000} s after the repository was open again`);
  measure({ name: 'archivedAfterSeconds', value: (Date.now() - curedAt) / 1000, limit: null });
  // What would have been lost with every node, at the worst moment.
  measure({ name: 'rpoSeconds', value: seen.lag, limit: null });
  step('archived');
}
