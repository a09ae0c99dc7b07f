/** The small parsers of what a node says: control data, positions, cron line, rows of SQL, the observation document. */
import { describe, expect, it } from 'vitest';
import { parseAutomation } from '../../../core/observe/automation';
import { parseControlData } from '../../../core/observe/controlData';
import { highestLsn, lsnDistance, parseLsn } from '../../../core/observe/lsn';
import { parseAddresses, parseObservation, type ObservationDocument } from '../../../core/observe/parseObservation';
import { fillPreload, preloadList } from '../../../core/observe/preload';
import { parseRecords, parseRepmgrd, parseServerAnswers } from '../../../core/observe/serverRows';

const CONTROL = `pg_control version number:            1300
Catalog version number:               202209061
Database system identifier:           7100000000000000001
Database cluster state:               in archive recovery
pg_control last modified:             Sat 21 Nov 2026 07:23:44 AM UTC
Latest checkpoint location:           0/4000028
Latest checkpoint's REDO location:    0/4000028
Latest checkpoint's TimeLineID:       3
Minimum recovery ending location:     0/5000078
`;

describe('parseControlData', () => {
  it('reads what the server left when it stopped', () => {
    expect(parseControlData(CONTROL)).toEqual({
      systemIdentifier: '7100000000000000001',
      state: 'in archive recovery',
      timeline: 3,
      checkpointLsn: '0/4000028',
      minRecoveryLsn: '0/5000078',
    });
  });

  it('takes 0/0 as no minimum, and missing lines as unknown', () => {
    const text =
      "Database system identifier: 5\nLatest checkpoint's TimeLineID: 1\nMinimum recovery ending location: 0/0";
    expect(parseControlData(text)).toEqual({
      systemIdentifier: '5',
      state: 'unknown',
      timeline: 1,
      checkpointLsn: '0/0',
      minRecoveryLsn: undefined,
    });
  });

  it.each([
    '',
    'sys_controldata: could not open file',
    CONTROL.replace(/identifier: .*/, 'identifier: x'),
    CONTROL.replace('TimeLineID:       3', 'TimeLineID: 0'),
    `WARNING: Calculated CRC checksum does not match value stored in file.\n${CONTROL}`,
    `The results below are untrustworthy.\n\n${CONTROL}`,
  ])('gives nothing rather than half of it', (text) => {
    expect(parseControlData(text)).toBeUndefined();
  });
});

describe('positions', () => {
  it('reads and subtracts them across the 4 GiB border', () => {
    expect(parseLsn('16/B374D848')).toBe(0x16b374d848n);
    expect(lsnDistance('1/10', '0/FFFFFFF0')).toBe(32);
  });

  it('never gives a negative distance, and none for what cannot be read', () => {
    expect(lsnDistance('0/1', '0/2')).toBe(0);
    expect(lsnDistance('0/1', undefined)).toBeUndefined();
    expect(lsnDistance('zero', '0/1')).toBeUndefined();
  });

  it('finds the highest', () => {
    expect(highestLsn([undefined, '0/5', '1/0', 'x'])).toBe(0x100000000n);
    expect(highestLsn([])).toBeUndefined();
  });
});

const LINE = '*/1 * * * * kingbase  . /etc/profile;/x/bin/kbha -A daemon -f /x/etc/repmgr.conf';

describe('parseAutomation', () => {
  it.each([
    [LINE, 'active'],
    [`#${LINE}`, 'paused'],
    [`  # ${LINE}`, 'paused'],
    [`#${LINE}\n${LINE}`, 'active'],
    ['', 'missing'],
    ['0 1 * * * root /x/bin/sys_backup.sh', 'missing'],
  ])('reads %j as %s', (text, state) => {
    expect(parseAutomation(text)).toBe(state);
  });
});

describe('preload list', () => {
  it('puts repmgr before what the build loads, each library once', () => {
    const existing =
      "#shared_preload_libraries = 'x'\nshared_preload_libraries = 'synonym, plsql,repmgr, plsql'\t# comment\n";
    expect(preloadList(existing)).toBe('repmgr, synonym, plsql');
  });

  it('takes the last line that counts, and repmgr alone where there is none', () => {
    expect(preloadList("shared_preload_libraries = 'a'\nshared_preload_libraries 'b'\n")).toBe('repmgr, b');
    expect(preloadList('')).toBe('repmgr');
  });

  it('fills the placeholder from outside our own block', () => {
    const existing =
      "shared_preload_libraries = 'a'\n# BEGIN ours\nshared_preload_libraries = 'repmgr, z'\n# END ours\nport = 1\n";
    expect(fillPreload("shared_preload_libraries = '@@node:preload@@, extra'", existing, 'ours')).toBe(
      "shared_preload_libraries = 'repmgr, a, extra'",
    );
    expect(fillPreload('no placeholder', existing, 'ours')).toBe('no placeholder');
  });
});

const S = '\u001f';
const rows = (...lines: string[][]): string => lines.map((line) => line.join(S)).join('\n');

describe('rows of the server', () => {
  it('reads a primary with its replicas, slots and settings', () => {
    const answers = parseServerAnswers(
      rows(
        ['role', 'primary'],
        ['wal', '0/5000100', '', '0000000A'],
        ['checkpoint', '9'],
        ['replica', 'node2', '10.0.0.12', 'streaming', 'quorum', '0/5000000'],
        ['replica', 'node3', '10.0.0.13', 'catchup', 'async', ''],
        ['slot', 'repmgr_slot_2', 'physical', 'yes', '0/4000000'],
        ['synchronous', 'ANY 1( node2)'],
        ['clusterRole', 'yes', 'yes', 'yes', 'no'],
        [
          'setting',
          'shared_buffers',
          '65536',
          '8kB',
          'integer',
          'postmaster',
          'configuration file',
          '/d/es_rep.conf',
          '27',
          'no',
        ],
        ['file', 'shared_buffers', '512MB', '/d/es_rep.conf', '27', 'yes', ''],
        ['license', '143'],
      ),
    );
    expect(answers).toEqual({
      inRecovery: false,
      timeline: 10,
      writeLsn: '0/5000100',
      replayLsn: undefined,
      receiver: undefined,
      replicas: [
        {
          name: 'node2',
          address: '10.0.0.12',
          state: 'streaming',
          syncState: 'quorum',
          replayLsn: '0/5000000',
          lagBytes: 256,
        },
        {
          name: 'node3',
          address: '10.0.0.13',
          state: 'catchup',
          syncState: 'async',
          replayLsn: '',
          lagBytes: undefined,
        },
      ],
      slots: [{ name: 'repmgr_slot_2', type: 'physical', active: true, restartLsn: '0/4000000' }],
      synchronousStandbyNames: 'ANY 1( node2)',
      clusterRole: { superuser: true, replication: true, login: true, inKcluster: false },
      settings: [
        {
          name: 'shared_buffers',
          value: '65536',
          unit: '8kB',
          type: 'integer',
          context: 'postmaster',
          source: 'configuration file',
          file: '/d/es_rep.conf',
          line: 27,
          pendingRestart: false,
        },
      ],
      fileSettings: [
        { name: 'shared_buffers', value: '512MB', file: '/d/es_rep.conf', line: 27, applied: true, error: '' },
      ],
      licenseDays: 143,
    });
  });

  it('takes the timeline of a standby from its stream, else from the checkpoint', () => {
    const standby = [
      ['role', 'standby'],
      ['wal', '0/5', '0/4', ''],
      ['checkpoint', '1'],
    ];
    const streaming = parseServerAnswers(
      rows(...standby, ['receiver', 'streaming', '10.0.0.11', 'repmgr_slot_2', '2']),
    );
    expect(streaming).toMatchObject({
      inRecovery: true,
      timeline: 2,
      replayLsn: '0/4',
      receiver: { senderHost: '10.0.0.11' },
    });
    expect(parseServerAnswers(rows(...standby))).toMatchObject({
      timeline: 1,
      receiver: undefined,
      clusterRole: undefined,
    });
  });

  it('knows nothing of a server that did not say its role', () => {
    expect(parseServerAnswers('psql: error: connection refused')).toBeUndefined();
  });

  it('reads the records of repmgr, and an error as none read', () => {
    const text = rows(
      ['records', '2'],
      ['node', '1', 'node1', 'primary', 'yes', '', 'default', '100', 'repmgr_slot_1', 'host=10.0.0.11'],
      ['node', '2', 'node2', 'standby', 'no', '1', 'default', '0', '', 'host=10.0.0.12'],
      ['repmgrd', 'yes', 'no'],
    );
    expect(parseRecords(text)).toMatchObject([
      { id: 1, name: 'node1', type: 'primary', active: true, upstreamId: undefined, priority: 100 },
      { id: 2, name: 'node2', type: 'standby', active: false, upstreamId: 1, priority: 0 },
    ]);
    expect(parseRepmgrd(text)).toEqual({ running: true, paused: false });
    expect(parseRecords('ERROR: relation "repmgr.nodes" does not exist')).toBeUndefined();
    expect(parseRepmgrd('')).toEqual({ running: undefined, paused: undefined });
  });
});

const DOCUMENT: ObservationDocument = {
  format: 1,
  machineId: 'abc',
  epochSeconds: 5,
  data: {
    state: 'present',
    standbySignal: false,
    mountPoint: false,
    unfinishedBootstrap: false,
    started: true,
    baseBackup: false,
  },
  controlData: { code: 0, text: CONTROL, error: '' },
  serverRunning: true,
  sql: { code: 0, text: rows(['role', 'primary']), error: '' },
  repmgrSql: { code: 0, text: rows(['records', '0'], ['repmgrd', 'yes', 'yes']), error: '' },
  clusterShow: { code: 25, text: '', error: 'ERROR' },
  repmgrdPid: 7,
  kbhaPid: null,
  cron: LINE,
  addresses: '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet6 fe80::1/64 scope link\nnonsense',
  hardwareAddress: '02:FC:00:00:00:01\n',
  virtualIpAnswers: null,
  managedSettings: 'port=54321\n',
  ledger: { bootstrap: null, member: '{}', rollout: null, teardown: null },
};
const parse = (changes: Partial<ObservationDocument>) =>
  parseObservation('node1', JSON.stringify({ ...DOCUMENT, ...changes }));

const ARPING = `ARPING 10.0.0.100 from 10.0.0.12 eth0
Unicast reply from 10.0.0.100 [02:FC:00:00:00:0A]  0.612ms
Unicast reply from 10.0.0.100 [00:16:3E:00:00:01]  0.700ms
Unicast reply from 10.0.0.100 [02:FC:00:00:00:0A]  0.541ms
Sent 2 probes (2 broadcast(s))
Received 3 response(s)
`;

describe('parseObservation', () => {
  it('has each hardware address that answers for the virtual IP once', () => {
    expect(parse({ virtualIpAnswers: { code: 0, text: ARPING, error: '' } }).virtualIpAnswers).toEqual([
      '00:16:3e:00:00:01',
      '02:fc:00:00:00:0a',
    ]);
  });

  it('brings the parts together', () => {
    expect(parse({})).toMatchObject({
      reachable: true,
      name: 'node1',
      control: { timeline: 3 },
      server: { running: true, answers: { inRecovery: false }, reason: undefined },
      repmgr: { records: [], paused: true, clusterShow: undefined },
      repmgrdPid: 7,
      kbhaPid: null,
      automation: 'active',
      addresses: ['127.0.0.1/8', 'fe80::1/64'],
      hardwareAddress: '02:fc:00:00:00:01',
      virtualIpAnswers: [],
      managedSettingsText: 'port=54321\n',
      ledger: { bootstrap: undefined, member: '{}' },
    });
  });

  it.each([
    [null, 'the database does not run'],
    [{ code: 124, text: '', error: '' }, 'the database did not answer in time'],
    [{ code: 2, text: '', error: '' }, 'the database gave no answer'],
    [
      { code: 2, text: '', error: 'first\nksql: error: the database system is starting up\n' },
      'ksql: error: the database system is starting up',
    ],
  ])('says why a server did not answer: %j', (sql, reason) => {
    expect(parse({ sql, repmgrSql: null, clusterShow: null, managedSettings: null }).server).toMatchObject({
      answers: undefined,
      reason,
    });
  });

  it('has no control data where the tool failed', () => {
    expect(parse({ controlData: { code: 1, text: CONTROL, error: 'damaged' } }).control).toBeUndefined();
  });

  it('has none where the tool warned of a wrong checksum beside what it printed', () => {
    const error = 'sys_controldata: warning: calculated CRC checksum does not match value stored in control file';
    expect(parse({ controlData: { code: 0, text: CONTROL, error } }).control).toBeUndefined();
  });

  it('refuses what is no observation', () => {
    expect(() => parseObservation('node1', '{"format":2}')).toThrow('not an observation document of format 1');
  });

  it('reads no address from an empty list', () => {
    expect(parseAddresses('')).toEqual([]);
  });
});
