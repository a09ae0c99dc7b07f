// The database of the primary dies: time without writes and what is lost, against what `up` prints.
import { applyFault } from '../faults/index';
import { observeLab } from '../status';
import type { Drill } from './drill';

/** What is longer than the declared worst case is still waited for: the figure is worth having. */
const PATIENCE_MS = 180_000;

export async function primaryFailure({ lab, writer, step, measure, finding }: Drill): Promise<void> {
  const { primary: before } = await observeLab(lab);
  await applyFault(lab, 'kill-primary', undefined);
  const brokenAt = Date.now();
  step('fault');
  const first = await writer.firstAckAfter(brokenAt, PATIENCE_MS);
  if (first?.ackedAt === undefined) {
    finding(`no write came back within ${PATIENCE_MS / 1000} s`);
    return;
  }
  step('firstWrite');
  measure({ name: 'firstWriteAfterSeconds', value: (first.ackedAt - brokenAt) / 1000, limit: null });
  if (before !== null && first.server === lab.node(before).host)
    finding(`${before} took writes again after it was killed`);
}
