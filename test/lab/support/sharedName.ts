// Names and networks of the clusters that the scenarios share.

/** Others for whoever works on scenarios beside a run: KINGBASE_SCENARIO_LAB=sc7:10.77.37.0/24:10.77.38.0/24 */
const [name, subnet, second] = (process.env['KINGBASE_SCENARIO_LAB'] ?? 'scenarios:10.77.30.0/24').split(':');

export const SHARED = { name: name ?? '', subnet: subnet ?? '' } as const;

/** The lab's second form, on a network of its own beside the shared one. */
export const WITNESS = { name: `${SHARED.name}-w`, subnet: second ?? '10.77.31.0/24', form: 'witness' } as const;
