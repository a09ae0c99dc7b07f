// The four drills: each breaks one thing, has it brought back by the product's own means, and measures.
import type { DrillScenario } from '../../core/drill/scenario';
import { backupFailure } from './backupFailure';
import { corruptedPage } from './corruptedPage';
import type { DrillRun } from './drill';
import { multiplePrimaries } from './multiplePrimaries';
import { primaryFailure } from './primaryFailure';

export const DRILLS: Readonly<Record<DrillScenario, DrillRun>> = {
  primaryFailure,
  multiplePrimaries,
  corruptedPage,
  backupFailure,
};
