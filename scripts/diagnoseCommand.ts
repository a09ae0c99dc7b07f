// `npm run diagnose`: asks every node of a stack, and says which failure of the cluster (or fault of its backups) it is, and what to do.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { diagnoseBackup } from '../core/backup/diagnosis/diagnoseBackup';
import { formatDiagnosis } from '../core/backup/diagnosis/format';
import type { ToolText } from '../core/backup/diagnosis/types';
import { KingbaseError } from '../core/finding';
import type { ClusterSpec } from '../core/spec/types';
import { toNodeTarget } from '../core/topology/nodeTarget';
import { planCluster } from '../core/topology/planCluster';
import type { ClusterPlan } from '../core/topology/types';
import { gatherBackupEvidence } from '../remote/diagnose/gatherBackupEvidence';
import { diagnoseNodes } from '../remote/handlers/clusterDiagnosis';
import type { ClusterNode } from '../remote/observe/observeNode';
import type { OpenRemote } from '../remote/remote';
import { openRemote } from '../remote/sshRemote';
import { exitCodeOf, sayClusterDiagnosis } from './diagnoseCluster';
import { readDeclaredCluster, type DeclaredCluster } from './stackCluster';
import { runStackCommand, stackCommandLine, type StackFlags, type StackSurroundings } from './stackCommand';

export interface Surroundings extends StackSurroundings {
  /** For tests. */
  readonly open?: OpenRemote;
}

interface Flags extends StackFlags {
  readonly json?: boolean;
  readonly check: boolean;
  readonly text?: string;
}

const EXIT_FAULTS = 1;
const EXIT_NOT_LOOKED = 2;

const HELP = `
Subjects:
  cluster  (default) which failure it is: a single primary with failed standbys, no primary, multiple primaries, partial node failure,
           full-cluster failure; which node is to be primary, and why; what to do in which order
  backup   archiving, the repository, schedules, and what sys_rman says

Asks every node over ssh and changes nothing. What could not be read is named, and never passes as healthy or speaks for a node.

  npm run diagnose -- --stack prod
  npm run -s diagnose -- --stack prod --json | jq '.class, .primary'
  npm run diagnose -- backup --stack prod
  npm run -s diagnose -- backup --stack prod --json | jq '.faults[0]'
  npm run diagnose -- backup --stack prod --text /tmp/sys_backup.sh.log      also what somebody else's command printed

cluster: works with every database down, and needs no Pulumi state. The primary is proposed by history: the node that holds what all others hold; else
"undecidable", with what each branch holds alone. Each step is a record for kingbase:actions where this version has that kind of action, and the
vendor's commands. One step at a time: look again after each.

backup: faults stand in the order in which to cure them: a cause before what follows from it, each with what shows it and the steps of its cure;
commands are meant for root on the node before the #. What no rule knows is shown as it was printed.
One thing is more than a look: sys_rman check lets the primary begin a new WAL segment and waits until it is archived. --no-check leaves it out;
the result is then never "healthy".

Exit: 0 healthy, 1 something is wrong or was not read, 2 no node could be asked, or the command or the configuration is wrong.`;

/** Returns the exit code. */
export function diagnoseCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const program = stackCommandLine('diagnose', 'Which failure it is, what shows it, and what to do.', around)
    .argument('[subject]', 'what to diagnose: cluster or backup', 'cluster')
    .option('--text <file>', 'backup: recognise this text too')
    .option('--no-check', 'backup: leave sys_rman check out')
    .option('--json', 'print the diagnosis as JSON')
    .addHelpText('after', HELP);
  const isJson = (flags: Flags): boolean => flags.json === true;
  return runStackCommand<Flags>(program, argv, around, isJson, async (flags) => {
    const [subject = 'cluster'] = program.args;
    if (subject === 'cluster') return diagnoseTheCluster(flags, around);
    if (subject === 'backup') return diagnoseTheBackups(flags, around);
    throw new KingbaseError({
      code: 'diagnose/subject',
      message: `there is no subject ${subject}`,
      hint: 'The subjects are: cluster, backup. For example: npm run diagnose -- cluster --stack <name>',
    });
  });
}

async function diagnoseTheCluster(flags: Flags, around: Surroundings): Promise<number> {
  const { spec, connectionOf } = await readDeclaredCluster(flags, around);
  const nodes = nodesOf(planCluster(spec), spec, connectionOf);
  const diagnosis = await diagnoseNodes(spec.name, nodes, around.open ?? openRemote, Date.now());
  around.out(sayClusterDiagnosis(diagnosis, flags.json === true));
  return exitCodeOf(diagnosis);
}

async function diagnoseTheBackups(flags: Flags, around: Surroundings): Promise<number> {
  const { nodes, backup } = await readStack(flags, around);
  const evidence = await gatherBackupEvidence(nodes, backup, around.open ?? openRemote, {
    check: flags.check,
    texts: readText(flags, around),
    now: Date.now,
  });
  const diagnosis = diagnoseBackup(evidence);
  around.out(flags.json === true ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis));
  if (diagnosis.healthy) return 0;
  return evidence.nodes.every(({ machine, backup: seen }) => machine === undefined && seen === undefined)
    ? EXIT_NOT_LOOKED
    : EXIT_FAULTS;
}

function nodesOf(
  plan: ClusterPlan,
  spec: ClusterSpec,
  connectionOf: DeclaredCluster['connectionOf'],
): readonly ClusterNode[] {
  return plan.nodes.map((node) => ({ connection: connectionOf(node.node), target: toNodeTarget(node, spec) }));
}

async function readStack(flags: Flags, around: Surroundings) {
  const { file, spec, connectionOf } = await readDeclaredCluster(flags, around);
  const plan = planCluster(spec);
  if (plan.backup === undefined) {
    throw new KingbaseError({
      code: 'diagnose/no-backup',
      path: `${file}: kingbase:cluster.backup`,
      message: 'this stack declares no backups',
      hint: 'Declare them; every field: docs/reference/cluster.md.',
    });
  }
  return { nodes: nodesOf(plan, spec, connectionOf), backup: plan.backup };
}

function readText({ text }: Flags, around: Surroundings): readonly ToolText[] {
  if (text === undefined) return [];
  const path = resolve(around.userFolder, text);
  try {
    return [{ node: 'given', where: path, text: readFileSync(path, 'utf8').trimEnd() }];
  } catch (cause) {
    const message = `cannot be read: ${(cause as Error).message}`;
    throw new KingbaseError({ code: 'diagnose/text', path, message, hint: 'Name a text file.' }, { cause });
  }
}
