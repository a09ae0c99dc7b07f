/** What holds for the evaluation as a whole: missing hosts, comparison of nodes, acceptance, table. */
import { describe, expect, it } from 'vitest';
import { Facts } from '../../../core/preflight/evidence';
import { blockingFindings, evaluate } from '../../../core/preflight/evaluate';
import { displayWidth, formatTable } from '../../../core/preflight/format';
import { licenseDaysLeft } from '../../../core/preflight/license';
import { preflightVariables, toMiB, toPreflightRequest } from '../../../core/preflight/request';
import type { NodeEvidence } from '../../../core/preflight/types';
import { planCluster } from '../../../core/topology/planCluster';
import { makeBackedSpec, makeSpec, makeWitnessSpec } from '../../support/specs';
import { makeEvidence, makeRequest, NOW, type FactChanges } from './support';

const second = (changes: FactChanges = {}, more: Partial<NodeEvidence> = {}): NodeEvidence => ({
  ...makeEvidence({ 'sys.machineId': 'f'.repeat(32), ...changes }, { name: 'node2' }),
  ...more,
});

const blocked = (nodes: readonly NodeEvidence[]) =>
  evaluate(nodes)
    .results.filter((result) => result.verdict !== 'PASS')
    .map((result) => `${result.node} ${result.id} ${result.verdict}`);

describe('evaluate', () => {
  it('passes two good nodes and compares them', () => {
    const report = evaluate([makeEvidence(), second()]);
    expect(report.passed).toBe(true);
    expect(report.results.filter((result) => result.node === 'cluster')).toHaveLength(9);
  });

  it.each<[string, NodeEvidence, string[]]>([
    [
      'the same machine twice',
      second({ 'sys.machineId': '0123456789abcdef0123456789abcdef' }),
      ['cluster machines-distinct FAIL'],
    ],
    ['clocks apart', second({}, { runner: { nowEpochSeconds: NOW, clockOffsetSeconds: -1.9 } }), []],
    ['another system', second({ 'sys.osRelease': 'ID=debian\nVERSION_ID=11' }), ['cluster systems-equal WARN']],
    ['another architecture', second({ 'sys.arch': 'aarch64' }), ['cluster architectures-equal FAIL']],
    [
      'another build',
      second({ 'prefix.version': 'kingbase (KingbaseES) V008R006C005B0023' }),
      ['cluster programs-equal FAIL'],
    ],
    ['another MTU', second({ 'net.mtu': '9000' }), ['cluster mtu-equal WARN']],
    ['no MTU', second({ 'net.mtu': undefined }), []],
    ['another time zone', second({ 'sys.timezone': '+0000' }), ['cluster timezones-equal WARN']],
    [
      'a volume that is not mounted',
      second({ 'fs.data.mount': '/ /dev/vda ext4 rw' }),
      ['cluster data-mounts-alike FAIL'],
    ],
    [
      'another uid',
      second({ 'user.passwd': 'kingbase:x:1005:1000::/home/kingbase:/bin/bash' }),
      ['cluster os-user-ids-equal WARN'],
    ],
  ])('sees %s', (_, other, expected) => {
    expect(blocked([makeEvidence(), other])).toEqual(expected);
  });

  it('sees clocks that are each within bounds, and too far from one another', () => {
    const at = (clockOffsetSeconds: number | undefined, name: string, id: string) =>
      makeEvidence({ 'sys.machineId': id.repeat(32) }, { name }, { clockOffsetSeconds });
    expect(blocked([at(1.5, 'node1', 'a'), at(-1.5, 'node2', 'b')])).toEqual(['cluster clocks-agree FAIL']);
    expect(blocked([at(undefined, 'node1', 'a'), at(undefined, 'node2', 'b')])).toEqual([
      'node1 clock-offset ERROR',
      'node2 clock-offset ERROR',
    ]);
  });

  it.each([
    ['remote/unreachable', 'connection-unreachable', 'FAIL'],
    ['remote/host-key', 'connection-host-key', 'FAIL'],
    ['remote/auth', 'connection-auth', 'FAIL'],
    ['remote/sudo', 'connection-sudo', 'FAIL'],
    ['remote/timeout', 'connection-timeout', 'ERROR'],
    ['remote/exit', 'connection-exit', 'ERROR'],
  ])('shows %s as one line of its own', (code, id, verdict) => {
    const unreachable = { code, message: 'no route to host', hint: 'Look at the network.' };
    const report = evaluate([second({}, { output: undefined, unreachable }), makeEvidence()]);
    expect(report.passed).toBe(false);
    expect(report.results.filter((result) => result.node === 'node2')).toEqual([
      expect.objectContaining({ id, verdict, found: 'no route to host', hint: 'Look at the network.' }),
    ]);
    expect(report.results.some((result) => result.node === 'cluster')).toBe(false);
  });

  it('takes a collector that stopped half-way for no evidence at all', () => {
    expect(blocked([makeEvidence({ end: undefined })])).toEqual(['node1 connection-incomplete ERROR']);
    expect(blocked([second({}, { output: undefined })])).toEqual(['node2 connection-incomplete ERROR']);
  });

  it('turns an accepted FAIL into a WARN, and nothing else', () => {
    const accept = { accept: ['data-space', 'cron-running', 'connection-auth'] };
    const report = evaluate([
      makeEvidence({ 'fs.data.space': '1 1 1000 1000', 'cron.service': { error: 'no bus' } }, accept),
      second({}, { output: undefined, unreachable: { code: 'remote/auth', message: 'wrong key', hint: 'h' } }),
    ]);
    const found = Object.fromEntries(report.results.map((result) => [result.id, result]));
    expect(found['data-space']).toMatchObject({ verdict: 'WARN', found: '0 MiB free on /kbdata (accepted)' });
    expect(found['cron-running']).toMatchObject({ verdict: 'ERROR' });
    expect(found['connection-auth']).toMatchObject({ verdict: 'FAIL' });
  });

  it('warns about accepted ids that no check has, with the nearest one', () => {
    const results = evaluate([makeEvidence({}, { accept: ['dataspace', 'everything-else-too'] })]).results;
    expect(results.filter((result) => result.id === 'accept-unknown')).toMatchObject([
      { verdict: 'WARN', found: 'dataspace', hint: 'Did you mean data-space?' },
      { verdict: 'WARN', found: 'everything-else-too', hint: 'Take it out of preflight.accept.' },
    ]);
  });

  it('gives one finding for each result that blocks', () => {
    const report = evaluate([makeEvidence({ 'port.54321': '9 root nc -l 54321', 'mem.thp': '[always]' })]);
    expect(blockingFindings(report)).toEqual([
      {
        code: 'preflight/database-port-free',
        path: 'node1: database-port-free',
        message:
          'FAIL the database port is free: found used by 9 root nc -l 54321; wanted 54321 free, or used by this cluster',
        hint: 'Stop that program, or choose another port.',
      },
    ]);
  });

  it('throws what is a mistake of ours', () => {
    expect(() =>
      evaluate([{ ...makeEvidence(), request: { ...makeRequest(), minFreeDiskMiB: Symbol('x') as never } }]),
    ).toThrow(TypeError);
  });
});

describe('formatTable', () => {
  it('shows what did not pass, with what to do, and counts', () => {
    const report = evaluate([makeEvidence({ 'sys.systemd': 'no', 'port.54321': '9 root nc -l\n10 root x' })]);
    expect(formatTable(report, { all: false })).toBe(
      [
        'node   check               verdict  found',
        'node1  systemd             FAIL     another init',
        '    wanted: systemd',
        '    HINT: Use a host that systemd runs: cron, firewall and sys_securecmdd are units there.',
        'node1  database-port-free  FAIL     used by 9 root nc -l; 10 root x',
        '    wanted: 54321 free, or used by this cluster',
        '    HINT: Stop that program, or choose another port.',
        '',
        `preflight of 1 node: ${report.results.length - 2} PASS, 0 WARN, 2 FAIL, 0 ERROR`,
      ].join('\n'),
    );
  });

  it('shows only the count where everything passed, and every line on demand', () => {
    const report = evaluate([makeEvidence(), second()]);
    expect(formatTable(report, { all: false })).toMatch(/^preflight of 2 nodes: \d+ PASS, 0 WARN, 0 FAIL, 0 ERROR$/);
    expect(formatTable(report, { all: true }).split('\n').length).toBe(report.results.length + 3);
  });

  it('keeps columns straight with Chinese names', () => {
    const report = evaluate([
      makeEvidence({ 'sys.systemd': 'no' }, { name: '节点一' }),
      second({ 'sys.systemd': 'no' }),
    ]);
    const lines = formatTable(report, { all: false })
      .split('\n')
      .filter((line) => line.includes('another init'));
    const columns = lines.map((line) => displayWidth(line.slice(0, line.indexOf('FAIL'))));
    expect(new Set(columns).size).toBe(1);
    expect(displayWidth('节点一')).toBe(6);
    expect(displayWidth('e\u0301')).toBe(1);
  });
});

describe('Facts', () => {
  it('undoes the escapes of the collector', () => {
    const facts = Facts.parse('+a one\\ntwo \\\\n three\n-b broken\\nbadly\nnoise\n+n 42\n+x abc\n');
    expect(facts.lines('a')).toEqual(['one', 'two \\n three']);
    expect(facts.reason('b')).toBe('broken\nbadly');
    expect(facts.reason('a')).toBeUndefined();
    expect(facts.number('n')).toBe(42);
    expect(() => facts.number('x')).toThrow('x: "abc" is not a number');
    expect(() => facts.text('b')).toThrow('b: broken\nbadly');
    expect(() => facts.text('c')).toThrow('c: was not reported by the host');
    expect(facts.textOr('c', 'none')).toBe('none');
    expect(facts.isComplete).toBe(false);
  });
});

describe('licenseDaysLeft', () => {
  it.each([
    ['expires=2026-11-22', 1],
    ['Expiry date: 2026-11-20', -1],
    ['截止日期:2026.11.21', 0],
    ['expires=never', Infinity],
    ['produced 2020-01-01', undefined],
  ])('reads %s', (text, days) => {
    expect(licenseDaysLeft(text, NOW)).toBe(days);
  });
});

describe('toPreflightRequest', () => {
  it('is plain data, with what the plan says', () => {
    const spec = makeWitnessSpec({
      database: { parameters: { shared_buffers: '2GB', huge_pages: 'on' } },
      install: { source: 'media', zip: '/m/db.zip', license: '/m/license.dat' },
    });
    const request = toPreflightRequest(planCluster(spec).nodes[0]!, spec);
    expect(JSON.parse(JSON.stringify(request))).toEqual(request);
    expect(request).toMatchObject({
      sharedBuffersMiB: 2048,
      hugePages: 'on',
      cronForm: 'crontab',
      virtualIp: '10.77.1.100',
    });
    expect(request.install).toMatchObject({ isZip: true, license: '/m/license.dat', licenseRequired: false });
    expect(preflightVariables(request)).toMatchObject({
      CHANNEL_PORT: '8890',
      PEERS: 'node2|10.77.1.12|22 witness1|10.77.1.13|22',
      WAL: '/kbwal/wal',
      PROGRAMS: expect.stringContaining('sys_securecmdd'),
    });
  });

  it.each([
    [{}, ''],
    [{ compress: 'gz' }, ''],
    [{ archiveAsync: true, compress: 'zst' }, 'archive-async zst'],
    [{ compress: 'lz4' }, 'lz4'],
  ])('asks of sys_rman what %j takes beyond its manual', (resources, asked) => {
    const spec = makeBackedSpec({ resources });
    const request = toPreflightRequest(planCluster(spec).nodes[0]!, spec);
    expect(preflightVariables(request)['RMAN_OPTIONS']).toBe(asked);
  });

  it('leaves out what there is none of', () => {
    const spec = { ...makeSpec(), virtualIp: undefined };
    const request = toPreflightRequest(planCluster(spec).nodes[0]!, spec);
    expect(request).not.toHaveProperty('virtualIp');
    expect(preflightVariables(request)).toMatchObject({ VIP: '', WAL: '', CHANNEL_PORT: '' });
  });

  it.each([
    ['512MB', 512],
    ['2GB', 2048],
    ['1TB', 1048576],
    ['1024kB', 1],
    ['16384', 128],
    ['much', 0],
  ])('counts %s as %d MiB', (text, mib) => {
    expect(toMiB(text)).toBe(mib);
  });
});
