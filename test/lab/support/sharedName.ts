// Name and network of the cluster that the scenarios share.

/** Another one for whoever works on scenarios beside a run: KINGBASE_SCENARIO_LAB=sc7:10.77.37.0/24 */
const [name, subnet] = (process.env['KINGBASE_SCENARIO_LAB'] ?? 'scenarios:10.77.30.0/24').split(':');

export const SHARED = { name: name ?? '', subnet: subnet ?? '' } as const;
