// `npm run recover`: writes the record of an action into the stack's configuration, shows the preview, asks, and runs it; or looks only; or
// lists what was done. The work itself is action.sh on the node: see docs/recovering.md.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { actionWords } from '../core/action/command';
import { ACTION_KINDS, findActionKind, kindNames } from '../core/action/kinds/index';
import type { ActionInputs, ActionKind } from '../core/action/kinds/types';
import { checkRecord, type Action } from '../core/action/parseActions';
import { actionLine, parseActionRecord, type ActionRecord } from '../core/action/record';
import { KingbaseError, type Finding } from '../core/finding';
import { ACTION } from '../core/render/actionFiles';
import type { ClusterSpec, NodeSpec } from '../core/spec/types';
import { onHost } from '../remote/handlers/support';
import type { Connection, OpenRemote, Remote } from '../remote/remote';
import { openRemote } from '../remote/sshRemote';
import { readRecords, withRecord } from './recoverConfig';
import { runEngineOf, type RunEngine, type StackPlace } from './recoverEngine';
import type { EntrySurroundings } from './runEntry';
import { readDeclaredCluster, type DeclaredCluster } from './stackCluster';
import { runStackCommand, stackCommandLine, type StackFlags } from './stackCommand';

export interface Surroundings extends EntrySurroundings {
  /** For tests. */
  readonly open?: OpenRemote;
  readonly engine?: RunEngine;
  readonly ask?: (question: string) => Promise<string>;
}

interface Flags extends StackFlags {
  readonly lab?: string;
  readonly node?: string;
  readonly input: readonly string[];
  readonly confirm?: string;
  readonly id?: string;
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXIT_FAILED = 1;
const NOT_THERE = [126, 127];

const kindsHelp = (): string =>
  ACTION_KINDS.map(({ kind, summary, fields }) => {
    const rows = Object.entries(fields).map(([name, { help }]) => `      ${name.padEnd(10)} ${help}`);
    return [`  ${kind}: ${summary}`, ...rows].join('\n');
  }).join('\n');

const help = (): string => `
  npm run recover -- rejoin --node node1 --stack prod --dry-run      proves every precondition on the node, changes nothing
  npm run recover -- rejoin --node node1 --stack prod                writes the record, shows the preview, asks, runs
  npm run recover -- reclone --node node3 --stack prod --input source=primary --input maxRate=50
  npm run recover -- history --stack prod                            what was done, on every node

Kinds and their inputs:
${kindsHelp()}

A record is executed once: it stays in the configuration as the note that it was. Without Pulumi the same runs on the node:
  sudo ${ACTION} --follow <requestId> <kind> name=value …

Exit: 0 done, 1 failed or refused, 2 the command or the configuration is wrong.`;

/** Returns the exit code. */
export function recoverCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const program: Command = stackCommandLine('recover', 'Runs a recovery action once, or shows what was done.', around)
    .argument('<what>', `history, or a kind of action: ${kindNames()}`)
    .option('--lab <name>', 'the stack of this lab')
    .option('--node <name>', 'the node that is brought back')
    .option('--input <name=value>', 'an input of the kind (repeatable)', (word, all: string[]) => [...all, word], [])
    .option('--confirm <token>', 'what the dry run printed, where the kind asks for it')
    .option('--id <requestId>', 'name of the request; default: made from kind, node and time')
    .option('--state <file>', 'state file of the stand-in engine, where there is no Pulumi CLI')
    .option('--dry-run', 'look only')
    .option('--yes', 'do not ask')
    .option('--json', 'print records as JSON')
    .addHelpText('after', help());
  const isJson = (flags: Flags): boolean => flags.json === true;
  return runStackCommand<Flags>(program, labArguments(argv), around, isJson, async (flags) => {
    const [what = ''] = program.args;
    const stack = await readStack(flags, around);
    if (what === 'history') return history(stack, isJson(flags), around);
    const kind = findActionKind(what);
    if (kind === undefined)
      throw new KingbaseError(
        wrong('what', `${JSON.stringify(what)} is no kind of action`, `Known: history, ${kindNames()}.`),
      );
    const record = recordOf(kind, flags, around);
    const node = nodeOf(kind, stack.spec, record);
    return flags.dryRun === true
      ? dryRun(kind, record, stack.connectionOf(node), around)
      : execute(kind, record, node, stack.place, flags.yes === true, around);
  });
}

/** The files of a lab lie in one place: --lab names them all. */
function labArguments(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((word) => word === '--lab');
  const name = argv[at + 1];
  if (at < 0 || name === undefined) return argv;
  const root = process.env['PULUMI_KINGBASE_LAB_STATE'] ?? '/var/lib/pulumi-kingbase-lab';
  return [...argv, '--stack', 'lab', '--config-file', `${root}/${name}/stack/Pulumi.lab.yaml`];
}

interface Stack extends Pick<DeclaredCluster, 'spec' | 'connectionOf'> {
  readonly place: StackPlace;
}

async function readStack(flags: Flags, around: Surroundings): Promise<Stack> {
  const { file: configFile, spec, connectionOf } = await readDeclaredCluster(flags, around);
  const stack = flags.stack ?? /Pulumi\.(.+)\.ya?ml$/.exec(configFile)?.[1] ?? 'dev';
  const stateFile = flags.state === undefined ? undefined : resolve(around.userFolder, flags.state);
  return { spec, place: { stack, configFile, projectFolder: around.projectFolder, stateFile }, connectionOf };
}

function recordOf(kind: ActionKind, { node, input, confirm, id }: Flags, { clock }: Surroundings): Action {
  const inputs: ActionInputs = Object.fromEntries([
    ...(node === undefined ? [] : [['node', node] as const]),
    ...input.map((word) => inputOf(kind, word)),
  ]);
  const stamp = clock.toISOString().replace(/[-:]|\.\d+/g, '');
  const requestId = id ?? [kind.kind, ...(node === undefined ? [] : [node]), stamp].join('-');
  const record: Action = { requestId, kind: kind.kind, inputs, ...(confirm === undefined ? {} : { confirm }) };
  const findings = checkRecord(record, kind.kind);
  if (findings.length > 0) throw new KingbaseError(findings);
  return record;
}

/** The table says which type a word is meant as; what does not fit is left to its check. */
function inputOf({ fields }: ActionKind, word: string): readonly [string, string | number | boolean] {
  const [name = '', ...rest] = word.split('=');
  const value = rest.join('=');
  const type = fields[name]?.type;
  if (type === 'number' && value !== '' && !Number.isNaN(Number(value))) return [name, Number(value)];
  if (type === 'boolean' && /^(true|false)$/.test(value)) return [name, value === 'true'];
  return [name, value];
}

function nodeOf(kind: ActionKind, spec: ClusterSpec, { inputs }: Action): NodeSpec {
  const found = kind.node(spec, inputs);
  if ('host' in found) return found;
  throw new KingbaseError(found);
}

async function dryRun(kind: ActionKind, record: Action, connection: Connection, around: Surroundings): Promise<number> {
  const words = actionWords(kind, record, ['--dry-run']).map((word) => (word === '--follow' ? '--dry-run' : word));
  const { code, stdout, stderr } = await onHost(around.open ?? openRemote, connection, (remote) =>
    call(remote, words, PLAN_MS),
  );
  around.out(`${stdout}${stderr}`);
  return code === 0 ? 0 : EXIT_FAILED;
}

async function execute(
  kind: ActionKind,
  record: Action,
  node: NodeSpec,
  place: StackPlace,
  isAgreed: boolean,
  around: Surroundings,
): Promise<number> {
  const { configFile } = place;
  const engine = around.engine ?? runEngineOf;
  const before = readFileSync(configFile, 'utf8');
  const there = readRecords(before).find((one) => (one as Partial<Action> | null)?.requestId === record.requestId);
  const isThere = there !== undefined;
  if (isThere) requireSame(there as Partial<Action>, record, configFile);
  around.out(`${record.kind} ${record.requestId}: ${kind.describe(node.name, record.inputs)}`);
  if (!isThere) replace(configFile, withRecord(before, record, configFile));
  const takeBack = (why: string): number => {
    if (!isThere) replace(configFile, before);
    around.err(`${why}: ${isThere ? 'the record stays' : 'the record was taken out again'}, nothing was run`);
    return EXIT_FAILED;
  };
  if ((await engine('preview', place, around.env)) !== 0) return takeBack('the preview was refused');
  if (!isAgreed && !/^y(es)?$/i.test((await (around.ask ?? askTerminal)('Run it now? [y/N] ')).trim())) {
    return takeBack('not agreed');
  }
  const code = await engine('up', place, around.env);
  if (code !== 0) {
    around.err(
      `${record.requestId} did not succeed; its record stays in ${configFile}.\nHINT: Where it was refused or interrupted, run the same again with --id ${record.requestId}; where it failed, take the record out and make a new request. npm run recover -- history shows which.`,
    );
  }
  return code === 0 ? 0 : EXIT_FAILED;
}

/** What stands there is what would be run: other words than those that were asked for just now. */
function requireSame(there: Partial<Action>, record: Action, configFile: string): void {
  const before: ActionInputs = { ...there.inputs, kind: there.kind ?? '', confirm: there.confirm ?? '' };
  const now: ActionInputs = { ...record.inputs, kind: record.kind, confirm: record.confirm ?? '' };
  const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
  if (changed.length === 0) return;
  throw new KingbaseError(
    changed.map((name) => ({
      code: 'recover/changed',
      path: `${configFile}: ${record.requestId}.${name}`,
      message: `it is ${JSON.stringify(before[name] ?? '')} in the record, and ${JSON.stringify(now[name] ?? '')} now`,
      // The token is no input: a request that was refused for want of it takes it later.
      hint:
        name === 'confirm'
          ? 'Nothing was run. Write it into the record, then run the same again; or leave --id out for a new request.'
          : 'Nothing was run: a request is executed once. Ask for it in the same words, or leave --id out for a new one.',
    })),
  );
}

/** As a whole, or not at all. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.recover`, text, { mode: 0o600 });
  renameSync(`${path}.recover`, path);
}

async function askTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) return '';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

async function history({ spec, connectionOf }: Stack, json: boolean, around: Surroundings): Promise<number> {
  const nodes = spec.nodes.filter(({ role }) => role === 'database' || role === 'witness');
  const asked = await Promise.all(nodes.map((node) => recordsOf(node, connectionOf(node), around)));
  const records = asked.flat().sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  if (json) around.out(JSON.stringify(records, null, 2));
  else around.out(records.length === 0 ? 'no action was run' : records.map(actionLine).join('\n'));
  return 0;
}

/** A node that is down has its history still; the others are shown. */
async function recordsOf(node: NodeSpec, connection: Connection, around: Surroundings): Promise<ActionRecord[]> {
  try {
    const ask = (remote: Remote): ReturnType<typeof call> => call(remote, [ACTION, '--history']);
    const { stdout } = await onHost(around.open ?? openRemote, connection, ask);
    return stdout.split('\n').flatMap((line) => parseActionRecord(line) ?? []);
  } catch (error) {
    around.err(`${node.name}: its history could not be read: ${(error as Error).message}`);
    return [];
  }
}

/** A plan may read WAL of several nodes to its end, ten minutes each. */
const PLAN_MS = 3_600_000;

async function call(remote: Remote, words: readonly string[], timeoutMs = 600_000): ReturnType<Remote['exec']> {
  const result = await remote.exec(words, { anyExit: true, timeoutMs, label: 'action.sh' });
  if (!NOT_THERE.includes(result.code)) return result;
  throw new KingbaseError({
    code: 'recover/not-installed',
    path: remote.host,
    message: `${words[0] ?? ''} is not there`,
    hint: 'Run `pulumi up` without the record once: it places the programs of actions on every node.',
  });
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'recover/wrong-command', path, message, hint };
}
