// After the last lab test: nothing of the shared labs stays on the machine. Their copies stay in the cache.
import { machinesDown } from '../../../lab/create';
import { skipReason } from './describeLab';
import { KWDB } from './kwdbName';
import { LANES, WITNESS } from './sharedName';

export function setup(): void {
  // What a run that died left is taken away or taken over by the first scenario.
}

export async function teardown(): Promise<void> {
  if (skipReason !== undefined || process.env['KINGBASE_SCENARIO_KEEP'] !== undefined) return;
  for (const { name } of [...LANES, WITNESS, KWDB]) await machinesDown(name);
}
