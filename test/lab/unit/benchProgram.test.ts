// Proves the parts of the bench around a measurement: result files, undoing what was set up, and what is read from /proc.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Cleanups } from '../../../bench/cleanups';
import { fakeHostKey, madeUpCluster } from '../../../bench/clusterInput';
import { labSubnet } from '../../../bench/labs';
import { spread } from '../../../bench/measurements/failover';
import { memoryRows, type Sizing } from '../../../bench/measurements/preview';
import { parseRollup, parseSocketAddress } from '../../../bench/proc';
import { runMeasured, type MeasuredRun } from '../../../bench/processTree';
import { resultName, writeResult, type ResultHead } from '../../../bench/resultFile';
import { atMostRatio } from '../../../bench/verdict';
import { parseClusterSpec } from '../../../core/spec/parseClusterSpec';

const head: ResultHead = {
  measurement: 'noop',
  title: 'nothing to do',
  quick: false,
  seconds: 12,
  machine: {
    cores: 2,
    processor: 'p',
    memoryMiB: 1,
    kernel: 'k',
    node: 'v22',
    date: '2026-11-21T06:58:41.899Z',
    load: 0,
    commit: 'abc',
  },
};

describe('result files', () => {
  it('carry machine, every single run, medians, percentiles, ratio and verdict', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kingbase-bench-'));
    const path = writeResult(folder, head, {
      rows: [{ name: 'noop', unit: 's', ours: 3, reference: 2, limits: [atMostRatio(2)] }],
      series: [{ name: 'ours', unit: 's', values: [3, 1, 4] }],
      notes: ['side by side'],
    });
    expect(path).toBe(join(folder, '2026-11-21T065841-noop.json'));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...head,
      rows: [
        {
          name: 'noop',
          unit: 's',
          ours: 3,
          reference: 2,
          ratio: 1.5,
          verdict: 'ok',
          limits: [{ kind: 'limit', of: 'ratio', max: 2 }],
        },
      ],
      series: [{ name: 'ours', unit: 's', values: [3, 1, 4], runs: 3, min: 1, median: 3, p50: 3, p95: 4, max: 4 }],
      notes: ['side by side'],
    });
    rmSync(folder, { recursive: true });
  });

  it('carry the moment and the measurement in their name', () => {
    expect(resultName(head)).toBe('2026-11-21T065841-noop.json');
  });
});

describe('the runs of the failover measurement', () => {
  const count = (preset: 'fast' | 'normal', runs: number): readonly string[][] =>
    spread(preset, runs).map((lots) => lots.map((lot) => `${lot.disaster.name} ${lot.runs}`));

  it('have the machine for themselves where seconds count', () => {
    expect(count('fast', 10)).toEqual([['kill 10', 'power cut 10']]);
  });

  it('are made in three labs where each waits for minutes, and none is lost', () => {
    expect(count('normal', 10)).toEqual([['kill 10'], ['power cut 5'], ['power cut 5']]);
    expect(count('normal', 3)).toEqual([['kill 3'], ['power cut 2'], ['power cut 1']]);
    expect(count('normal', 1)).toEqual([['kill 1'], ['power cut 1']]);
  });
});

describe('the memory of a preview', () => {
  const sizing = (clusters: number, ours: number, plain: number): Sizing => {
    const run = (peakMiB: number): MeasuredRun => ({
      ...{ code: 0, stdout: '', stderr: '', seconds: 1, dialled: [] },
      ...{ peakMiB, peakOfMiB: (part) => (part === 'cmd/dynamic-provider' ? 118 : NaN) },
    });
    return { clusters, resources: clusters * 20, ours: [run(ours)], plain: [run(plain)] };
  };

  it('is told apart into what is fixed and what a resource adds', () => {
    const rows = memoryRows([sizing(1, 999, 999), sizing(10, 300 + 60, 200 + 50), sizing(50, 300 + 300, 200 + 250)]);
    expect(rows.map(({ ours, reference }) => [ours, reference])).toEqual([
      [0.3, 0.25],
      [300, 200],
      [118, undefined],
    ]);
  });
});

describe('labSubnet', () => {
  it('counts from 10.77.20.0/24, or from where the caller says', () => {
    expect([labSubnet(1), labSubnet(7)]).toEqual(['10.77.20.0/24', '10.77.26.0/24']);
    expect(labSubnet(2, 45)).toBe('10.77.46.0/24');
  });
});

describe('Cleanups', () => {
  it('undoes newest first, each once, and goes on after one that fails', async () => {
    const done: string[] = [];
    const cleanups = new Cleanups();
    const early = cleanups.add(() => Promise.resolve(void done.push('first')));
    cleanups.add(() => Promise.reject(new Error('stuck')));
    const undoNow = cleanups.add(() => Promise.resolve(void done.push('third')));
    await undoNow();
    await undoNow();
    expect(done).toEqual(['third']);
    expect((await cleanups.runAll()).map(String)).toEqual(['Error: stuck']);
    expect(done).toEqual(['third', 'first']);
    await early();
    expect(done).toEqual(['third', 'first']);
  });
});

describe('runMeasured', () => {
  it('adds up the memory of a process and its children', async () => {
    const child = `const b = Buffer.alloc(120 * 2 ** 20, 1); setTimeout(() => b.length, 1500)`;
    const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;
    const run = await runMeasured(process.execPath, ['-e', parent], { watch: true });
    expect(run.code).toBe(0);
    expect(run.peakMiB).toBeGreaterThan(140);
    expect(run.peakOfMiB('setTimeout')).toBeLessThanOrEqual(run.peakMiB);
    expect(run.peakOfMiB('no such process')).toBeNaN();
    expect(run.seconds).toBeGreaterThan(0.4);
    expect(run.dialled).toEqual([]);
  });

  it('gives back the exit code and both streams', async () => {
    const run = await runMeasured('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect([run.code, run.stdout, run.stderr]).toEqual([3, 'out\n', 'err\n']);
  });

  it('ends the whole process group when the time is over', async () => {
    const run = await runMeasured('sh', ['-c', 'sleep 30 & sleep 30; echo never'], { timeoutMs: 200 });
    expect(run.code).toBe(137);
    expect(run.seconds).toBeLessThan(10);
  });

  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

  it.skipIf(own === undefined)('names whom a process dials (skipped: no address but loopback to dial)', async () => {
    const server = createServer().listen(0, own);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `require('node:net').connect(${port}, '${own}'); setTimeout(() => process.exit(0), 1500)`;
    const run = await runMeasured(process.execPath, ['-e', script], { watch: true });
    server.close();
    expect(run.dialled).toEqual([own]);
  });
});

describe('parseRollup', () => {
  it('tells what a process has alone from what it shares', () => {
    const text = `55d0-7ffc ---p 00000000 00:00 0    [rollup]
Rss:               87000 kB
Pss:               52000 kB
Shared_Clean:      40000 kB
Shared_Dirty:       1000 kB
Private_Clean:      6000 kB
Private_Dirty:     40000 kB
`;
    expect(parseRollup(text)).toEqual({ own: 46000, shared: 41000 });
    expect(parseRollup('')).toEqual({ own: 0, shared: 0 });
  });
});

describe('parseSocketAddress', () => {
  it.each([
    ['0100007F:0CEA', '127.0.0.1'],
    ['0B0712C6:0016', '198.18.7.11'],
    ['0000000000000000FFFF00000B0712C6:0016', '198.18.7.11'],
    ['00000000000000000000000001000000:0016', '::1'],
    ['B80D01200000000000000000010000FE:0016', '2001:db8::fe00:1'],
  ])('reads %s as %s', (text, address) => {
    expect(parseSocketAddress(text)).toBe(address);
  });
});

describe('madeUpCluster', () => {
  it('is a valid cluster, with a host key of its own for each node', () => {
    const parsed = parseClusterSpec(madeUpCluster(49, 5));
    expect(parsed.ok ? [] : parsed.findings).toEqual([]);
    expect(new Set([1, 2, 3].map((at) => fakeHostKey(`k${at}`))).size).toBe(3);
    expect(fakeHostKey('k1')).toBe(fakeHostKey('k1'));
  });
});
