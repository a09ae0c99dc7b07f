// `npm run incident`: logs of kingbasecluster (and pgpool-II, repmgrd, kbha) from one or more nodes → what happened, as text, JSON and one page.
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import type { Language } from '../core/budget/formatBudget';
import { KingbaseError, type Finding } from '../core/finding';
import { analyze } from '../core/incident/analyze';
import { confKindOf, parseHaConf, parsePoolConf } from '../core/incident/conf';
import { formatAnalysis } from '../core/incident/format/terminal';
import type { Analysis } from '../core/incident/incidentTypes';
import { isTimeZone, parseSkew } from '../core/incident/time';
import { findLogs, readConf, type GivenPath } from '../remote/incident/findLogs';
import { readLogs } from '../remote/incident/readLogs';
import { languageOf, replaceFile } from './reportCommand';
import type { EntrySurroundings } from './runEntry';

interface Flags {
  readonly tz?: string;
  readonly skew: readonly string[];
  readonly config: readonly string[];
  readonly json?: string;
  readonly html?: string;
  readonly lang?: Language;
}

const EXIT_NOTHING = 1;
const EXIT_USAGE = 2;

const HELP = `
Reads cluster.log, failover.log, recovery.log of any nodes, hamgr.log and kbha.log, their rotated and compressed files in any order, kingbasecluster.conf
and HAmodule.conf; folders are searched. What is not in the logs is called unknown; what rests on missing lines is marked so. Secrets are masked.

  npm run incident -- node101/log node102/log --tz Asia/Shanghai --html incident.html
  npm run incident -- node101=/tmp/a.log node102=/tmp/b.log --skew node101=+2s --config kingbasecluster.conf --json out.json

node=<path> says whose log it is, where the log does not. --skew adds to the moments of a node.
Exit: 0 read, 1 no log could be read, 2 the command is wrong.`;

/** Returns the exit code. */
export async function incidentCommand(argv: readonly string[], around: EntrySurroundings): Promise<number> {
  const gather = (one: string, all: readonly string[]): readonly string[] => [...all, one];
  const program = new Command('incident')
    .description('Turns the logs of a failover into a timeline with findings.')
    .argument('<paths...>', 'files and folders; node=<path> says whose')
    .option('--tz <zone>', 'time zone of the logs, for example Asia/Shanghai; never guessed')
    .option('--skew <node=±s>', 'added to the moments of a node; may be repeated', gather, [])
    .option('--config <file>', 'kingbasecluster.conf or HAmodule.conf; may be repeated', gather, [])
    .option('--json <file>', 'write the analysis as JSON; - for standard output instead of the text')
    .option('--html <file>', 'write one page')
    .addOption(
      new Option('--lang <language>', 'en or zh (default: by LC_ALL, LC_MESSAGES, LANG)').choices(['en', 'zh']),
    )
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ writeOut: around.out, writeErr: around.err });
  try {
    program.parse([...argv], { from: 'user' });
    return await run(program.args, program.opts<Flags>(), around);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (!(error instanceof KingbaseError)) throw error;
    around.err(error.message);
    return EXIT_USAGE;
  }
}

async function run(paths: readonly string[], flags: Flags, around: EntrySurroundings): Promise<number> {
  const skew = checkFlags(flags, around);
  const inUserFolder = (path: string): string => resolve(around.userFolder, path);
  const given = [...paths, ...flags.config].map((text) => toGiven(text, inUserFolder));
  const found = findLogs(given);
  const read = await readLogs(found.logs);
  const analysis = analyze({
    reports: read.reports,
    poolConf: found.poolConf[0] === undefined ? null : parsePoolConf(readConf(found.poolConf[0])),
    haConf: found.haConf[0] === undefined ? null : parseHaConf(readConf(found.haConf[0])),
    timeZone: flags.tz ?? null,
    ...{ skew, unread: [...found.unread, ...read.unread] },
  });
  const language = flags.lang ?? languageOf(around.env);
  await write(analysis, flags, { ...around, language, inUserFolder });
  if (found.logs.length > 0) return 0;
  around.err(
    'no log could be read\nHINT: name cluster.log, failover.log or recovery.log, or a folder that holds them.',
  );
  return EXIT_NOTHING;
}

async function write(
  analysis: Analysis,
  { json, html }: Flags,
  around: EntrySurroundings & { readonly language: Language; readonly inUserFolder: (path: string) => string },
): Promise<void> {
  if (json === '-') around.out(JSON.stringify(analysis, null, 2));
  else around.out(formatAnalysis(analysis, around.language));
  if (json !== undefined && json !== '-')
    replaceFile(around.inUserFolder(json), `${JSON.stringify(analysis, null, 2)}\n`, '--json');
  if (html === undefined) return;
  // Loaded only here: the charts take a quarter of a second.
  const { renderAnalysis } = await import('../core/incident/format/html.js');
  replaceFile(around.inUserFolder(html), renderAnalysis(analysis, around.language), '--html');
}

function toGiven(text: string, inUserFolder: (path: string) => string): GivenPath {
  const parts = /^([\w.-]+)=(.+)$/.exec(text);
  return parts === null
    ? { path: inUserFolder(text), node: null }
    : { path: inUserFolder(parts[2] ?? ''), node: parts[1] ?? null };
}

function checkFlags({ tz, skew, config }: Flags, around: EntrySurroundings): Readonly<Record<string, number>> {
  const findings: Finding[] = [];
  const seconds: Record<string, number> = {};
  if (tz !== undefined && !isTimeZone(tz)) {
    findings.push({
      code: 'incident/bad-zone',
      path: '--tz',
      message: `no such time zone "${tz}"`,
      hint: 'Name one of the IANA data base, for example Asia/Shanghai.',
    });
  }
  for (const one of skew) {
    const [node = '', text = ''] = one.split('=');
    const value = parseSkew(text);
    if (node === '' || value === null) {
      findings.push({
        code: 'incident/bad-skew',
        path: '--skew',
        message: `not node=±seconds: "${one}"`,
        hint: 'Write for example node101=+2s or node102=-1m30s.',
      });
    } else seconds[node] = value;
  }
  for (const file of config) {
    let kind: ReturnType<typeof confKindOf> = null;
    try {
      kind = confKindOf(readConf(resolve(around.userFolder, file)));
    } catch {
      // Named as not read, with what is wrong, when the files are looked for.
      continue;
    }
    if (kind === null)
      findings.push({
        code: 'incident/bad-config',
        path: '--config',
        message: `neither kingbasecluster.conf nor HAmodule.conf: ${file}`,
      });
  }
  if (findings.length > 0) throw new KingbaseError(findings);
  return seconds;
}
