// Proves what `npm run incident` reads, writes and says: folders, rotated and compressed files in any order, skew, zone, configuration, JSON and page,
// and what it refuses. The files are those of a captured failover.
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Analysis, Incident } from '../../core/incident/incidentTypes';
import { incidentCommand } from '../../scripts/incidentCommand';
import { LOGS } from '../support/incidents';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-incident-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(...argv: readonly string[]) {
  const told = { out: '', err: '' };
  const code = await incidentCommand(argv, {
    ...{ env: { LANG: 'en_US.UTF-8' }, projectFolder: folder, userFolder: folder, clock: new Date(0) },
    out: (text) => (told.out += `${text}\n`),
    err: (text) => (told.err += `${text}\n`),
  });
  return { code, ...told };
}

async function analysisOf(...argv: readonly string[]): Promise<Analysis> {
  const { code, out } = await run(...argv, '--json', '-');
  expect(code).toBe(0);
  return JSON.parse(out) as Analysis;
}

const take = (scenario: string): void => cpSync(join(LOGS, scenario), folder, { recursive: true });

/** What does not hang on where the files lie. */
function told({ incidents }: Analysis): unknown {
  return incidents.map(({ kind, outcome, begin, executor, newPrimary, durations, findings }: Incident) => ({
    ...{ kind, outcome, begin, executor, newPrimary, durations },
    rules: findings.map(({ rule, level }) => `${rule} ${level}`).sort(),
  }));
}

/** Cuts a log in pieces at whole lines. */
function rotate(path: string, pieces: number): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const size = Math.ceil(lines.length / pieces);
  return Array.from({ length: pieces }, (_, at) => `${lines.slice(at * size, (at + 1) * size).join('\n')}\n`);
}

describe('the JSON', () => {
  it('is the analysis: version, zone, files with their nodes, one incident', async () => {
    take('killdb');
    const analysis = await analysisOf('.', '--tz', 'Asia/Shanghai');
    expect(analysis).toMatchObject({ version: 1, timeZone: 'Asia/Shanghai', skew: {}, unread: [], omitted: 0 });
    expect(analysis.files.map(({ name, node, kinds }) => [name.slice(folder.length + 1), node, kinds])).toEqual([
      ['node101/log/cluster.log', 'node101', ['cluster']],
      ['node101/log/failover.log', 'node101', ['failover']],
      ['node101/log/recovery.log', 'node101', ['recovery']],
      ['node102/log/cluster.log', 'node102', ['cluster']],
    ]);
    const [incident] = analysis.incidents;
    expect(analysis.incidents).toHaveLength(1);
    expect(incident).toMatchObject({
      kind: 'primary-failover',
      executor: 'node101',
      begin: '2026-11-21T03:08:09+08:00',
    });
    expect(incident?.timeline.every(({ time, file, line }) => time.endsWith('+08:00') && file !== '' && line > 0)).toBe(
      true,
    );
  });

  it('has no offset where nobody named a zone, and the text says so', async () => {
    take('killdb');
    expect((await analysisOf('.')).incidents[0]?.begin).toBe('2026-11-21T03:08:09');
    expect((await run('.')).out).toContain('their time zone is in no log and was not given');
  });

  it('goes to a file beside the text, and the page to another', async () => {
    take('killdb');
    const { code, out } = await run('.', '--json', 'out.json', '--html', 'out.html', '--lang', 'zh');
    expect(code).toBe(0);
    expect(out).toContain('━━ 1/1 2026-11-21T03:08:09');
    expect((JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as Analysis).incidents).toHaveLength(1);
    const page = readFileSync(join(folder, 'out.html'), 'utf8');
    expect(page).toContain('<html lang="zh-CN">');
    for (const text of [out, page]) expect(text).not.toContain('MTIzNDU2');
  });
});

describe('files', () => {
  it('that were rotated are one log, whatever their names and their order', async () => {
    take('killdb');
    const whole = told(await analysisOf('.'));
    const log = join(folder, 'node101', 'log', 'cluster.log');
    const pieces = rotate(log, 3);
    rmSync(log);
    // The newest has the bare name; one is compressed, and the numbers run against the time.
    writeFileSync(`${log}.2`, pieces[0] ?? '');
    writeFileSync(`${log}.1.gz`, gzipSync(pieces[1] ?? ''));
    writeFileSync(log, pieces[2] ?? '');
    const analysis = await analysisOf('.');
    expect(told(analysis)).toEqual(whole);
    expect(
      analysis.files
        .filter(({ name }) => name.includes('node101/log/cluster.log'))
        .map(({ name }) => name.slice(log.length)),
    ).toEqual(['.2', '.1.gz', '']);
    const given = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.log'));
    for (const order of [given, [...given].reverse()]) expect(told(await analysisOf(...order))).toEqual(whole);
  });

  it('that are compressed say the same', async () => {
    take('s1-host-shutdown');
    const whole = told(await analysisOf('.'));
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.log'),
    )) {
      writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name))));
      rmSync(join(folder, name));
    }
    expect(told(await analysisOf('.'))).toEqual(whole);
  });

  it('that break off in the middle of their compression are read up to there, and named', async () => {
    take('killdb');
    const log = join(folder, 'node101', 'log', 'cluster.log');
    const bytes = gzipSync(readFileSync(log));
    writeFileSync(`${log}.gz`, bytes.subarray(0, bytes.length - 40));
    rmSync(log);
    const analysis = await analysisOf('.');
    expect(analysis.unread).toHaveLength(1);
    expect(analysis.unread[0]?.why).toMatch(/^cluster\.log\.gz is read up to where it breaks: /);
    expect(analysis.incidents[0]).toMatchObject({ kind: 'primary-failover', outcome: 'failed-over' });
  });

  it('of one name from two nodes are told apart by node=path', async () => {
    copyFileSync(join(LOGS, 'killdb/node101/log/cluster.log'), join(folder, 'a.log'));
    copyFileSync(join(LOGS, 'killdb/node102/log/cluster.log'), join(folder, 'b.log'));
    const { files, incidents } = await analysisOf('first=a.log', 'second=b.log');
    expect(files.map(({ node }) => node)).toEqual(['first', 'second']);
    expect(incidents).toHaveLength(1);
  });

  it('that hold nothing of ours are passed over in a folder, and named where they were named', async () => {
    take('killdb');
    writeFileSync(join(folder, 'notes.txt'), 'buy milk\n');
    expect((await analysisOf('.')).unread).toEqual([]);
    expect(
      (await analysisOf('node101', 'notes.txt', 'gone.log')).unread.map(({ file, why }) => [
        file.slice(folder.length + 1),
        why,
      ]),
    ).toEqual([
      ['notes.txt', 'holds nothing that this tool knows'],
      ['gone.log', expect.stringContaining('ENOENT') as string],
    ]);
  });
});

describe('--skew', () => {
  it('is added to the moments of that node, under its name, and puts right what the clocks had wrong', async () => {
    take('killdb');
    const log = join(folder, 'node102', 'log', 'cluster.log');
    const moved = readFileSync(log, 'utf8').replace(
      /2026-11-21 03:(\d\d)/g,
      (_, minute: string) => `2026-11-21 03:${String(Number(minute) + 3).padStart(2, '0')}`,
    );
    writeFileSync(log, moved);
    const wrong = await analysisOf('.');
    expect(wrong.incidents[0]?.findings.find(({ rule }) => rule === 'clock-skew')?.args).toMatchObject({
      node: 'node102',
      fix: '-180s',
    });
    const right = await analysisOf('.', '--skew', 'node102=-3m');
    expect(right.skew).toEqual({ node102: -180 });
    expect(right.incidents).toHaveLength(1);
    expect(right.incidents[0]?.findings.map(({ rule }) => rule)).not.toContain('clock-skew');
    expect(
      right.incidents[0]?.timeline.filter(({ node }) => node === 'node102').every(({ offset }) => offset < 60),
    ).toBe(true);
  });
});

describe('--config', () => {
  const POOL =
    "health_check_period = 1\nhealth_check_timeout = 20\nhealth_check_max_retries = 3\nhealth_check_retry_delay = 2 # s\nconnect_timeout = 10000\nsearch_primary_node_timeout = 10\nbackend_hostname0 = '192.168.1.101'\nbackend_hostname1 = '192.168.1.102'\npcp_password = 'Clear9Text'\n";

  it('gives the expected range its numbers', async () => {
    take('killdb');
    writeFileSync(join(folder, 'pool.conf'), POOL);
    expect((await analysisOf('node101', 'node102')).incidents[0]?.expected?.from).toBe('inferred');
    const { incidents, unread } = await analysisOf('node101', 'node102', '--config', 'pool.conf');
    expect(unread).toEqual([]);
    expect(incidents[0]?.expected).toMatchObject({
      from: 'configuration',
      fault: 'refused',
      maxRetries: 3,
      retryDelay: 2,
      assumed: [],
      detection: { best: 6, worst: 7 },
    });
  });

  it('is found in a folder too, and none of its secrets is written', async () => {
    take('killdb');
    mkdirSync(join(folder, 'etc'));
    writeFileSync(join(folder, 'etc', 'kingbasecluster.conf'), POOL);
    writeFileSync(
      join(folder, 'etc', 'HAmodule.conf'),
      'KB_ALL_IP=(192.168.1.101 192.168.1.102)\nALL_NODE_NAME=(node101 node102)\nAUTO_PRIMARY_RECOVERY=0\nKB_PASS="MTIzNDU2"\n',
    );
    const analysis = await analysisOf('.');
    expect(analysis.incidents[0]?.expected?.from).toBe('configuration');
    expect(JSON.stringify(analysis)).not.toMatch(/Clear9Text|MTIzNDU2/);
  });

  it('that is none is refused', async () => {
    take('killdb');
    writeFileSync(join(folder, 'other.conf'), 'a = b\n');
    const { code, err } = await run('.', '--config', 'other.conf');
    expect(code).toBe(2);
    expect(err).toContain('neither kingbasecluster.conf nor HAmodule.conf: other.conf');
  });
});

describe('what is wrong with a command', () => {
  it('is said all at once, with a hint', async () => {
    take('killdb');
    const { code, err, out } = await run('.', '--tz', 'Mars/Olympus', '--skew', 'node101', '--skew', '=+2s');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('no such time zone "Mars/Olympus"');
    expect(err).toContain('not node=±seconds: "node101"');
    expect(err).toContain('not node=±seconds: "=+2s"');
    expect(err).toContain('HINT: Write for example node101=+2s or node102=-1m30s.');
  });

  it('is code 2 for an unknown option and 1 where there is no log', async () => {
    expect((await run('.', '--nonsense')).code).toBe(2);
    const nothing = await run('.');
    expect(nothing.code).toBe(1);
    expect(nothing.err).toContain('no log could be read\nHINT: name cluster.log, failover.log or recovery.log');
  });
});
