// After the last lab test: nothing of the shared lab stays on the machine. Its copy stays in the cache.
import { machinesDown } from '../../../lab/create';
import { skipReason } from './describeLab';
import { SHARED } from './sharedName';

export function setup(): void {
  // What a run that died left is taken away or taken over by the first scenario.
}

export async function teardown(): Promise<void> {
  if (skipReason === undefined && process.env['KINGBASE_SCENARIO_KEEP'] === undefined) await machinesDown(SHARED.name);
}
