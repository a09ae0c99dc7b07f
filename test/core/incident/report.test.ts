// Proves what the text and the page say in both languages where a run of the tool seldom comes: left-out episodes, unread files, no incident, assumed
// settings; that secrets are masked in every shape; and that clocks put right by the user move everything of that node, and nothing else.
import { describe, expect, it } from 'vitest';
import { analyze, type AnalysisInput } from '../../../core/incident/analyze';
import { parseHaConf, parsePoolConf } from '../../../core/incident/conf';
import { renderAnalysis } from '../../../core/incident/format/html';
import { formatAnalysis } from '../../../core/incident/format/terminal';
import { evidenceText, maskSecrets } from '../../../core/incident/mask';
import type { SourceReport } from '../../../core/incident/types';
import { createReader } from '../../../core/incident/read/reader';
import { incidentsOf, type FuzzLog } from '../../../scripts/fuzzLogs';
import { log, only } from '../../support/incidents';
import {
  clusterLog,
  DAY,
  failover,
  holder,
  poolLine,
  poolName,
  RECOVERED,
  recoveryLog,
  rulesOf,
} from '../../support/incidentTexts';

const NOTHING: AnalysisInput = {
  ...{ reports: [], poolConf: null, haConf: null, timeZone: null, skew: {}, unread: [] },
};

function reportOf({ path, text }: FuzzLog): SourceReport {
  const reader = createReader({
    ...{ source: path, node: path.split('/')[0] ?? null, nodeIsSure: false },
    hint: path.includes('failover') ? 'failover' : path.includes('recovery') ? 'recovery' : 'cluster',
  });
  reader.beginFile(path);
  const lines = new TextDecoder().decode(text).split('\n');
  for (const [at, line] of lines.entries()) reader.line(line, at + 1);
  reader.endFile(lines.length);
  return reader.finish();
}

describe('what is said of the whole', () => {
  const unread = [{ file: 'x.gz', why: 'broken' }];
  it.each([
    ['en', 'No incident in these logs.', 'Moments in Asia/Shanghai, as given with --tz.', 'Not read'],
    ['zh', '这些日志中没有故障事件', 'Asia/Shanghai', '未能读取'],
  ] as const)('no incident, the zone, what was not read (%s)', (language, none, zone, notRead) => {
    const analysis = analyze({ ...NOTHING, timeZone: 'Asia/Shanghai', unread });
    for (const text of [formatAnalysis(analysis, language), renderAnalysis(analysis, language)]) {
      for (const said of [none, zone, notRead, 'x.gz', 'broken']) expect(text).toContain(said);
    }
  });

  it.each([
    ['en', '7 older episodes were left out.'],
    ['zh', '省略了 7 个更早的事件。'],
  ] as const)('that episodes were left out (%s)', (language, said) => {
    const report = { ...reportOf(clusterLog('node102', holder())), omitted: 7 };
    const analysis = analyze({ ...NOTHING, reports: [report] });
    expect(analysis.omitted).toBe(7);
    for (const text of [formatAnalysis(analysis, language), renderAnalysis(analysis, language)])
      expect(text).toContain(said);
  });

  it('a log with more disturbances than are kept loses the oldest, and says how many', () => {
    const at = (n: number): string => {
      const moment = new Date(Date.parse('2026-01-01T00:00:00Z') + n * 3_600_000).toISOString();
      return moment.slice(0, 19).replace('T', ' ');
    };
    const lines = Array.from({ length: 1003 }, (_, n) => [
      `${at(n)}: pid 72: LOG:  health checking retry count 1`,
      `${at(n)}: pid 72: LOG:  all backends are returned to a healthy state after 1 retry(ies)`,
    ]).flat();
    const report = reportOf(log('node102/log/cluster.log', lines.join('\n')));
    expect(report.episodes).toHaveLength(1000);
    expect(report.omitted).toBe(3);
    expect(report.episodes[0]?.firstAt).toBe(Date.parse('2026-01-01T03:00:00Z'));
  });

  it.each(['en', 'zh'] as const)('where the expected numbers come from, and which were assumed (%s)', (language) => {
    const reports = failover().map(reportOf);
    const poolConf = parsePoolConf('health_check_max_retries = 3\nhealth_check_retry_delay = 2\n');
    const by = (input: Partial<AnalysisInput>): string =>
      formatAnalysis(analyze({ ...NOTHING, reports, ...input }), language);
    expect(by({ poolConf })).toContain('health_check_period, health_check_timeout, connect_timeout');
    expect(by({ poolConf })).not.toContain('--config');
    expect(by({})).toContain('--config');
  });
});

it('the configuration of the vendor’s scripts names the nodes', () => {
  const haConf = parseHaConf(
    'KB_ALL_IP=(192.168.1.101 192.168.1.102) # both\nALL_NODE_NAME=(first second)\nSYNC_FLAG=1\nAUTO_PRIMARY_RECOVERY=on\nKB_VIP="192.168.1.201/24"\n',
  );
  expect(haConf).toMatchObject({ autoPrimaryRecovery: true, synchronous: true, databaseVip: '192.168.1.201/24' });
  const lines = holder()
    .filter((line) => !line.includes('Linux'))
    .map(poolLine);
  const report = reportOf(log('x/log/cluster.log', lines.join('\n')));
  expect(analyze({ ...NOTHING, reports: [{ ...report, node: null }], haConf }).incidents[0]).toMatchObject({
    ...{ oldPrimary: 'first', newPrimary: 'second' },
  });
});

describe('a clock that the user puts right', () => {
  it('moves everything that its node wrote, and nothing else', () => {
    const reports = [...failover(), recoveryLog('node101', RECOVERED)].map(reportOf);
    const moments = (skew: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
      new Map(
        analyze({ ...NOTHING, reports, skew })
          .incidents.flatMap(({ timeline }) => timeline)
          .map(({ file, line, at }) => [`${file}:${line}`, at] as const),
      );
    const [before, after] = [moments({}), moments({ node101: 20 })];
    const moved = [...after].map(([where, at]) => [where.split('/')[0], (at - (before.get(where) ?? 0)) / 1000]);
    expect(new Set(moved.map((one) => one.join()))).toEqual(new Set(['node101,20', 'node102,0']));
    expect([...after.keys()].some((where) => where.startsWith('node101/log/recovery.log'))).toBe(true);
    const script = moments({ node102: -20 });
    expect(script.get('node102/log/failover.log:1')).toBe(Date.parse(`${DAY}T03:07:55Z`));
  });
});

describe('where the fault is taken from', () => {
  it('the last heartbeat, where the peer was lost without a farewell', () => {
    const lines = [
      `03:08:05 104 DETAIL the last heartbeat from "${poolName('node101')}" received 3 seconds ago`,
      `03:08:07 76 LOG remote node "${poolName('node101')}" is lost`,
      '03:08:07 76 LOG watchdog cluster has lost the coordinator node',
      ...holder(),
    ];
    expect(only([clusterLog('node102', lines)])).toMatchObject({
      ...{ begin: `${DAY}T03:08:02`, faultFrom: 'heartbeat' },
    });
  });

  it('the loss itself, where no heartbeat was told', () => {
    const lines = [`03:08:07 76 LOG remote node "${poolName('node101')}" is lost`, ...holder()];
    expect(only([clusterLog('node102', lines)])).toMatchObject({ begin: `${DAY}T03:08:07`, faultFrom: 'peer' });
  });
});

describe('kbha and repmgrd of V8R6', () => {
  const bracketed = (name: string, lines: readonly string[]): FuzzLog =>
    log(`node1/log/${name}`, lines.map((line) => `[2026-01-05 10:00:${line}`).join('\n'));

  it('a gateway that is lost stops the database', () => {
    const logs = [
      bracketed('kbha.log', ['01] [WARNING] ping host"10.10.0.1" failed', '09] [INFO] stop database data/kingbase']),
    ];
    expect(only(logs)).toMatchObject({ kind: 'network-lost', outcome: 'network-lost', system: 'v8r6' });
    expect(rulesOf(only(logs))).toContain('gateway-lost');
  });

  it('a disk that cannot be written stops it too', () => {
    const logs = [
      bracketed('kbha.log', [
        '01] [ERROR] [thread 77] Failed to check the mount_point_list 6 / 6, all failed',
        '01] [NOTICE] [thread 77] the use_check_disk = on, will stop the database',
      ]),
    ];
    expect(only(logs)).toMatchObject({ kind: 'database-stopped', outcome: 'database-stopped' });
    expect(rulesOf(only(logs))).toContain('mount-failed');
  });

  it('two primaries, and a node that nobody confirmed, are told', () => {
    const logs = [
      bracketed('hamgr.log', [
        '01] [ERROR] [thread pid: 9] there may be multiple nodes running as primary, can not do recovery for failed node',
        '02] [INFO] unable to connect via ES to host "10.0.0.1", can\'t confirm if it\'s a standby node',
      ]),
    ];
    expect(rulesOf(only(logs))).toEqual(expect.arrayContaining(['multiple-primaries', 'not-confirmed']));
  });

  it('a primary that answers again is no failover, and another loss after a minute is another one', () => {
    const lost = '01] [NOTICE] checking state of node "node1" (ID: 1), 1 of 10 attempts';
    const back = '07] [NOTICE] reconnected to node "node1" (ID: 1) after 6 seconds';
    const later = [lost, back].map((line) => `[2026-01-05 10:05:${line}`);
    const lines = [...[lost, back].map((line) => `[2026-01-05 10:00:${line}`), ...later];
    const incidents = incidentsOf([log('node2/log/hamgr.log', lines.join('\n'))]);
    expect(incidents.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['blip', 'recovered-by-itself'],
      ['blip', 'recovered-by-itself'],
    ]);
  });
});

describe('a way back that is cut off', () => {
  const asked = [
    '03:20:12 72 LOG received failback request for node_id: 0 from pid [9] wd_failover_id [0]',
    '03:20:12 72 LOG starting fail back. reconnect host 192.168.1.101(54321)',
  ];

  it('by a new loss of that node leaves two failovers', () => {
    const again = holder().map((line) => line.replace(/^03:08:/, '03:20:').replace(/^03:20:0/, '03:20:4'));
    const moved = again.map((line) => line.replace(/^03:20:1/, '03:20:5'));
    const incidents = incidentsOf([clusterLog('node102', [...holder(), ...asked, ...moved])]);
    expect(incidents.map(({ kind }) => kind)).toEqual(['primary-failover', 'primary-failover']);
    expect(incidents[0]?.durations.nodeOutage).toBeNull();
  });

  it('by a stop of the pool is no end of the outage', () => {
    const [incident] = incidentsOf([
      clusterLog('node102', [...holder(), ...asked, '03:20:13 76 LOG Watchdog is shutting down']),
    ]);
    expect(incident).toMatchObject({ kind: 'primary-failover', singleNode: true });
  });
});

it.each([
  ['pcp_attach_node -U kingbase -W MTIzNDU2 -h 192.168.1.200', 'pcp_attach_node -U kingbase -W *** -h 192.168.1.200'],
  ["host=a password='x y' user=b", 'host=a password=*** user=b'],
  ['PCP_PASS="MTIz"', 'PCP_PASS=***'],
  ['postgres://esrep:secret@10.0.0.1/esrep', 'postgres://esrep:***@10.0.0.1/esrep'],
  ['PGPASSWORD=abc ksql', 'PGPASSWORD=*** ksql'],
  ['nothing to hide', 'nothing to hide'],
])('%s is written as %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

it('a line is masked before it is cut, and its control characters are replaced', () => {
  const text = evidenceText(`${'x'.repeat(230)} password=abcdefghij\u0000`);
  expect(text).toHaveLength(241);
  expect(text).not.toContain('abc');
  expect(evidenceText('a\u001b[31mb')).toBe('a\ufffd[31mb');
});
