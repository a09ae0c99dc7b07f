/** The shell variables that templates/scripts/*.sh expect of a node: sent with a script, or kept on the node for the actions that run there. */
import type { NodeTarget } from './nodeTarget';

export function nodeEnv(target: NodeTarget): Record<string, string> {
  return {
    KB_CLUSTER: target.cluster,
    KB_NAME: target.name,
    KB_ID: String(target.id),
    KB_ROLE: target.role,
    KB_HOST: target.host,
    KB_VERSION: target.version,
    KB_USER: target.osUser,
    KB_GROUP: target.osGroup,
    KB_HOME: target.home,
    KB_BIN: target.bin,
    KB_DATA: target.data,
    KB_WALDIR: target.wal ?? '',
    KB_CONF: target.repmgrConf,
    KB_REPMGRD_PID: target.repmgrdPid,
    KB_KBHA_PID: target.kbhaPid,
    KB_LOG: target.serverLog,
    KB_STATE: target.state,
    KB_PASSFILE: target.passwordFile,
    KB_PORT: String(target.databasePort),
    KB_SUPERUSER: target.superuser,
    KB_DB: target.maintenanceDb,
    KB_SLOT: target.slotName,
    KB_ARPING: target.arpingPath,
    KB_DEVICE: target.netDevice,
    KB_VIP: target.virtualIp ?? '',
    KB_PROBE: 'full',
  };
}
