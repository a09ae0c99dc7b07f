// Proves what `npm run report` reads, writes and says: a node that does not answer is named, and nothing is written where none does.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHostKey } from '../../bench/clusterInput';
import type { ExecResult, Remote } from '../../remote/remote';
import { readDrills } from '../../remote/report/readRecords';
import { reportCommand } from '../../scripts/reportCommand';
import { drillRecord } from '../support/drillRecord';
import { LocalRemote } from '../support/localRemote';
import { SWITCHOVER } from '../support/reportRecords';

const STACK = `config:
  kingbase:cluster:
    name: prod
    connection: { user: ops, agent: true }
    failover: { trustedServers: [10.0.0.1, 10.0.0.254] }
    nodes:
      - { name: node1, host: 10.0.0.11, hostKey: '${fakeHostKey('node1')}' }
      - { name: node2, host: 10.0.0.12, hostKey: '${fakeHostKey('node2')}' }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-report-'));
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), STACK);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Node {
  readonly history: ExecResult;
  readonly drills?: string;
}
const said = (stdout: string, code = 0, stderr = ''): ExecResult => ({ code, stdout, stderr });

async function run(nodes: Readonly<Record<string, Node>>, argv: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const told = { out: '', err: '' };
  const asked: string[] = [];
  const code = await reportCommand(['--stack', 'prod', ...argv], {
    env,
    projectFolder: folder,
    userFolder: folder,
    clock: new Date('2026-11-21T13:30:00.123Z'),
    out: (text) => (told.out += `${text}\n`),
    err: (text) => (told.err += `${text}\n`),
    open: ({ host }) =>
      ({
        host,
        exec: (words: readonly string[]) => {
          asked.push(words.join(' '));
          return nodes[host] === undefined
            ? Promise.reject(new Error('no route'))
            : Promise.resolve(nodes[host].history);
        },
        script: (_: string, { directory }: Record<string, string>) => {
          asked.push(`drills in ${directory ?? ''}`);
          return Promise.resolve(said(nodes[host]?.drills ?? ''));
        },
        close: () => undefined,
      }) as unknown as Remote,
  });
  return { code, ...told, asked };
}

const history = (...records: readonly object[]): ExecResult =>
  said(records.map((one) => `${JSON.stringify(one)}\n`).join('') + 'half a rec');
const written = (name = 'report-prod.html'): string => readFileSync(join(folder, name), 'utf8');

describe('npm run report', () => {
  it('writes one page of what every node recorded, and changes nothing on them', async () => {
    const { code, out, asked } = await run({
      '10.0.0.11': { history: history(SWITCHOVER), drills: `${JSON.stringify(drillRecord())}\n{"half":\n` },
      '10.0.0.12': { history: said('', 127, 'no such file') },
    });
    expect({ code, out }).toEqual({ code: 0, out: `${join(folder, 'report-prod.html')}: 1 actions, 1 drills\n` });
    expect([...new Set(asked)]).toEqual([
      '/usr/local/lib/pulumi-kingbase/action.sh --history',
      'drills in /var/lib/pulumi-kingbase/prod/drills',
    ]);
    const page = written();
    for (const text of ['so-1', 'monthly-11', '10.0.0.12', '2026-11-21T13:30:00.123Z', 'lang="en"']) {
      expect(page).toContain(text);
    }
    expect(readdirSync(folder).sort()).toEqual(['Pulumi.prod.yaml', 'report-prod.html']);
  });

  it('names a node that does not answer, and one whose history cannot be read', async () => {
    const { code, err } = await run({ '10.0.0.11': { history: history(SWITCHOVER) } });
    expect({ code, err }).toEqual({ code: 0, err: 'node2: its records could not be read: no route\n' });
    expect(written()).toContain('<td>no route</td>');
    const broken = await run({
      '10.0.0.11': { history: said('', 1, 'disk error') },
      '10.0.0.12': { history: history() },
    });
    expect(broken.err).toBe(
      'node1: its records could not be read: action.sh --history ended with exit code 1: disk error\n',
    );
  });

  it('writes nothing where no node answers', async () => {
    const { code, err } = await run({});
    expect({ code, told: err.includes('no report was written') }).toEqual({ code: 1, told: true });
    expect(existsSync(join(folder, 'report-prod.html'))).toBe(false);
  });

  it.each([
    [['--lang', 'zh'], { LANG: 'C' }, 'zh-CN'],
    [[], { LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [[], { LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'C' }, 'zh-CN'],
    [[], { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
    [['--lang', 'en'], { LANG: 'zh_CN.UTF-8' }, 'en'],
  ])('%j with %j is written in %s', async (argv, env, language) => {
    await run({ '10.0.0.11': { history: history() } }, [...argv, '--out', 'page.html'], env);
    expect(written('page.html')).toContain(`<html lang="${language}">`);
  });

  it('refuses a language that it does not have, and a place where it cannot write', async () => {
    const nodes = { '10.0.0.11': { history: history() } };
    expect(await run(nodes, ['--lang', 'fr'])).toMatchObject({ code: 2, asked: [] });
    const nowhere = await run(nodes, ['--out', 'no/such/page.html']);
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('--out') as string });
  });

  it('reads the drills of a node as they lie there', async () => {
    const drills = join(folder, 'drills');
    const remote = new LocalRemote(folder);
    expect(await readDrills(remote, drills)).toEqual([]);
    mkdirSync(drills);
    writeFileSync(join(drills, 'monthly-11.json'), JSON.stringify(drillRecord(), null, 2));
    writeFileSync(join(drills, 'no-record.json'), '{"id":');
    writeFileSync(join(drills, 'weekly.json'), `${JSON.stringify(drillRecord({ id: 'weekly' }))}\n`);
    writeFileSync(join(drills, 'monthly-11.log'), 'restore');
    expect((await readDrills(remote, drills)).map(({ id }) => id)).toEqual(['monthly-11', 'weekly']);
  });
});
