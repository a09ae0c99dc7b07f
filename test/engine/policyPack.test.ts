/**
 * The policy pack as it is shipped, in its own process under @pulumi/policy, asked over gRPC as the Pulumi CLI asks it: every rule broken and
 * kept, a stack like the lab's let through with the findings expected, and a bad stack refused before any host is touched.
 * Proves the wiring of rules to resources; the rules themselves, and every other way to break them, are in test/core/policy.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyRules } from '../../core/policy/rules';
import { resourceTypes } from '../../core/policy/subjects';
import type { PolicyResource } from '../../core/policy/types';
import type { Goal } from '../../lab/engine/deploy/goal';
import { PolicyPack, type Violation } from '../../lab/engine/policyPack/policyPack';
import { runEngine, type EngineCommand, type EngineResult } from '../../lab/engine/runEngine';
import type { ResourceState } from '../../lab/engine/state/types';
import { policyCases as cases } from '../core/policy/cases';
import { CLOCK, node, three, type Sample } from '../core/policy/sample';
import { LAB_MANIFEST } from '../support/labManifest';

const repository = resolve(__dirname, '..', '..');
const pack = join(repository, 'policy');
const folder = mkdtempSync(join(tmpdir(), 'kingbase-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything on, also what is disabled by default. */
function writeConfig(name: string, config: Record<string, unknown>): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const urnOf = ({ type, name }: Pick<PolicyResource, 'type' | 'name'>): string =>
  `urn:pulumi:test::policies::${type}::${name}`;

function stateOf(resource: PolicyResource): ResourceState {
  // Plain data, as it travels: nothing that JSON cannot say.
  const values = JSON.parse(JSON.stringify(resource.props)) as ResourceState['inputs'];
  const parent = resource.parent === undefined ? undefined : { type: 'kingbase:ha:Cluster', name: resource.parent };
  return {
    urn: urnOf(resource),
    type: resource.type,
    inputs: values,
    outputs: values,
    custom: false,
    ...(parent === undefined ? {} : { parent: urnOf(parent) }),
  } as ResourceState;
}

async function ask(started: PolicyPack, id: string, sample: Sample): Promise<readonly Violation[]> {
  const rule = policyRules.find((one) => one.id === id);
  const types = rule === undefined ? [] : resourceTypes(rule.subject);
  const found =
    rule?.subject === 'stack' || rule?.restsOn === 'observed'
      ? [await started.analyzeStack(sample.map(stateOf))]
      : await Promise.all(
          sample
            .filter(({ type }) => types.length === 0 || types.includes(type))
            .map((resource) => started.analyze(stateOf(resource), {} as Goal)),
        );
  return found.flat().filter((violation) => violation.policy === id);
}

describe('the pack in its own process', () => {
  let started: PolicyPack;
  beforeAll(async () => {
    // Ages are judged by the clock of the cases, not by that of the machine.
    const today = CLOCK.toISOString();
    const configFile = writeConfig('all.json', {
      ...Object.fromEntries(policyRules.map(({ id }) => [id, { today }])),
      'kingbase-cluster-spread-locations': { enforcementLevel: 'mandatory', today },
    });
    started = await PolicyPack.start({ directory: pack, configFile, env: {}, onOutput: () => undefined });
  });
  afterAll(() => started.stop());

  it.each(cases.map((one) => [one.rule, one] as const))(
    '%s reports what breaks it and is silent else',
    async (id, one) => {
      const rule = policyRules.find((each) => each.id === id);
      const level = rule?.level === 'disabled' ? 'mandatory' : rule?.level;
      // Cases with a configuration of their own need one pack each: they are judged in test/core/policy.
      const [broken, wanted = []] = one.fails.find(([, , config]) => config === undefined) ?? [];
      if (broken !== undefined) {
        const violations = await ask(started, id, broken);
        const said = violations.map((violation) =>
          (violation.message.split('\n')[1] ?? '').replace('not proved: ', ''),
        );
        expect(said).toEqual(expect.arrayContaining([...wanted]));
        // What is not proved yet never blocks.
        const isProved = !violations.some((violation) => violation.message.includes('not proved: '));
        expect(new Set(violations.map((violation) => violation.level))).toEqual(
          new Set([isProved ? level : 'advisory']),
        );
      }
      const kept = one.passes.find((sample) => !Array.isArray(sample[0])) as Sample | undefined;
      if (kept !== undefined) expect(await ask(started, id, kept)).toEqual([]);
    },
  );
});

describe('a value that a preview does not know', () => {
  /** How the SDK writes an unknown text on the wire. */
  const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

  it('is never taken for kept: the policy says that it waits, and blocks nothing', async () => {
    const started = await PolicyPack.start({ directory: pack, env: {}, onOutput: () => undefined });
    const hidden = (key: string): Sample => three().map((one) => ({ ...one, props: { ...one.props, [key]: UNKNOWN } }));
    try {
      for (const [id, sample] of [
        ['kingbase-server-require-archive-mode', hidden('files')],
        ['kingbase-node-keep-ipc', hidden('files')],
        ['kingbase-node-restrict-authorized-keys', hidden('files')],
        ['kingbase-secrets-refuse-default-passwords', hidden('secrets')],
        ['kingbase-cluster-require-wal-archive', hidden('archive')],
        ['kingbase-host-pin-host-keys', hidden('connection')],
      ] as const) {
        const said = await ask(started, id, sample);
        expect(said.length, id).toBeGreaterThan(0);
        expect(new Set(said.map(({ level }) => level)), id).toEqual(new Set(['advisory']));
        expect(said[0]?.message, id).toContain("can't be known during preview");
      }
    } finally {
      await started.stop();
    }
  });
});

describe('a configuration of the pack', () => {
  it('sets levels, thresholds and waivers, and is refused where it names no policy', async () => {
    const two = three({ nodes: [node(1), node(2)] });
    const waiver = { cluster: 'lab', owner: 'Li Wei', reason: 'ordered', until: '2026-12-31' };
    const start = (config: Record<string, unknown>): Promise<PolicyPack> =>
      PolicyPack.start({
        directory: pack,
        configFile: writeConfig('some.json', config),
        env: {},
        onOutput: () => undefined,
      });
    const started = await start({
      all: 'mandatory',
      'kingbase-cluster-require-trusted-servers': { enforcementLevel: 'advisory', minimum: 3 },
      'kingbase-cluster-require-witness-for-two': { waivers: [waiver], today: '2026-12-01' },
    });
    try {
      const trusted = await ask(started, 'kingbase-cluster-require-trusted-servers', two);
      expect(trusted).toMatchObject([{ level: 'advisory', message: expect.stringContaining('at least 3') as string }]);
      const witness = await ask(started, 'kingbase-cluster-require-witness-for-two', two);
      expect(witness).toMatchObject([
        { level: 'advisory', message: expect.stringContaining('waived by Li Wei') as string },
      ]);
      expect(await ask(started, 'kingbase-cluster-require-tls', two)).toMatchObject([{ level: 'mandatory' }]);
    } finally {
      await started.stop();
    }
    await expect(start({ 'kingbase-no-such': 'mandatory' })).rejects.toThrow(
      'kingbase-no-such: the pack has no policy',
    );
  });
});

async function run(
  command: EngineCommand,
  change: (cluster: Record<string, unknown>) => Record<string, unknown>,
  passwords = { system: 'Example12345', esrep: 'Example67890' },
): Promise<EngineResult> {
  const file = load(readFileSync(join(repository, 'Pulumi.lab.yaml'), 'utf8')) as { config: Record<string, unknown> };
  const cluster = change(file.config['kingbase:cluster'] as Record<string, unknown>);
  const configFile = join(folder, 'Pulumi.lab.yaml');
  writeFileSync(configFile, dump({ config: { 'kingbase:cluster': cluster, 'kingbase:passwords': passwords } }));
  mkdirSync(join(folder, 'labs', 'lab'), { recursive: true });
  writeFileSync(join(folder, 'labs', 'lab', 'manifest.json'), JSON.stringify(LAB_MANIFEST));
  return runEngine({
    program: repository,
    stack: 'lab',
    command,
    configFile,
    stateFile: join(folder, 'state.json'),
    passphrase: 'policies',
    policyPacks: [pack],
    env: { PULUMI_KINGBASE_LAB_STATE: join(folder, 'labs') },
  });
}

const names = (result: EngineResult, severity: string): string[] =>
  [
    ...new Set(
      result.diagnostics
        .filter((each) => each.severity === severity)
        .map((each) => /^\[\w+\] (\S+)/.exec(each.message)?.[1] ?? each.message),
    ),
  ].sort();

describe('the stack of the lab', () => {
  it('is let through, with what a lab may have and production should not', async () => {
    const result = await run('preview', (cluster) => cluster);
    expect(names(result, 'error')).toEqual([]);
    expect(result.ok).toBe(true);
    expect(names(result, 'warning')).toEqual([
      'kingbase-cluster-apply-system-parameters',
      'kingbase-cluster-bound-archive-delay',
      'kingbase-cluster-bound-isolated-primary',
      'kingbase-cluster-check-drill-content',
      'kingbase-cluster-encrypt-repository',
      'kingbase-cluster-keep-wal-for-rejoin',
      'kingbase-cluster-require-primary-visibility',
      'kingbase-cluster-require-tls',
      'kingbase-cluster-require-trusted-servers',
      // The keys of the nodes are made by them: known at the update, and judged then.
      'kingbase-node-restrict-authorized-keys',
      // What rests on the nodes' word is not proved before the first update.
      'kingbase-status-bound-archive-lag',
      'kingbase-status-keep-repository-space',
      'kingbase-status-require-covered-window',
      'kingbase-status-require-healthy',
      'kingbase-status-require-recent-backup',
      'kingbase-status-require-recent-drill',
      'kingbase-status-require-recent-verify',
      'kingbase-status-require-successful-jobs',
    ]);
  });

  it('is refused before any host is touched when it could not be recovered', async () => {
    const bad = (cluster: Record<string, unknown>): Record<string, unknown> => ({
      ...cluster,
      nodes: [{ name: 'node1' }, { name: 'node2' }],
      backup: undefined,
      archive: { to: 'discard' },
      replication: { synchronous: 'async' },
      database: { ...(cluster['database'] as object), auth: 'md5', checksums: false },
    });
    const result = await run('up', bad, { system: '12345678ab', esrep: 'Kingbaseha110' });
    expect(result.ok).toBe(false);
    expect(names(result, 'error')).toEqual([
      'kingbase-cluster-refuse-rewind-of-async',
      'kingbase-cluster-require-checksums',
      'kingbase-cluster-require-wal-archive',
      'kingbase-cluster-require-witness-for-two',
      'kingbase-node-require-scram',
      'kingbase-secrets-refuse-default-passwords',
      'kingbase-server-require-archive-command',
    ]);
    expect(result.diagnostics.map((each) => each.message).join('\n')).not.toMatch(/12345678ab|Kingbaseha110/);
    expect(existsSync(join(folder, 'state.json'))).toBe(false);
    expect(result.diagnostics.find((each) => each.message.includes('require-wal-archive'))?.message).toBe(
      '[mandatory] kingbase-cluster-require-wal-archive (pulumi-kingbase): WAL is archived, not thrown away\n' +
        'archive.to: is discard: the server runs `exit 0` and forgets each segment\n' +
        'HINT: Declare backup; or set archive.to to directory, or archive.command to a command that brings each segment to another host.',
    );
  });
});
