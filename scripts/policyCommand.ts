// `npm run policy`: the policies over what a stack's configuration declares, without a Pulumi CLI, and without asking a host.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { resolveNodeSource } from '../components/nodes/nodeSource';
import { KingbaseError } from '../core/finding';
import { packConfigMistakes, type PackConfig } from '../core/policy/config';
import { evaluatePolicies, type PolicyReport } from '../core/policy/evaluate';
import { formatPolicyJunit, formatPolicyMarkdown, formatPolicySarif, formatPolicyTable } from '../core/policy/format';
import { policyRules } from '../core/policy/rules';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import { declaredResources } from './declaredResources';
import { readStackCluster, readStackPasswords } from './stackFile';

export interface PolicySurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where Pulumi.<stack>.yaml lies. */
  readonly projectFolder: string;
  /** What relative paths of the user's mean. */
  readonly userFolder: string;
  readonly clock: Date;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Flags {
  readonly stack?: string;
  readonly configFile?: string;
  readonly policyPackConfig?: string;
  readonly format: 'table' | 'json' | 'markdown' | 'junit' | 'sarif';
  readonly json?: boolean;
}

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

const HELP = `
Judges what Pulumi.<stack>.yaml declares, and the files that would be written from it, by the policies of docs/policies.md. No host is asked
and nothing is changed. Passwords are judged where PULUMI_CONFIG_PASSPHRASE (or …_FILE) opens them; what the nodes would say is judged by
\`pulumi preview --policy-pack policy\` only. Each policy that was not judged is named, with the reason.

  npm run policy -- --stack prod
  npm run -s policy -- --stack prod --policy-pack-config policy/production.json --format sarif > policies.sarif

Exit: 0 no mandatory policy is violated, 1 one is, 2 the command or the configuration is wrong.`;

const OBSERVED = 'it rests on what the nodes said (pulumi preview --policy-pack policy)';

/** Returns the exit code. */
export async function policyCommand(argv: readonly string[], around: PolicySurroundings): Promise<number> {
  let flags: Flags;
  try {
    flags = parseFlags(argv, around);
  } catch (error) {
    // Commander has said it already, --help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  const format = flags.json === true ? 'json' : flags.format;
  const file = stackFileOf(flags, around);
  try {
    const report = await judgeStack(file, flags, around);
    around.out(formatReport(report, format, relative(around.projectFolder, file)));
    return report.passed ? 0 : EXIT_REFUSED;
  } catch (error) {
    if (!(error instanceof KingbaseError)) throw error;
    if (format === 'json') around.out(JSON.stringify({ passed: false, findings: error.findings }, null, 2));
    else around.err(error.message);
    return EXIT_USAGE;
  }
}

function parseFlags(argv: readonly string[], around: PolicySurroundings): Flags {
  const program = new Command('policy')
    .description('The policies over what a stack declares, before anything is changed.')
    .option('--stack <name>', 'the stack: reads Pulumi.<name>.yaml of this project')
    .option('--config-file <file>', 'read this stack configuration file instead')
    .option('--policy-pack-config <file>', 'levels, thresholds and waivers, as the Pulumi CLI takes them (JSON)')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['table', 'json', 'markdown', 'junit', 'sarif'])
        .default('table'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ writeOut: around.out, writeErr: around.err });
  program.parse([...argv], { from: 'user' });
  const flags = program.opts<Flags>();
  if (flags.stack === undefined && flags.configFile === undefined) {
    program.error(
      'which stack? HINT: name it with --stack <name>, or its configuration file with --config-file <file>',
    );
  }
  return flags;
}

function stackFileOf({ stack, configFile }: Flags, around: PolicySurroundings): string {
  return configFile === undefined
    ? resolve(around.projectFolder, `Pulumi.${stack ?? ''}.yaml`)
    : resolve(around.userFolder, configFile);
}

async function judgeStack(file: string, flags: Flags, around: PolicySurroundings): Promise<PolicyReport> {
  const config = readPackConfig(flags, around);
  const { cluster } = await readStackCluster(file, around.env, { privateKey: false });
  const parsed = parseClusterSpec(resolveNodeSource(cluster), flags.stack);
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const { passwords, why } = await readStackPasswords(file, around.env);
  return evaluatePolicies({
    resources: declaredResources(parsed.spec, { passwords }),
    config,
    clock: around.clock,
    missing: { status: OBSERVED, secrets: why },
  });
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
