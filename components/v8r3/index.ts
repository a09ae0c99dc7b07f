/** kingbase:v8r3:*, as users import it: `new kingbase.v8r3.Cluster(name, args)`. */
export { Action, type V8r3ActionArgs } from './action';
export { Cluster, type V8r3ClusterArgs, type V8r3Passwords } from './cluster';
