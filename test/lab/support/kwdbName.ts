// Name and network of the lab of KWDB that the scenarios about it share, one file at a time.

/** KINGBASE_KWDB_LAB=kw:10.91.0.0/24 for whoever works on them beside a run. */
const [name = '', subnet = ''] = (process.env['KINGBASE_KWDB_LAB'] ?? 'scenarios-kw:10.77.33.0/24').split(':');

export const KWDB = { name, subnet } as const;
