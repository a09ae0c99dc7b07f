/** kingbase:ha:*, as users import it: `new kingbase.ha.Cluster(name, args)`. */
export { Cluster, type BackupSecrets, type ClusterArgs, type Passwords } from './cluster';
export { ClusterArgsError } from './clusterArgsError';
export type { Armed, BackupReport, DrillRecord, JobRecord } from '../core/backup/observation';
export type { Budget } from '../core/budget/types';
export type { ClusterStatusReport, NodeStatus } from '../core/observe/clusterReport';
