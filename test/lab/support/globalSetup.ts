// After the last lab test: nothing of the shared labs stays on the machine. The copy of the first stays in the cache.
import { machinesDown } from '../../../lab/create';
import { skipReason } from './describeLab';
import { SHARED, WITNESS } from './sharedName';

export function setup(): void {
  // What a run that died left is taken away or taken over by the first scenario.
}

export async function teardown(): Promise<void> {
  if (skipReason !== undefined || process.env['KINGBASE_SCENARIO_KEEP'] !== undefined) return;
  for (const { name } of [SHARED, WITNESS]) await machinesDown(name);
}
