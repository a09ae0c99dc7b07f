// `npm run policy`: what it prints and how it ends, on configuration files in a folder; no engine, no host.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, describe, expect, it } from 'vitest';
import type { PolicyReport } from '../../core/policy/evaluate';
import { policyRules } from '../../core/policy/rules';
import { newCrypter } from '../../lab/engine/secrets';
import { setStackConfig } from '../../lab/engine/stackConfig';
import { policyCommand } from '../../scripts/policyCommand';
import { cluster, hostKey, node } from '../core/spec/exampleCluster';
import { v8r3Input } from '../core/v8r3/exampleV8r3';

const folder = mkdtempSync(join(tmpdir(), 'kingbase-policy-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ALL = policyRules.length;
/** Neither state nor backups nor records: what rests on them is not judged. */
const ABSENT = [
  ...['status', 'backup', 'action', 'restore', 'v8r3', 'awsNodes', 'awsResource'],
  ...['kwdb', 'kwdbBackup', 'kwdbBackups', 'kwdbLevels', 'statements'],
];
const UNJUDGED = policyRules.filter(({ subject }) => ABSENT.includes(subject)).length;
const PLAIN = { system: 'correct-horse-1', esrep: 'battery-staple-2' };

function stack(name: string, input: Record<string, unknown>, more: Record<string, unknown> = {}): string {
  const path = join(folder, `Pulumi.${name}.yaml`);
  writeFileSync(path, dump({ config: { 'kingbase:cluster': input, ...more } }));
  return path;
}

async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const code = await policyCommand(argv, {
    env,
    projectFolder: folder,
    userFolder: folder,
    clock: new Date('2026-11-21T00:00:00Z'),
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

stack('good', cluster({ connection: { user: 'ops' } }), { 'kingbase:passwords': PLAIN });
stack('bad', cluster({ nodes: [node(1), node(2)], archive: { to: 'discard' } }), { 'kingbase:passwords': PLAIN });

/** A stack of V8R3, by `kingbase:v8r3` in place of `kingbase:cluster`. */
function v8r3Stack(name: string, more: Record<string, unknown>, passwords: Record<string, string>): void {
  const config = { 'kingbase:v8r3': v8r3Input(more), 'kingbase:passwords': passwords };
  writeFileSync(join(folder, `Pulumi.${name}.yaml`), dump({ config }));
}

describe('npm run policy on a stack of V8R3', () => {
  const OWN = {
    system: 'correct-horse-1',
    supermanager: 'battery-staple-2',
    pcp: 'paper-clip-33',
    watchdog: 'dog-collar-44',
  };

  it('passes one that is well declared, by its own policies and by those about files and trust', async () => {
    v8r3Stack('r3', {}, OWN);
    const { code, out } = await run(['--stack', 'r3', '--json']);
    const { results, policies } = JSON.parse(out) as PolicyReport;
    expect(
      results.filter(({ level }) => level === 'mandatory').map(({ policy, finding }) => [policy, finding]),
    ).toEqual([]);
    expect(code).toBe(0);
    const judged = policies.filter(({ verdict }) => verdict === 'passed').map(({ policy }) => policy);
    expect(judged).toEqual(
      expect.arrayContaining(policyRules.filter(({ subject }) => subject === 'v8r3').map(({ id }) => id)),
    );
    expect(judged).toContain('kingbase-secrets-refuse-default-passwords');
    // Files of V8R6 that such a host rightly lacks are nobody's objection.
    expect(judged).not.toContain('kingbase-host-require-limits');
  });

  it('refuses the installer’s numbers and passwords', async () => {
    const more = { recovery: {}, trustedServers: ['192.168.1.1'], pool: { healthCheck: { timeoutSeconds: 120 } } };
    v8r3Stack('r3bad', more, { ...OWN, supermanager: 'KINGBASEADMIN', pcp: '123456' });
    const { code, out } = await run(['--stack', 'r3bad', '--json']);
    expect(code).toBe(1);
    const violated = (JSON.parse(out) as PolicyReport).results.filter(({ level }) => level === 'mandatory');
    expect([...new Set(violated.map(({ policy }) => policy))].sort()).toEqual([
      'kingbase-secrets-refuse-default-passwords',
      'kingbase-v8r3-bound-hung-detection',
      'kingbase-v8r3-decide-primary-recovery',
      'kingbase-v8r3-require-two-gateways',
    ]);
  });

  it('says what is wrong with the configuration', async () => {
    v8r3Stack('r3wrong', { pools: ['node101', 'nodeX'] }, OWN);
    const { code, err } = await run(['--stack', 'r3wrong']);
    expect(code).toBe(2);
    expect(err).toContain('pools[1]: "nodeX" is no node of this cluster');
  });
});

describe('npm run policy on a stack of KWDB', () => {
  const DECLARED = {
    secureMode: 'tls',
    nodes: [{ name: 'kw1', host: '192.0.2.41', hostKey: hostKey(1) }],
    connection: { user: 'ops', agent: true },
    wal: { level: 'sync' },
    backup: {
      databases: [{ name: 'plant' }],
      offMachine: { host: '192.0.2.50', hostKey: hostKey(2), directory: '/backups/plant' },
    },
  };
  const kwdbStack = (name: string, input: object): void =>
    writeFileSync(join(folder, `Pulumi.${name}.yaml`), dump({ config: { 'kingbase:kwdb': input } }));

  it('passes one that is well declared, by its own policies', async () => {
    kwdbStack('kw', DECLARED);
    const { code, out } = await run(['--stack', 'kw', '--json']);
    const { results, policies } = JSON.parse(out) as PolicyReport;
    expect({ code, results }).toEqual({ code: 0, results: [] });
    const passed = policies.filter(({ verdict }) => verdict === 'passed').map(({ policy }) => policy);
    const own = policyRules.filter(({ id, restsOn }) => id.includes('kwdb') && restsOn !== 'observed');
    expect(passed).toEqual(expect.arrayContaining(own.map(({ id }) => id)));
  });

  it('refuses the insecure mode, a waiver that ended, and a cluster without a backup', async () => {
    const waiver = { owner: 'Li Wei', reason: 'bulk load', until: '2026-11-01' };
    const { backup: _, ...rest } = DECLARED;
    kwdbStack('kwbad', { ...rest, secureMode: 'insecure', wal: { level: 'off', waiver, checkpointInterval: '5m' } });
    const { code, out } = await run(['--stack', 'kwbad', '--json']);
    expect(code).toBe(1);
    expect((JSON.parse(out) as PolicyReport).results.map(({ policy }) => policy).sort()).toEqual([
      'kingbase-kwdb-bound-checkpoint-interval',
      'kingbase-kwdb-refuse-insecure',
      'kingbase-kwdb-waive-lower-level',
      'kingbase-stack-require-kwdb-backup',
    ]);
  });

  it('says what is wrong with the configuration', async () => {
    kwdbStack('kwwrong', { ...DECLARED, wal: { level: 'fast' } });
    const { code, err } = await run(['--stack', 'kwwrong']);
    expect({ code, wrong: err.includes('wal.level') }).toEqual({ code: 2, wrong: true });
  });
});

describe('npm run policy', () => {
  it('passes a stack that only has remarks, and names what it could not judge', async () => {
    const { code, out } = await run(['--stack', 'good']);
    expect(code).toBe(0);
    expect(out).toContain(
      '    wanted: Several trusted servers on different paths\n' +
        '    failover.trustedServers: 1 declared; at least 2 are wanted\n' +
        '    HINT: Name a second address that stays up when the first does not: another gateway, a DNS or NTP server outside the cluster.\n',
    );
    expect(out).toMatch(/not judged, it rests on what the nodes said .*: kingbase-status-require-/);
    expect(out).toMatch(
      new RegExp(
        `\n${ALL} policies: \\d+ passed, 0 mandatory violated, \\d+ advisory violated, 0 waived, ${UNJUDGED} not judged, 1 disabled$`,
      ),
    );
  });

  it('fails on a mandatory violation, which stands first, and says it once for all nodes', async () => {
    const { code, out } = await run(['--stack', 'bad']);
    expect(code).toBe(1);
    expect(out.split('\n')[0]).toMatch(
      /^mandatory {2}critical {2}kingbase-server-require-archive-command +bad-node1-member, bad-node2-member$/,
    );
    expect(out.indexOf('mandatory')).toBeLessThan(out.indexOf('advisory '));
    expect(out).toContain('3 mandatory violated');
  });

  it('refuses a record that may delete a database without its confirmation, and one that nobody understands', async () => {
    const record = { requestId: 'reclone-1', kind: 'reclone', inputs: { node: 'node2', oldData: 'remove' } };
    const declared = (...records: readonly object[]): string[] => {
      stack('records', cluster({ connection: { user: 'ops' } }), {
        'kingbase:passwords': PLAIN,
        'kingbase:actions': records,
      });
      return ['--stack', 'records'];
    };
    const refused = await run(declared(record));
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^mandatory .*kingbase-action-confirm-destructive +records-reclone-reclone-1$/m);
    expect((await run(declared({ ...record, confirm: 'change-4711' }))).code).toBe(0);
    const wrong = await run(declared({ ...record, kind: 'recloan' }));
    expect({ code: wrong.code, err: wrong.err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('kingbase:actions[0].kind: "recloan" is no kind of action') as string,
    });
  });

  it('prints the report as JSON', async () => {
    const { code, out } = await run(['--stack', 'bad', '--json']);
    const report = JSON.parse(out) as PolicyReport;
    expect(code).toBe(1);
    expect(report.passed).toBe(false);
    expect(report.results.find((one) => one.policy === 'kingbase-cluster-require-wal-archive')).toMatchObject({
      level: 'mandatory',
      state: 'violated',
      resources: ['bad'],
      finding: { path: 'archive.to', code: 'kingbase-cluster-require-wal-archive' },
    });
  });

  it('prints Markdown, JUnit and SARIF for reviews', async () => {
    const markdown = (await run(['--stack', 'bad', '--format', 'markdown'])).out;
    expect(markdown).toContain(`**Policies: refused** (${ALL} policies: `);
    expect(markdown).toContain('| mandatory | `kingbase-cluster-require-wal-archive` | archive.to | is discard: ');
    const junit = (await run(['--stack', 'bad', '--format', 'junit'])).out;
    expect(junit).toContain(
      `<testsuite name="pulumi-kingbase policies" tests="${ALL}" failures="3" errors="0" skipped="`,
    );
    expect(junit).toContain(
      '<testcase classname="policy.backup" name="kingbase-cluster-require-wal-archive">\n      <failure',
    );
    const sarif = JSON.parse((await run(['--stack', 'bad', '--format', 'sarif'])).out) as {
      runs: {
        tool: { driver: { rules: object[] } };
        results: { ruleId: string; level: string; locations: object[] }[];
      }[];
    };
    expect(sarif.runs[0]?.tool.driver.rules).toHaveLength(ALL);
    expect(sarif.runs[0]?.results[0]).toMatchObject({
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'Pulumi.bad.yaml' } } }],
    });
    expect((await run(['--stack', 'good', '--format', 'markdown'])).out).toMatch(/^\*\*Policies: passed\*\*/);
  });

  it('takes levels and waivers from a pack configuration, and refuses one that it does not understand', async () => {
    const waivers = [{ cluster: 'bad', owner: 'Li Wei', reason: 'witness ordered', until: '2026-12-31' }];
    const config = join(folder, 'pack.json');
    writeFileSync(config, JSON.stringify({ all: 'advisory', 'kingbase-cluster-require-witness-for-two': { waivers } }));
    const waived = await run(['--stack', 'bad', '--policy-pack-config', 'pack.json']);
    expect(waived.code).toBe(0);
    expect(waived.out).toContain('waived by Li Wei until 2026-12-31: witness ordered');
    writeFileSync(config, JSON.stringify({ 'kingbase-cluster-require-witnes': 'disabled' }));
    const wrong = await run(['--stack', 'good', '--policy-pack-config', 'pack.json']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('no policy is called "kingbase-cluster-require-witnes"\nHINT: ');
    writeFileSync(config, '[]');
    expect((await run(['--stack', 'good', '--policy-pack-config', 'pack.json'])).err).toContain('is not an object');
    expect((await run(['--stack', 'good', '--policy-pack-config', 'no.json', '--json'])).out).toContain(
      'cannot be read',
    );
  });

  it('judges sealed passwords where the passphrase opens them, never shows them, and says so where it does not', async () => {
    const path = stack('sealed', cluster());
    for (const [name, value] of Object.entries({ system: '12345678ab', esrep: 'battery-staple-2' })) {
      const change = { key: `kingbase:passwords.${name}`, value, secret: true, path: true };
      await setStackConfig({ file: path, passphrase: 'horse', project: 'kingbase' }, change);
    }
    const opened = await run(['--stack', 'sealed'], { PULUMI_CONFIG_PASSPHRASE: 'horse' });
    expect(opened.code).toBe(1);
    expect(opened.out).toContain('passwords.system: is a default of the vendor’s');
    expect(opened.out).not.toContain('12345678ab');
    expect((await run(['--stack', 'sealed'])).out).toContain(
      'not judged, the passwords are secrets, and no passphrase is given (PULUMI_CONFIG_PASSPHRASE): kingbase-secrets-',
    );
    expect((await run(['--stack', 'sealed'], { PULUMI_CONFIG_PASSPHRASE: 'wrong' })).out).toContain(
      'not judged, the passphrase given does not open the passwords: kingbase-secrets-',
    );
    const whole = await newCrypter('horse');
    const secure = whole.encrypt(JSON.stringify({ system: 'esrep', esrep: 'battery-staple-2' }));
    writeFileSync(
      path,
      dump({ encryptionsalt: whole.salt, config: { 'kingbase:cluster': cluster(), 'kingbase:passwords': { secure } } }),
    );
    expect((await run(['--stack', 'sealed'], { PULUMI_CONFIG_PASSPHRASE: 'horse' })).out).toContain(
      'passwords.system: is a',
    );
    expect((await run(['--stack', 'sealed'])).out).toContain('no passphrase is given');
  });

  it('shows every finding of a specification that is wrong, and usage where it is asked wrongly', async () => {
    stack('wrong', cluster({ clients: ['0.0.0.0/0'], virtualIp: '10.77.0.11/24' }));
    const wrong = await run(['--stack', 'wrong']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/virtualIp: .*\n[\s\S]*clients\[0\]: /);
    expect((await run([])).code).toBe(2);
    expect((await run(['--stack', 'none'])).err).toContain('there is no such file');
    expect((await run(['--help'])).out).toContain('npm run policy -- --stack prod');
    expect((await run(['--stack', 'good', '--format', 'xml'])).code).toBe(2);
  });
});
