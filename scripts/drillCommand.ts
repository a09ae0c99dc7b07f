// `npm run drill`: runs the restore drill that is installed on the repository node of a stack, follows it, and shows what it found.
import { formatDrill, parseDrillRecord } from '../core/drill/record';
import { repositoryNode } from '../core/drill/repositoryNode';
import { checkDrillRequest, checkRequestId, drillWords, type DrillRequest } from '../core/drill/request';
import { KingbaseError, type Finding } from '../core/finding';
import { DRILL } from '../core/render/drillFiles';
import type { Connection, OpenRemote, Remote } from '../remote/remote';
import { openRemote } from '../remote/sshRemote';
import type { EntrySurroundings } from './runEntry';
import { readDeclaredCluster } from './stackCluster';
import { runStackCommand, stackCommandLine, type StackFlags } from './stackCommand';

export interface Surroundings extends EntrySurroundings {
  /** For tests. */
  readonly open?: OpenRemote;
}

interface Flags extends StackFlags {
  readonly target?: string;
  readonly timeline?: string;
  readonly set?: string;
  readonly node?: string;
  readonly id?: string;
  readonly verify: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const EXIT_FAILED = 1;
const EXIT_BUSY = 75;
/** drill.sh --poll: it goes on. */
const GOES_ON = 3;
const MISSING = 127;

const HELP = `
Restores a backup with its WAL into the drill directory of the repository node, starts the copy on a unix socket only, looks whether all is
there (page checksums, the declared tables and queries), records the result on that node and removes the copy. The cluster goes on meanwhile:
rows are counted, one empty transaction, a named restore point and a WAL switch on the primary are all that it sees.

  npm run drill -- --stack prod                                              the newest: all that the cluster has now
  npm run drill -- --stack prod --target time=2026-11-21T13:30:00+08:00      to a moment, with its zone
  npm run drill -- --stack prod --dry-run --target lsn=0/5000000             is it covered, is there room; nothing is written
  npm run -s drill -- --stack prod --json | jq .verdict

The drill runs as a unit of systemd: when this command or its connection ends, it goes on; the same --id attaches to it again, and gives the
recorded result once it has ended. The declared schedule runs the same program.

Exit: 0 passed (or covered), 1 failed (or not covered), 2 the command or the configuration is wrong, 75 another drill runs.`;

/** Returns the exit code. */
export function drillCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const program = stackCommandLine('drill', 'Restores a backup aside, proves it, and removes the copy.', around)
    .option('--target <target>', 'latest, immediate, time=…, lsn=…, name=… or xid=… (default: latest)')
    .option('--timeline <number>', 'which branch of history (default: the newest)')
    .option('--set <label>', 'which backup (default: the newest before the target)')
    .option('--node <name>', 'where it runs, with a repository on each node')
    .option('--id <id>', 'name of this run; a second call with it gives the recorded result')
    .option('--no-verify', 'do not verify the whole repository first')
    .option('--dry-run', 'only prove that the target is covered and that there is room')
    .option('--json', 'print the record as JSON')
    .addHelpText('after', HELP);
  const isJson = (flags: Flags): boolean => flags.json === true;
  return runStackCommand<Flags>(program, argv, around, isJson, async (flags) => {
    const request = requestOf(flags);
    const id = flags.id ?? `manual-${around.clock.toISOString().replace(/[-:]|\.\d+/g, '')}`;
    refuse([...checkDrillRequest(request, 'drill'), ...checkRequestId(id, '--id')]);
    const remote = (around.open ?? openRemote)(await repositoryConnection(flags, around));
    try {
      return flags.dryRun === true
        ? await plan(remote, id, request, isJson(flags), around)
        : await drill(remote, id, request, isJson(flags), around);
    } finally {
      remote.close();
    }
  });
}

function requestOf({ target, timeline, set, verify }: Flags): DrillRequest {
  return {
    ...(target === undefined ? {} : { target }),
    ...(timeline === undefined ? {} : { timeline: Number(timeline) }),
    ...(set === undefined ? {} : { set }),
    ...(verify ? {} : { verify }),
  };
}

async function repositoryConnection(flags: Flags, around: Surroundings): Promise<Connection> {
  const { spec, connectionOf } = await readDeclaredCluster(flags, around);
  const node = repositoryNode(spec, flags.node);
  if (!('host' in node)) throw new KingbaseError(node);
  return connectionOf(node);
}

async function drill(
  remote: Remote,
  id: string,
  request: DrillRequest,
  json: boolean,
  around: Surroundings,
): Promise<number> {
  if (!json) around.out(`drill ${id} on ${remote.host}`);
  for (let seen = -1; ;) {
    const { code, stdout, stderr } = await call(remote, ['--poll', String(seen), ...drillWords(id, request)]);
    const lines = stderr.split('\n').filter((line) => line !== '');
    if (lines.length > 0) around.err(lines.join('\n'));
    if (code !== GOES_ON) return show(code, stdout, json, around);
    seen = Math.max(seen, 0) + lines.length;
  }
}

function show(code: number, text: string, json: boolean, around: Surroundings): number {
  const record = parseDrillRecord(text);
  if (record === undefined) return code === EXIT_BUSY ? code : EXIT_FAILED;
  around.out(json ? JSON.stringify(record, null, 2) : formatDrill(record));
  return record.verdict === 'passed' ? 0 : EXIT_FAILED;
}

async function plan(
  remote: Remote,
  id: string,
  request: DrillRequest,
  json: boolean,
  around: Surroundings,
): Promise<number> {
  const { code, stdout, stderr } = await call(remote, ['--dry-run', ...drillWords(id, request)]);
  if (json || stdout === '') around.out(stdout === '' ? stderr : stdout);
  else around.out(planText(stdout));
  return code === 0 || code === EXIT_BUSY ? code : EXIT_FAILED;
}

interface Plan {
  readonly covered: boolean;
  readonly reason?: string;
  readonly backup?: string;
  readonly bytes?: number;
  readonly freeBytes?: number;
  readonly directory?: string;
}

function planText(text: string): string {
  const { covered, reason, backup, bytes, freeBytes, directory } = JSON.parse(text) as Plan;
  return covered
    ? `covered: backup ${backup}, ${mebibytes(bytes)} into ${directory}, where ${mebibytes(freeBytes)} are free`
    : `NOT COVERED: ${reason ?? ''}`;
}

function mebibytes(bytes: number | undefined): string {
  return `${((bytes ?? 0) / 1024 ** 2).toFixed(0)} MiB`;
}

async function call(remote: Remote, words: readonly string[]): ReturnType<Remote['exec']> {
  const result = await remote.exec([DRILL, ...words], { anyExit: true, timeoutMs: 600_000, label: 'drill.sh' });
  if (result.code === MISSING || result.code === MISSING - 1) {
    throw new KingbaseError({
      code: 'drill/not-installed',
      path: remote.host,
      message: `${DRILL} is not there`,
      hint: 'Declare `backup` under kingbase:cluster and run `pulumi up`: it is installed on the node of the repository.',
    });
  }
  return result;
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new KingbaseError(findings);
}
