/** What a handler needs to know about one node: flat, plain data, so that it can be an input of a dynamic resource. */
import type { ClusterSpec, KingbaseVersion, NodeRole } from '../spec/types';
import { maintenanceDatabase } from './planCluster';
import type { CronPlan, NodePlan } from './types';

export interface NodeTarget {
  readonly cluster: string;
  readonly name: string;
  readonly id: number;
  readonly host: string;
  readonly role: NodeRole;
  readonly version: KingbaseVersion;
  readonly slotName: string;
  readonly osUser: string;
  readonly osGroup: string;
  readonly home: string;
  readonly prefix: string;
  readonly bin: string;
  readonly etc: string;
  readonly log: string;
  readonly data: string;
  readonly wal?: string;
  readonly archive: string;
  readonly repmgrConf: string;
  readonly repmgrdPid: string;
  readonly kbhaPid: string;
  readonly serverLog: string;
  /** /var/lib/pulumi-kingbase/<cluster> */
  readonly state: string;
  readonly passwordFile: string;
  readonly ipPath: string;
  readonly arpingPath: string;
  readonly databasePort: number;
  readonly superuser: string;
  /** Database that an administrator connects to: test on V8R6, kingbase on V9. */
  readonly maintenanceDb: string;
  readonly netDevice: string;
  readonly cron?: CronPlan;
  /** a.b.c.d/len */
  readonly virtualIp?: string;
}

/** What writes files on a node needs to know of it, whatever system runs there. */
export type FileTarget = Pick<NodeTarget, 'cluster' | 'name' | 'role' | 'host' | 'data' | 'state'> &
  Partial<NodeTarget>;

export function toNodeTarget(plan: NodePlan, spec: ClusterSpec): NodeTarget {
  const { paths } = plan;
  return {
    cluster: plan.cluster,
    name: plan.name,
    id: plan.id,
    host: plan.host,
    role: plan.role,
    version: spec.version,
    slotName: plan.slotName,
    osUser: spec.os.user,
    osGroup: spec.os.group,
    home: paths.home,
    prefix: paths.prefix,
    bin: paths.bin,
    etc: paths.etc,
    log: paths.log,
    data: paths.data,
    ...(paths.wal === undefined ? {} : { wal: paths.wal }),
    archive: paths.archive,
    repmgrConf: paths.repmgrConf,
    repmgrdPid: paths.repmgrdPid,
    kbhaPid: paths.kbhaPid,
    serverLog: paths.serverLog,
    state: paths.state,
    passwordFile: paths.passwordFile,
    ipPath: paths.ipPath,
    arpingPath: paths.arpingPath,
    databasePort: plan.ports.database,
    superuser: spec.database.superuser,
    maintenanceDb: maintenanceDatabase(spec),
    netDevice: plan.node.netDevice,
    ...(plan.cron === undefined ? {} : { cron: plan.cron }),
    ...(spec.virtualIp === undefined ? {} : { virtualIp: spec.virtualIp.address }),
  };
}
