// A heartbeat that is sent as rarely as its silence counts would call every peer dead.
import type { V8r3Rule } from './rule';

export const watchdogTimes: V8r3Rule = ({ pool: { watchdog } }) => {
  const { heartbeatKeepaliveSeconds: keepalive, heartbeatDeadtimeSeconds: deadtime } = watchdog;
  return deadtime > 2 * keepalive
    ? []
    : [
        {
          code: 'v8r3/heartbeat-times',
          path: 'pool.watchdog.heartbeatDeadtimeSeconds',
          message: `${deadtime} s is no more than two heartbeats of ${keepalive} s`,
          hint: 'one lost packet must not make a second MASTER: the installer has 30 s at 1 s.',
        },
      ];
};
