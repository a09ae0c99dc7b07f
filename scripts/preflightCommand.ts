// `npm run preflight`: from a stack's configuration file to the checks of every host, and nothing changed anywhere.
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { connectionArgs } from '../components/host/connectionArgs';
import { resolveNodeSource } from '../components/nodes/nodeSource';
import { KingbaseError } from '../core/finding';
import { formatTable } from '../core/preflight/format';
import { toPreflightRequest } from '../core/preflight/request';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import { planCluster } from '../core/topology/planCluster';
import { runPreflight, type PreflightNode } from '../remote/handlers/preflight';
import type { Connection } from '../remote/remote';
import { readStackCluster } from './stackFile';

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where Pulumi.<stack>.yaml lies. */
  readonly projectFolder: string;
  /** What relative paths of the user's mean: where he typed the command. */
  readonly userFolder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For tests. */
  readonly look?: typeof runPreflight;
}

interface Flags {
  readonly stack?: string;
  readonly configFile?: string;
  readonly json?: boolean;
  readonly all?: boolean;
}

const EXIT_BLOCKED = 1;
const EXIT_USAGE = 2;

const HELP = `
Looks at every host of the stack over ssh and changes nothing. Each result is PASS, WARN, FAIL, or ERROR (the evidence is missing, which
blocks as well); with every FAIL and ERROR stands what was wanted and what to do. The table leaves out what passed unless --all is given.

  npm run preflight -- --stack prod
  npm run -s preflight -- --stack prod --json | jq '.results[] | select(.verdict != "PASS")'

Needs no Pulumi CLI. A passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE) is needed only where kingbase:privateKey is a secret.
A FAIL that is so on purpose: name its check in kingbase:cluster, preflight.accept.

Exit: 0 nothing blocks, 1 a FAIL or an ERROR, 2 the command or the configuration is wrong (every finding is shown, no host was asked).`;

/** Returns the exit code. */
export async function preflightCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  let flags: Flags;
  try {
    flags = parseFlags(argv, around);
  } catch (error) {
    // Commander has said it already, --help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  try {
    const nodes = await readNodes(flags, around);
    const report = await (around.look ?? runPreflight)(nodes);
    around.out(
      flags.json === true ? JSON.stringify(report, null, 2) : formatTable(report, { all: flags.all === true }),
    );
    return report.passed ? 0 : EXIT_BLOCKED;
  } catch (error) {
    if (!(error instanceof KingbaseError)) throw error;
    if (flags.json === true) around.out(JSON.stringify({ passed: false, findings: error.findings }, null, 2));
    else around.err(error.message);
    return EXIT_USAGE;
  }
}

function parseFlags(argv: readonly string[], around: Surroundings): Flags {
  const program = new Command('preflight')
    .description('The read-only checks of every host of a stack, before anything is changed.')
    .option('--stack <name>', 'the stack: reads Pulumi.<name>.yaml of this project')
    .option('--config-file <file>', 'read this stack configuration file instead')
    .option('--all', 'also show what passed')
    .option('--json', 'print the report as JSON')
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

async function readNodes({ stack, configFile }: Flags, around: Surroundings): Promise<readonly PreflightNode[]> {
  const path =
    configFile === undefined
      ? resolve(around.projectFolder, `Pulumi.${stack ?? ''}.yaml`)
      : resolve(around.userFolder, configFile);
  const { cluster, privateKey } = await readStackCluster(path, around.env);
  const parsed = parseClusterSpec(resolveNodeSource(cluster), stack);
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const plan = planCluster(parsed.spec);
  return plan.nodes.map((node) => {
    const { privateKey: _, ...reach } = connectionArgs(parsed.spec, node.node, undefined);
    const connection: Connection = privateKey === undefined ? reach : { ...reach, privateKey };
    return { connection, request: toPreflightRequest(node, parsed.spec) };
  });
}
