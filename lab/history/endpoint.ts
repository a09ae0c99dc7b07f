// Where a client of a lab's cluster writes: the virtual IP, as the superuser.
import { maintenanceDatabase } from '../../core/topology/planCluster';
import type { Lab } from '../lab';
import { readClusterSpec } from '../stack/clusterSpec';
import { readPasswords } from '../stack/stackFile';
import type { WriterTarget } from './writer';

export async function endpointOf(lab: Lab): Promise<WriterTarget> {
  const spec = await readClusterSpec(lab.manifest());
  const { system } = await readPasswords(lab.name);
  const [host = ''] = lab.manifest().virtualIp.split('/');
  const { port, superuser } = spec.database;
  return { host, port, user: superuser, password: system, database: maintenanceDatabase(spec) };
}
