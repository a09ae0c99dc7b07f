/** kingbase:ha:*, as users import it: `new kingbase.ha.Cluster(name, args)`. */
export { Cluster, type ClusterArgs, type Passwords } from './cluster';
export { ClusterArgsError } from './clusterArgsError';
export type { Budget } from '../core/budget/types';
export type { ClusterStatusReport, NodeStatus } from '../core/observe/clusterReport';
