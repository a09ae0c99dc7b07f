// Proves what `npm run drill` asks of the repository node, how it follows a drill over several connections, and how it ends.
// What drill.sh does there is shown in test/core/render/drillFiles.test.ts and in the lab.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHostKey } from '../../bench/clusterInput';
import type { ExecResult, Remote } from '../../remote/remote';
import { drillCommand } from '../../scripts/drillCommand';
import { drillRecord } from '../support/drillRecord';

const node = (name: string, octet: number): object => ({ name, host: `10.0.0.${octet}`, hostKey: fakeHostKey(name) });
const cluster = {
  name: 'prod',
  connection: { user: 'ops', agent: true },
  failover: { trustedServers: ['10.0.0.1', '10.0.0.254'] },
  nodes: [node('node1', 11), node('node2', 12), { ...node('repo', 14), role: 'repository' }],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-drill-'));
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), JSON.stringify({ config: { 'kingbase:cluster': cluster } }));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly string[];
}

const answer = (code: number, stdout = '', stderr = ''): ExecResult => ({ code, stdout, stderr });

async function run(argv: readonly string[], answers: readonly ExecResult[] = []): Promise<Ran> {
  const said = { out: '', err: '' };
  const asked: string[] = [];
  const left = [...answers];
  const code = await drillCommand(['--stack', 'prod', ...argv], {
    env: {},
    projectFolder: folder,
    userFolder: folder,
    clock: new Date('2026-11-21T13:30:00.123Z'),
    out: (text) => (said.out += `${text}\n`),
    err: (text) => (said.err += `${text}\n`),
    open: ({ host }) =>
      ({
        host,
        exec: (words: readonly string[]) => {
          asked.push(`${host} ${words.join(' ')}`);
          const next = left.shift();
          return next === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(next);
        },
        close: () => undefined,
      }) as unknown as Remote,
  });
  return { code, ...said, asked };
}

const SH = '10.0.0.14 /usr/local/lib/pulumi-kingbase/drill.sh';
const record = JSON.stringify(drillRecord());

describe('npm run drill', () => {
  it('starts a drill, attaches to it again and again, and shows each line of progress once', async () => {
    const { code, out, err, asked } = await run(
      [],
      [answer(3, '', '[0s] a\n[1s] b\n'), answer(3, '', ''), answer(0, record, '[2s] c\n')],
    );
    expect(asked).toEqual([
      `${SH} --poll -1 --id manual-20261121T133000Z`,
      `${SH} --poll 2 --id manual-20261121T133000Z`,
      `${SH} --poll 2 --id manual-20261121T133000Z`,
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '[0s] a\n[1s] b\n[2s] c\n' });
    expect(out).toContain('PASSED');
  });

  it('passes on what was asked for', async () => {
    const argv = [
      '--id',
      'd1',
      '--target',
      'xid=5',
      '--timeline',
      '2',
      '--set',
      '20261121-132758F',
      '--no-verify',
      '--json',
    ];
    const { code, out, asked } = await run(argv, [answer(0, record)]);
    expect(asked).toEqual([`${SH} --poll -1 --id d1 --target xid=5 --timeline 2 --set 20261121-132758F --no-verify`]);
    expect({ code, out: JSON.parse(out) as unknown }).toEqual({ code: 0, out: drillRecord() });
  });

  it.each([
    ['a drill that failed', answer(1, JSON.stringify(drillRecord({ verdict: 'failed', reasons: ['x'] }))), 1],
    ['a drill without a record', answer(1, '', 'ended without a record'), 1],
    ['a drill beside another', answer(75, '', 'another drill runs: d0'), 75],
    ['an answer that is no record', answer(0, '{}'), 1],
    ['a node without the program', answer(127, '', 'not found'), 2],
  ])('ends %s with its code', async (_, said, code) => {
    expect((await run([], [said])).code).toBe(code);
  });

  it('asks with --dry-run only whether the target is covered', async () => {
    const covered = { covered: true, backup: 'B', bytes: 1048576, freeBytes: 3145728, directory: '/d' };
    const done = await run(['--dry-run', '--id', 'd1'], [answer(0, JSON.stringify(covered))]);
    expect(done).toMatchObject({
      code: 0,
      out: 'covered: backup B, 1 MiB into /d, where 3 MiB are free\n',
      asked: [`${SH} --dry-run --id d1`],
    });
    const not = await run(['--dry-run'], [answer(1, '{"covered":false,"reason":"later than all WAL"}')]);
    expect(not).toMatchObject({ code: 1, out: 'NOT COVERED: later than all WAL\n' });
  });

  it.each([
    [['--target', 'time=2026-11-21T13:30:00'], 'needs date, time and zone'],
    [['--id', '../x'], 'is no request id'],
    [['--timeline', 'two'], 'is no number of a timeline'],
    [['--node', 'node9'], 'there is no node "node9"'],
    [['--wrong'], "unknown option '--wrong'"],
  ])('refuses %j, and asks no host', async (argv, message) => {
    const { code, err, asked } = await run(argv);
    expect({ code, asked, told: err.includes(message) }).toEqual({ code: 2, asked: [], told: true });
  });

  it('explains itself', async () => {
    expect((await run(['--help'])).out).toContain('npm run drill -- --stack prod');
  });
});
