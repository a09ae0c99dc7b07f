// Proves what `npm run preflight` makes of a stack file: who is asked with which key, which exit code, every finding at once. The checks
// themselves are not run here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHostKey } from '../../bench/clusterInput';
import type { CheckResult, PreflightReport } from '../../core/preflight/types';
import { newCrypter } from '../../lab/engine/secrets';
import type { PreflightNode } from '../../remote/handlers/preflight';
import { preflightCommand } from '../../scripts/preflightCommand';

const node = (name: string, octet: number): object => ({ name, host: `10.0.0.${octet}`, hostKey: fakeHostKey(name) });
const cluster = {
  name: 'prod',
  connection: { user: 'ops', agent: true },
  failover: { trustedServers: ['10.0.0.1', '10.0.0.254'] },
  nodes: [node('node1', 11), { ...node('node2', 12), user: 'admin', port: 2222 }],
};
const result = (verdict: CheckResult['verdict']): CheckResult => ({
  id: 'data-space',
  group: 'storage',
  title: 'room for data',
  node: 'node1',
  verdict,
  found: '1 MiB',
  wanted: '≥ 1024 MiB',
  hint: 'Make room.',
});
const reportOf = (...verdicts: CheckResult['verdict'][]): PreflightReport => ({
  results: verdicts.map(result),
  passed: verdicts.every((verdict) => verdict === 'PASS' || verdict === 'WARN'),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-preflight-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly PreflightNode[] | undefined;
}

async function run(
  argv: readonly string[],
  given: { report?: PreflightReport; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  let asked: readonly PreflightNode[] | undefined;
  const code = await preflightCommand(argv, {
    env: given.env ?? {},
    projectFolder: folder,
    userFolder: folder,
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    look: (nodes) => {
      asked = nodes;
      return Promise.resolve(given.report ?? reportOf('PASS'));
    },
  });
  return { code, ...said, asked };
}

function stackFile(config: object, more: object = {}): void {
  // JSON is YAML.
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), JSON.stringify({ ...more, config }));
}

describe('npm run preflight', () => {
  it('asks every node of the stack, each with its own user, port and pinned key', async () => {
    stackFile({ 'kingbase:cluster': cluster, 'kingbase:passwords': { secure: 'v1:not:read' } });
    const { code, asked } = await run(['--stack', 'prod']);
    expect(code).toBe(0);
    expect(asked?.map(({ connection }) => connection)).toEqual([
      {
        host: '10.0.0.11',
        port: 22,
        user: 'ops',
        agent: true,
        connectTimeoutSeconds: 10,
        hostKey: fakeHostKey('node1'),
      },
      {
        host: '10.0.0.12',
        port: 2222,
        user: 'admin',
        agent: true,
        connectTimeoutSeconds: 10,
        hostKey: fakeHostKey('node2'),
      },
    ]);
    expect(asked?.map(({ request }) => `${request.cluster}/${request.name}`)).toEqual(['prod/node1', 'prod/node2']);
  });

  it('calls a cluster without a name after its stack, as the program does', async () => {
    stackFile({ 'kingbase:cluster': { ...cluster, name: undefined } });
    expect((await run(['--stack', 'prod'])).asked?.[0]?.request.cluster).toBe('prod');
  });

  it.each([
    [['PASS', 'WARN'], 0],
    [['PASS', 'FAIL'], 1],
    [['ERROR'], 1],
  ] as const)('ends with %j in %i', async (verdicts, expected) => {
    stackFile({ 'kingbase:cluster': cluster });
    expect((await run(['--stack', 'prod'], { report: reportOf(...verdicts) })).code).toBe(expected);
  });

  it('prints a table with what to do, and the report itself as JSON', async () => {
    stackFile({ 'kingbase:cluster': cluster });
    const report = reportOf('PASS', 'FAIL');
    const table = await run(['--stack', 'prod'], { report });
    expect(table.out).toContain('data-space');
    expect(table.out).toContain('HINT: Make room.');
    expect(table.out).toContain('preflight of 1 node: 1 PASS, 0 WARN, 1 FAIL, 0 ERROR');
    expect(JSON.parse((await run(['--stack', 'prod', '--json'], { report })).out)).toEqual(report);
  });

  it('shows every finding of a wrong configuration at once, with exit 2, and asks nobody', async () => {
    const wrong = { ...cluster, nodes: [cluster.nodes[0], { ...cluster.nodes[1], host: '10.0.0.11' }], conection: {} };
    stackFile({ 'kingbase:cluster': wrong });
    const { code, err, asked } = await run(['--stack', 'prod']);
    expect([code, asked]).toEqual([2, undefined]);
    expect(err).toContain('nodes[1].host: same address as nodes[0].host');
    expect(err).toContain('conection');
    const json = await run(['--stack', 'prod', '--json']);
    const found = JSON.parse(json.out) as { passed: boolean; findings: { code: string }[] };
    expect(found.passed).toBe(false);
    expect(found.findings.map((finding) => finding.code)).toContain('spec/duplicate-host');
  });

  it('says which file it looked for, and what must stand in it', async () => {
    const missing = await run(['--stack', 'prod']);
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(`${join(folder, 'Pulumi.prod.yaml')}: there is no such file\nHINT: `);
    stackFile({ 'kingbase:passwords': {} });
    expect((await run(['--stack', 'prod'])).err).toContain('kingbase:cluster: is missing\nHINT: ');
    writeFileSync(join(folder, 'Pulumi.prod.yaml'), 'config: [');
    expect((await run(['--stack', 'prod'])).err).toContain('cannot be read: ');
  });

  it('asks for a stack where none is named, and knows --help and a wrong option', async () => {
    expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining('--stack <name>') as string });
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('changes nothing') as string });
    expect(await run(['--stcak', 'prod'])).toMatchObject({ code: 2, asked: undefined });
  });

  it('takes another configuration file, relative to where the user stands', async () => {
    writeFileSync(join(folder, 'other.yaml'), JSON.stringify({ config: { 'kingbase:cluster': cluster } }));
    expect((await run(['--config-file', 'other.yaml'])).code).toBe(0);
  });
});

describe('a private key in the stack file', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----';

  it('is opened with the passphrase of the stack and used for every node', async () => {
    const crypter = await newCrypter('correct horse');
    const config = { 'kingbase:cluster': cluster, 'kingbase:privateKey': { secure: crypter.encrypt(key) } };
    stackFile(config, { encryptionsalt: crypter.salt });
    const opened = await run(['--stack', 'prod'], { env: { PULUMI_CONFIG_PASSPHRASE: 'correct horse' } });
    expect(opened.asked?.map(({ connection }) => connection.privateKey)).toEqual([key, key]);

    writeFileSync(join(folder, 'passphrase'), 'correct horse\n');
    const byFile = await run(['--stack', 'prod'], {
      env: { PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, 'passphrase') },
    });
    expect(byFile.code).toBe(0);

    const wrong = await run(['--stack', 'prod'], { env: { PULUMI_CONFIG_PASSPHRASE: 'wrong' } });
    expect([wrong.code, wrong.asked]).toEqual([2, undefined]);
    expect(wrong.err).toContain('cannot be opened with the passphrase given\nHINT: ');

    const none = await run(['--stack', 'prod']);
    expect([none.code, none.asked]).toEqual([2, undefined]);
    expect(none.err).toContain('no passphrase is given\nHINT: Export PULUMI_CONFIG_PASSPHRASE');
  });

  it('may stand there in clear, and is refused where only the Pulumi CLI can open it', async () => {
    stackFile({ 'kingbase:cluster': cluster, 'kingbase:privateKey': key });
    expect((await run(['--stack', 'prod'])).asked?.[0]?.connection.privateKey).toBe(key);
    const elsewhere = { 'kingbase:cluster': cluster, 'kingbase:privateKey': { secure: 'AAAA' } };
    stackFile(elsewhere, { secretsprovider: 'awskms://alias/x' });
    expect((await run(['--stack', 'prod'])).err).toContain('awskms://alias/x that only the Pulumi CLI opens');
  });
});
