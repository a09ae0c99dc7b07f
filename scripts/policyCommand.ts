// `npm run policy`: the policies over what a stack's configuration declares, without a Pulumi CLI, and without asking a host.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { KingbaseError } from '../core/finding';
import { packConfigMistakes, type PackConfig } from '../core/policy/config';
import { evaluatePolicies, type PolicyReport } from '../core/policy/evaluate';
import { formatPolicyJunit, formatPolicyMarkdown, formatPolicySarif, formatPolicyTable } from '../core/policy/format';
import { policyRules } from '../core/policy/rules';
import type { PolicyResource } from '../core/policy/types';
import { declaredResources } from './declaredResources';
import { declaredKwdb } from './declaredKwdb';
import { declaredV8r3 } from './declaredV8r3';
import { readDeclaredCluster } from './stackCluster';
import {
  runStackCommand,
  stackCommandLine,
  stackFileOf,
  type StackFlags,
  type StackSurroundings,
} from './stackCommand';
import { V8R3_ACTION_KINDS } from '../core/v8r3/action/kinds';
import { readStackActions, readStackKwdb, readStackPasswords, readStackV8r3, type StackPasswords } from './stackFile';

export interface PolicySurroundings extends StackSurroundings {
  readonly clock: Date;
}

interface Flags extends StackFlags {
  readonly policyPackConfig?: string;
  readonly format: 'table' | 'json' | 'markdown' | 'junit' | 'sarif';
  readonly json?: boolean;
}

const EXIT_REFUSED = 1;

const HELP = `
Judges what Pulumi.<stack>.yaml declares, records under kingbase:actions included, and the files that would be written from it, by the policies of docs/policies.md. No host is asked
and nothing is changed. Passwords are judged where PULUMI_CONFIG_PASSPHRASE (or …_FILE) opens them; what the nodes would say is judged by
\`pulumi preview --policy-pack policy\` only. Each policy that was not judged is named, with the reason.

  npm run policy -- --stack prod
  npm run -s policy -- --stack prod --policy-pack-config policy/production.json --format sarif > policies.sarif

Exit: 0 no mandatory policy is violated, 1 one is, 2 the command or the configuration is wrong.`;

const OBSERVED = 'it rests on what the nodes said (pulumi preview --policy-pack policy)';

/** Returns the exit code. */
export function policyCommand(argv: readonly string[], around: PolicySurroundings): Promise<number> {
  const isJson = (flags: Flags): boolean => formatOf(flags) === 'json';
  return runStackCommand<Flags>(commandLine(around), argv, around, isJson, async (flags) => {
    const config = readPackConfig(flags, around);
    const file = stackFileOf(flags, around);
    const secrets = await readStackPasswords(file, around.env);
    const resources = await declared(file, flags, around, secrets);
    const report = evaluatePolicies({
      resources,
      config,
      clock: around.clock,
      missing: { status: OBSERVED, kwdbBackups: OBSERVED, kwdbLevels: OBSERVED, secrets: secrets.why },
    });
    around.out(formatReport(report, formatOf(flags), relative(around.projectFolder, file)));
    return report.passed ? 0 : EXIT_REFUSED;
  });
}

function formatOf({ json, format }: Flags): Flags['format'] {
  return json === true ? 'json' : format;
}

function commandLine(around: PolicySurroundings): Command {
  return stackCommandLine('policy', 'The policies over what a stack declares, before anything is changed.', around)
    .option('--policy-pack-config <file>', 'levels, thresholds and waivers, as the Pulumi CLI takes them (JSON)')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['table', 'json', 'markdown', 'junit', 'sarif'])
        .default('table'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText('after', HELP);
}

/** A stack is of one system. */
async function declared(
  file: string,
  flags: Flags,
  around: PolicySurroundings,
  secrets: StackPasswords,
): Promise<readonly PolicyResource[]> {
  const [v8r3, kwdb] = [readStackV8r3(file), readStackKwdb(file)];
  if (v8r3 !== undefined) {
    const actions = readStackActions(file, V8R3_ACTION_KINDS);
    return declaredV8r3(v8r3, flags.stack, { passwords: secrets.passwords, actions });
  }
  return kwdb === undefined ? clusterResources(flags, around, secrets) : declaredKwdb(kwdb, flags.stack);
}

async function clusterResources(
  flags: Flags,
  around: PolicySurroundings,
  { passwords }: StackPasswords,
): Promise<readonly PolicyResource[]> {
  const { file, spec } = await readDeclaredCluster(flags, around, { privateKey: false });
  return declaredResources(spec, { passwords, actions: readStackActions(file) });
}

function readPackConfig({ policyPackConfig }: Flags, around: PolicySurroundings): PackConfig {
  if (policyPackConfig === undefined) return {};
  const path = resolve(around.userFolder, policyPackConfig);
  const hint =
    'It has to be a JSON object: {"all": "mandatory", "<policy>": {"enforcementLevel": "advisory", …}}; names are in docs/policies.md.';
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const message = `cannot be read: ${(cause as Error).message}`;
    throw new KingbaseError({ code: 'policy/config', path, message, hint }, { cause });
  }
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  const mistakes = isObject ? packConfigMistakes(config as PackConfig, policyRules) : ['is not an object'];
  if (mistakes.length > 0) {
    throw new KingbaseError(mistakes.map((message) => ({ code: 'policy/config', path, message, hint })));
  }
  return config as PackConfig;
}

function formatReport(report: PolicyReport, format: Flags['format'], file: string): string {
  switch (format) {
    case 'json':
      return JSON.stringify(report, null, 2);
    case 'markdown':
      return formatPolicyMarkdown(report);
    case 'junit':
      return formatPolicyJunit(report);
    case 'sarif':
      return formatPolicySarif(report, file);
    default:
      return formatPolicyTable(report);
  }
}
