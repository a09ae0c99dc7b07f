/** sys_rman waited longer for an answer than it may. */
import { backUpAgain } from '../looking';
import type { FaultRule } from '../types';

export const protocolTimeout: FaultRule = {
  id: 'backup/protocol-timeout',
  title: 'sys_rman gave up waiting for the other side',
  severity: 'fault',
  reference: 'backup guide: db-timeout, protocol-timeout, io-timeout, tcp-keep-alive-*',
  texts: [
    /timeout after \d+ms waiting for (read|write|message)/,
    /\[042\].*timeout|raised from (local|remote)-\d.*\[(040|042|066)\]/,
    /unexpected eof while reading|Connection reset by peer|Broken pipe/,
  ],
  cure: (context) => [
    {
      text: 'A firewall that forgets idle connections, or a disk that answers late: see both. Then raise backup.resources (databaseTimeoutSeconds, protocolTimeoutSeconds above it, ioTimeoutSeconds) or lower tcpKeepAlive.idleSeconds, and run `pulumi up`.',
    },
    backUpAgain(context),
  ],
};
