// `npm run preflight`: from a stack's configuration file to the checks of every host, and nothing changed anywhere.
import { formatTable } from '../core/preflight/format';
import { toPreflightRequest } from '../core/preflight/request';
import { planCluster } from '../core/topology/planCluster';
import { runPreflight, type PreflightNode } from '../remote/handlers/preflight';
import { readDeclaredCluster } from './stackCluster';
import { runStackCommand, stackCommandLine, type StackFlags, type StackSurroundings } from './stackCommand';

export interface Surroundings extends StackSurroundings {
  /** For tests. */
  readonly look?: typeof runPreflight;
}

interface Flags extends StackFlags {
  readonly json?: boolean;
  readonly all?: boolean;
}

const EXIT_BLOCKED = 1;

const HELP = `
Looks at every host of the stack over ssh and changes nothing. Each result is PASS, WARN, FAIL, or ERROR (the evidence is missing, which
blocks as well); with every FAIL and ERROR stands what was wanted and what to do. The table leaves out what passed unless --all is given.

  npm run preflight -- --stack prod
  npm run -s preflight -- --stack prod --json | jq '.results[] | select(.verdict != "PASS")'

Needs no Pulumi CLI. A passphrase (PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE) is needed only where kingbase:privateKey is a secret.
A FAIL that is so on purpose: name its check in kingbase:cluster, preflight.accept.

Exit: 0 nothing blocks, 1 a FAIL or an ERROR, 2 the command or the configuration is wrong (every finding is shown, no host was asked).`;

/** Returns the exit code. */
export function preflightCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const program = stackCommandLine(
    'preflight',
    'The read-only checks of every host of a stack, before anything is changed.',
    around,
  )
    .option('--all', 'also show what passed')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP);
  const isJson = (flags: Flags): boolean => flags.json === true;
  return runStackCommand<Flags>(program, argv, around, isJson, async (flags) => {
    const nodes = await readNodes(flags, around);
    const report = await (around.look ?? runPreflight)(nodes);
    around.out(isJson(flags) ? JSON.stringify(report, null, 2) : formatTable(report, { all: flags.all === true }));
    return report.passed ? 0 : EXIT_BLOCKED;
  });
}

async function readNodes(flags: Flags, around: Surroundings): Promise<readonly PreflightNode[]> {
  const { spec, connectionOf } = await readDeclaredCluster(flags, around);
  return planCluster(spec).nodes.map((node) => ({
    connection: connectionOf(node.node),
    request: toPreflightRequest(node, spec),
  }));
}
