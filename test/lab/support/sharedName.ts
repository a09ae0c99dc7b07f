// Names and networks of the clusters that the scenarios share: one for each lane, because two files run side by side.

/** KINGBASE_SCENARIO_LAB=sc7:10.77.37.0/24:10.77.38.0/24 for whoever works on scenarios beside a run; each network behind these gives one more lane. */
const [name = '', first = '', witness = '10.77.31.0/24', ...more] = (
  process.env['KINGBASE_SCENARIO_LAB'] ?? 'scenarios:10.77.30.0/24:10.77.31.0/24:10.77.32.0/24'
).split(':');

/** Every shared cluster there can be, one a lane. */
export const LANES = [
  { name, subnet: first },
  ...more.map((subnet, index) => ({ name: `${name}-${'bcdefg'.charAt(index)}`, subnet })),
] as const;

/** Of the worker that this file runs in: from 1 on. */
const lane = Number(process.env['VITEST_POOL_ID'] ?? 1) - 1;

export const SHARED = LANES[lane % LANES.length] as { readonly name: string; readonly subnet: string };

/** The lab's second form, on a network of its own beside the shared ones; one for all lanes, each file at a time. */
export const WITNESS = { name: `${name}-w`, subnet: witness, form: 'witness' } as const;
