/** A NodeTarget whose paths lie below a folder of the test, owned by whoever runs it. */
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import type { NodeTarget } from '../../core/topology/nodeTarget';

export const me = userInfo().username;
export const myGroup = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
export const mine = `${me}:${myGroup}`;

export function targetIn(root: string, overrides: Partial<NodeTarget> = {}): NodeTarget {
  const prefix = `${root}/kingbase`;
  return {
    cluster: 'ha',
    name: 'node1',
    id: 1,
    host: '10.0.0.11',
    role: 'database',
    version: 'V8R6',
    slotName: 'repmgr_slot_1',
    osUser: me,
    osGroup: myGroup,
    home: root,
    prefix,
    bin: `${prefix}/bin`,
    etc: `${prefix}/etc`,
    log: `${prefix}/log`,
    data: `${root}/volume/data`,
    archive: `${prefix}/archive`,
    repmgrConf: `${prefix}/etc/repmgr.conf`,
    repmgrdPid: `${prefix}/etc/hamgrd.pid`,
    kbhaPid: `${prefix}/etc/kbha.pid`,
    serverLog: `${prefix}/logfile`,
    state: `${root}/state/ha`,
    passwordFile: `${root}/.kbpass`,
    ipPath: `${root}/lib/bin/ip`,
    arpingPath: `${root}/lib/bin/arping`,
    databasePort: 54321,
    superuser: 'system',
    maintenanceDb: 'test',
    netDevice: 'eth0',
    ...overrides,
  };
}
