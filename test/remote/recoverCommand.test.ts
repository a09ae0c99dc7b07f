// Proves what `npm run recover` writes, asks and runs, and that it leaves the operator's file as it was where nothing is run. What the
// actions do on a node is shown in test/remote/action and in the lab.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHostKey } from '../../bench/clusterInput';
import type { ExecResult, Remote } from '../../remote/remote';
import { recoverCommand } from '../../scripts/recoverCommand';
import { withRecord } from '../../scripts/recoverConfig';

const node = (name: string, octet: number): string =>
  `      - { name: ${name}, host: 10.0.0.${octet}, hostKey: '${fakeHostKey(name)}' }`;
const STACK = `# Ours, by hand.
config:
  kingbase:cluster:
    name: prod
    connection: { user: ops, agent: true } # the bastion's agent
    failover: { trustedServers: [10.0.0.1, 10.0.0.254] }
    nodes:
${node('node1', 11)}
${node('node2', 12)}
  other:key: value
`;
const WRITTEN = `  kingbase:actions:
    - requestId: rejoin-node1-20261121T133000Z
      kind: rejoin
      inputs:
        node: node1
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-recover-'));
  file = join(folder, 'Pulumi.prod.yaml');
  writeFileSync(file, STACK);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly codes?: Readonly<Record<string, number>>;
  readonly answer?: string;
  readonly nodes?: Readonly<Record<string, ExecResult>>;
}

async function run(argv: readonly string[], { codes = {}, answer = 'y', nodes = {} }: Given = {}) {
  const said = { out: '', err: '' };
  const asked: string[] = [];
  const code = await recoverCommand(['--stack', 'prod', ...argv], {
    env: {},
    projectFolder: folder,
    userFolder: folder,
    clock: new Date('2026-11-21T13:30:00.123Z'),
    out: (text) => (said.out += `${text}\n`),
    err: (text) => (said.err += `${text}\n`),
    ask: (question) => {
      asked.push(question.trim());
      return Promise.resolve(answer);
    },
    engine: (verb, { stack, configFile }) => {
      asked.push(`${verb} ${stack} ${readFileSync(configFile, 'utf8') === STACK ? 'without' : 'with'} the record`);
      return Promise.resolve(codes[verb] ?? 0);
    },
    open: ({ host }) =>
      ({
        host,
        exec: (words: readonly string[]) => {
          asked.push(`${host} ${words.join(' ')}`);
          const found = nodes[host];
          return found === undefined ? Promise.reject(new Error('no route')) : Promise.resolve(found);
        },
        close: () => undefined,
      }) as unknown as Remote,
  });
  return { code, ...said, asked };
}

const ACTION = '/usr/local/lib/pulumi-kingbase/action.sh';
const BOTH = ['preview prod with the record', 'Run it now? [y/N]', 'up prod with the record'];

describe('npm run recover', () => {
  it('writes the record, shows the preview, asks, and runs', async () => {
    const { code, out, asked } = await run(['rejoin', '--node', 'node1']);
    expect({ code, asked }).toEqual({ code: 0, asked: BOTH });
    expect(out).toContain('rejoin rejoin-node1-20261121T133000Z: on node1: looks who leads');
    expect(readFileSync(file, 'utf8')).toBe(STACK + WRITTEN);
  });

  it('asks nobody with --yes, and hands on what was asked for in its types', async () => {
    const argv = [
      'reclone',
      '--node',
      'node1',
      '--input',
      'maxRate=20',
      '--input',
      'source=primary',
      '--id',
      'c1',
      '--yes',
    ];
    expect((await run([...argv, '--confirm', '0123456789abcdef'])).asked).toEqual([BOTH[0], BOTH[2]]);
    expect(
      (load(readFileSync(file, 'utf8')) as { config: Record<string, unknown> }).config['kingbase:actions'],
    ).toEqual([
      {
        requestId: 'c1',
        kind: 'reclone',
        inputs: { node: 'node1', maxRate: 20, source: 'primary' },
        confirm: '0123456789abcdef',
      },
    ]);
  });

  it.each<[string, Given, number, string]>([
    ['the preview is refused', { codes: { preview: 1 } }, 1, 'the preview was refused: the record was taken out again'],
    ['the operator says no', { answer: '' }, 2, 'not agreed: the record was taken out again'],
  ])('leaves the file as it was where %s', async (_, given, calls, message) => {
    const { code, err, asked } = await run(['rejoin', '--node', 'node1'], given);
    expect({ code, calls: asked.length, told: err.includes(message) }).toEqual({ code: 1, calls, told: true });
    expect(readFileSync(file, 'utf8')).toBe(STACK);
  });

  it('keeps the record of a run that did not succeed, and takes the same id up again without a second one', async () => {
    const first = await run(['rejoin', '--node', 'node1', '--id', 'r1', '--yes'], { codes: { up: 1 } });
    expect({ code: first.code, told: first.err.includes('run the same again with --id r1') }).toEqual({
      code: 1,
      told: true,
    });
    const kept = readFileSync(file, 'utf8');
    expect((await run(['rejoin', '--node', 'node1', '--id', 'r1', '--yes'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(kept);
  });

  it.each([
    [
      'another input',
      ['rejoin', '--node', 'node1', '--input', 'maxRung=start'],
      ['maxRung: it is "", and "start" now'],
    ],
    ['another node', ['rejoin', '--node', 'node2'], ['node: it is "node1", and "node2" now']],
    ['a token', ['rejoin', '--node', 'node1', '--confirm', '0123456789abcdef'], ['confirm: it is ""']],
    ['another kind', ['reclone', '--node', 'node1', '--input', 'source=primary'], ['source: ', 'kind: it is "rejoin"']],
  ])('refuses an id that is taken, with %s, and runs nothing', async (_, argv, messages) => {
    await run(['rejoin', '--node', 'node1', '--id', 'r1', '--yes'], { codes: { up: 1 } });
    const kept = readFileSync(file, 'utf8');
    const { code, err, asked } = await run([...argv, '--id', 'r1', '--yes']);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    const said = err.replaceAll(' in the record', '');
    expect(messages.filter((message) => !said.includes(`r1.${message}`))).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(kept);
  });

  it('only looks with --dry-run', async () => {
    const nodes = { '10.0.0.11': { code: 3, stdout: 'REFUSED rejoin/no-primary: x\n', stderr: '' } };
    const { code, out, asked } = await run(['rejoin', '--node', 'node1', '--id', 'r1', '--dry-run'], { nodes });
    expect({ code, asked }).toEqual({ code: 1, asked: [`10.0.0.11 ${ACTION} --dry-run r1 rejoin node=node1`] });
    expect(out).toContain('REFUSED rejoin/no-primary');
    expect(readFileSync(file, 'utf8')).toBe(STACK);
  });

  it('lists what was done on every node in its order, and says which node could not be asked', async () => {
    const line = (requestId: string, startedAt: string) =>
      JSON.stringify({
        requestId,
        kind: 'rejoin',
        cluster: 'prod',
        node: 'node1',
        inputs: {},
        state: 'succeeded',
        reason: null,
        startedAt,
        seconds: 12,
      });
    const stdout = `${line('late', '2026-11-21T14:00:00Z')}\n${line('early', '2026-11-20T14:00:00Z')}\n`;
    const { code, out, err } = await run(['history'], { nodes: { '10.0.0.11': { code: 0, stdout, stderr: '' } } });
    expect(code).toBe(0);
    expect(out).toBe(
      '2026-11-20T14:00:00Z  succeeded   rejoin       node1      early 12 s\n2026-11-21T14:00:00Z  succeeded   rejoin       node1      late 12 s\n',
    );
    expect(err).toBe('node2: its history could not be read: no route\n');
  });

  it.each([
    [['fly', '--node', 'node1'], '"fly" is no kind of action'],
    [['rejoin'], 'rejoin.inputs.node: is missing'],
    [['rejoin', '--node', 'node9'], 'there is no database node "node9"'],
    [['rejoin', '--node', 'node1', '--input', 'maxRung=far'], '"far" is not known'],
    [['reclone', '--node', 'node1', '--input', 'maxRate=0'], '0 is no rate'],
    [['rejoin', '--node', 'node1', '--id', '../x'], 'is no request id'],
  ])('refuses %j with what to do, and changes nothing', async (argv, message) => {
    const { code, err, asked } = await run(argv);
    expect({ code, asked, told: err.includes(message) }, err).toEqual({ code: 2, asked: [], told: true });
    expect(err).toContain('HINT: ');
    expect(readFileSync(file, 'utf8')).toBe(STACK);
  });

  it('says where the programs are not on the node yet', async () => {
    const nodes = { '10.0.0.11': { code: 127, stdout: '', stderr: '' } };
    expect((await run(['rejoin', '--node', 'node1', '--dry-run'], { nodes })).err).toContain(
      'Run `pulumi up` without the record once',
    );
  });

  it('explains itself, with every kind and its inputs', async () => {
    const { out } = await run(['--help']);
    expect(out).toContain('rejoin: Brings a node back');
    expect(out).toContain('maxRung    the worst step it may take');
  });
});

describe('withRecord', () => {
  const record = { requestId: 'r2', kind: 'rejoin', inputs: { node: 'node1' } };
  const records = (text: string): unknown =>
    (load(text) as { config: Record<string, unknown> }).config['kingbase:actions'];

  it.each([
    [
      'behind a list that is there',
      'config:\n  kingbase:actions:\n    - { requestId: r1, kind: drill } # done\n\n  a:b: c\nother: 1\n',
    ],
    ['to a list that is not indented', 'config:\n  kingbase:actions:\n  - requestId: r1\n    kind: drill\n  a:b: c\n'],
    ['to an empty list', 'config:\n  kingbase:actions: []\n  a:b: c\n'],
    ['to a file indented by four', 'config:\n    a:b: c\n# the end\n'],
  ])('adds it %s, and leaves every line that was there', (_, text) => {
    const written = withRecord(text, record, 'x');
    expect((records(written) as unknown[]).at(-1)).toEqual(record);
    const left = text.split('\n').filter((line) => line !== '' && !line.includes('[]'));
    expect(left.filter((line) => !written.includes(line))).toEqual([]);
  });

  it('writes nothing where the list is in a form that it would have to rewrite', () => {
    expect(() => withRecord('config: { kingbase:actions: [{ requestId: r1 }] }\n', record, 'x')).toThrow(
      'Add it by hand',
    );
  });
});
