/** What preflight asks of a host of a V8R3 cluster: plain data, an input of the resource. */
import type { V8r3NodePlan, V8r3Plan } from '../plan/types';

export interface V8r3PreflightRequest {
  readonly name: string;
  readonly host: string;
  readonly osUser: string;
  readonly home: string;
  readonly netDevice: string;
  readonly data: string;
  /** Paths that must be executable: the vendor's, used as installed. */
  readonly programs: readonly string[];
  readonly arping: string;
  readonly gateways: readonly string[];
  readonly mountPoints: readonly string[];
  readonly sshPort: number;
  /** Absent: the node runs no pool. */
  readonly watchdogPriority?: number;
}

const DATABASE_PROGRAMS = ['ksql', 'sys_ctl', 'sys_rewind', 'network_rewind.sh'];
const POOL_PROGRAMS = ['kingbasecluster', 'failover_stream.sh', 'restartcluster.sh', 'pcp_attach_node'];

export function toV8r3PreflightRequest({ spec }: V8r3Plan, node: V8r3NodePlan): V8r3PreflightRequest {
  const { paths, pool } = node;
  return {
    name: node.name,
    host: node.host,
    osUser: spec.os.user,
    home: spec.os.home,
    netDevice: node.node.netDevice,
    data: paths.data,
    programs: vendorPrograms(node),
    arping: `${spec.recovery.arpingPath}/arping`,
    gateways: spec.trustedServers,
    mountPoints: spec.recovery.mountPoints,
    sshPort: node.ports.ssh,
    ...(pool === undefined ? {} : { watchdogPriority: pool.priority }),
  };
}

export function vendorPrograms({ paths, pool }: V8r3NodePlan): string[] {
  return [
    ...DATABASE_PROGRAMS.map((program) => `${paths.bin}/${program}`),
    ...(pool === undefined ? [] : POOL_PROGRAMS.map((program) => `${paths.poolBin}/${program}`)),
  ];
}

/** Shell variables of v8r3Preflight.sh. */
export function v8r3PreflightVariables(request: V8r3PreflightRequest): Record<string, string> {
  return {
    HOST: request.host,
    OS_USER: request.osUser,
    DEVICE: request.netDevice,
    DATA: request.data,
    PROGRAMS: request.programs.join(' '),
    ARPING: request.arping,
    GATEWAYS: request.gateways.join(' '),
    MOUNT_POINTS: request.mountPoints.join(' '),
    SSH_PORT: String(request.sshPort),
  };
}
