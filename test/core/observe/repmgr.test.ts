/** What repmgr prints, as the vendor's documentation and field reports show it, read into rows and meanings. Not proved here: builds whose output nobody showed us. */
import { describe, expect, it } from 'vitest';
import { deriveStatus, explainStatus, isHealthyStatus, parseUpstream } from '../../../core/observe/repmgrStatus';
import {
  parseClusterShow,
  parseClusterShowCsv,
  parseServiceStatusCsv,
  parseTable,
} from '../../../core/observe/repmgrTable';

const NEW_R6 = ` ID | Name  | Role    | Status    | Upstream | Location | Priority | Timeline | LSN_Lag | Connection string
----+-------+---------+-----------+----------+----------+----------+----------+---------+--------------------------------
 1  | node1 | primary | * running |          | default  | 100      | 1        |         | host=10.10.11.11 user=esrep dbname=esrep port=54321 connect_timeout=10 keepalives=1
 2  | node2 | standby |   running | node1    | default  | 100      | 1        | 0 bytes | host=10.10.11.12 user=esrep dbname=esrep port=54321
`;

const OLD_R6 = `NOTICE: using provided configuration file
 ID | Name  | Role    | Status               | Upstream | Location | Priority | Timeline | Connection string
----+-------+---------+----------------------+----------+----------+----------+----------+------------------
 1  | node1 | primary | - failed             | ?        | default  | 100      |          | host=10.10.11.11
 2  | node2 | standby | ! running as primary |          | default  | 0        | 2        | host=10.10.11.12 options='-c a|b'

WARNING: following issues were detected
  - unable to connect to node "node1" (ID: 1)
  - node "node2" (ID: 2) is registered as standby but running as primary
`;

describe('parseClusterShow', () => {
  it('reads the table of builds with an LSN_Lag column', () => {
    expect(parseClusterShow(NEW_R6)).toEqual([
      {
        id: 1,
        name: 'node1',
        role: 'primary',
        status: '* running',
        upstream: '',
        location: 'default',
        priority: 100,
        timeline: 1,
        lagBytes: undefined,
      },
      {
        id: 2,
        name: 'node2',
        role: 'standby',
        status: 'running',
        upstream: 'node1',
        location: 'default',
        priority: 100,
        timeline: 1,
        lagBytes: 0,
      },
    ]);
  });

  it('reads the table of older builds by its header, without the notices and warnings around it', () => {
    expect(parseClusterShow(OLD_R6)).toEqual([
      {
        id: 1,
        name: 'node1',
        role: 'primary',
        status: '- failed',
        upstream: '?',
        location: 'default',
        priority: 100,
        timeline: undefined,
        lagBytes: undefined,
      },
      {
        id: 2,
        name: 'node2',
        role: 'standby',
        status: '! running as primary',
        upstream: '',
        location: 'default',
        priority: 0,
        timeline: 2,
        lagBytes: undefined,
      },
    ]);
  });

  it('keeps a bar in the last column', () => {
    expect(parseTable(OLD_R6)[1]?.['Connection string']).toBe("host=10.10.11.12 options='-c a | b'");
  });

  it.each(['', 'ERROR: connection to database failed', '----', '---+---\n 1 | a'])('has no rows in %j', (text) => {
    expect(parseClusterShow(text)).toEqual([]);
  });

  it.each([
    ['16 MB', 16 * 2 ** 20],
    ['3 kB', 3072],
    ['1.5 GB', 1.5 * 2 ** 30],
    ['5 parsecs', undefined],
  ])('reads a lag of %s', (text, bytes) => {
    expect(parseClusterShow(NEW_R6.replace('0 bytes', text))[1]?.lagBytes).toBe(bytes);
  });
});

describe('the forms with commas', () => {
  it('reads cluster show --csv', () => {
    expect(parseClusterShowCsv('1,0,0\n2,0,1\n3,-1,-1\nWARNING: something\n')).toEqual([
      { id: 1, available: true, inRecovery: false },
      { id: 2, available: true, inRecovery: true },
      { id: 3, available: false, inRecovery: undefined },
    ]);
  });

  it('reads service status --csv, with what is unknown left open', () => {
    const text =
      '1,node1,primary,1,1,96563,0,100,-1,default\n2,node2,standby,1,0,-1,1,100,1,default\n3,node3,standby,0,-1,-1,-1,100\n';
    expect(parseServiceStatusCsv(text)).toEqual([
      {
        id: 1,
        name: 'node1',
        role: 'primary',
        running: true,
        repmgrd: true,
        pid: 96563,
        paused: false,
        priority: 100,
        upstreamLastSeenSeconds: undefined,
        location: 'default',
      },
      {
        id: 2,
        name: 'node2',
        role: 'standby',
        running: true,
        repmgrd: false,
        pid: undefined,
        paused: true,
        priority: 100,
        upstreamLastSeenSeconds: 1,
        location: 'default',
      },
      {
        id: 3,
        name: 'node3',
        role: 'standby',
        running: false,
        repmgrd: undefined,
        pid: undefined,
        paused: undefined,
        priority: 100,
        upstreamLastSeenSeconds: undefined,
        location: '',
      },
    ]);
  });
});

describe('status words', () => {
  it.each([
    ['* running', true],
    ['running', true],
    ['  running', true],
    ['! running as standby', false],
    ['! running as primary', false],
    ['! running', false],
    ['! unknown', false],
    ['? running', false],
    ['? rejected', false],
    ['! failed', false],
    ['? unreachable', false],
    ['- failed', false],
    ['not registered', false],
  ])('%j is healthy: %s', (status, healthy) => {
    expect(isHealthyStatus(status)).toBe(healthy);
  });

  it('explains every word that repmgr is known to print, and no other', () => {
    expect(explainStatus('! running as primary')).toContain('two primaries');
    expect(explainStatus('  running')).toBe('active standby, up');
    expect(explainStatus('on fire')).toBeUndefined();
  });

  it.each([
    ['primary', true, false, '* running'],
    ['primary', true, true, '! running as standby'],
    ['standby', true, true, 'running'],
    ['standby', true, false, '! running as primary'],
    ['witness', true, false, '* running'],
    ['standby', false, true, '! running'],
    ['standby', true, undefined, '? unreachable'],
    ['primary', false, undefined, '- failed'],
  ])('says for a %s (active %s, in recovery %s): %s', (type, active, inRecovery, status) => {
    expect(deriveStatus({ type, active, inRecovery })).toBe(status);
  });

  it.each([
    ['node1', 'node1', false],
    ['! node2', 'node2', true],
    ['? node2', 'node2', true],
    ['', null, false],
  ])('reads the upstream %j', (cell, name, doubtful) => {
    expect(parseUpstream(cell)).toEqual({ name, doubtful });
  });
});
