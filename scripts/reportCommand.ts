// `npm run report`: one HTML page out of the records of actions and drills that lie on the nodes of a stack.
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { computeBudget } from '../core/budget/computeBudget';
import type { Language } from '../core/budget/formatBudget';
import { KingbaseError } from '../core/finding';
import { effectiveNumber } from '../core/policy/settings';
import { buildReport } from '../core/report/buildReport';
import type { ClusterSpec } from '../core/spec/types';
import type { OpenRemote } from '../remote/remote';
import { readRecords, type Records } from '../remote/report/readRecords';
import { openRemote } from '../remote/sshRemote';
import type { EntrySurroundings } from './runEntry';
import { readDeclaredCluster } from './stackCluster';
import { runStackCommand, stackCommandLine, type StackFlags } from './stackCommand';

export interface Surroundings extends EntrySurroundings {
  /** For tests. */
  readonly open?: OpenRemote;
}

interface Flags extends StackFlags {
  readonly out?: string;
  readonly lang?: Language;
}

const EXIT_NOT_READ = 1;

const HELP = `
Reads the records of actions (action.sh --history) and of drills from every node, changes nothing there, and writes one page: all records, RTO and
RPO as measured against the declared budget, and each action with its timeline and the topology before and after. The page has no script and
loads nothing. What no record holds is called "not recorded".

  npm run report -- --stack prod                            writes report-prod.html
  npm run report -- --stack prod --lang zh --out 报告.html

Exit: 0 written (a node that could not be read is named, here and on the page), 1 no node could be read, and nothing was written,
2 the command or the configuration is wrong.`;

/** Returns the exit code. */
export function reportCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const program = stackCommandLine('report', 'Writes the report of all actions and drills as one HTML page.', around)
    .option('--out <file>', 'where it is written (default: report-<cluster>.html)')
    .addOption(
      new Option('--lang <language>', 'en or zh (default: by LC_ALL, LC_MESSAGES, LANG)').choices(['en', 'zh']),
    )
    .addHelpText('after', HELP);
  return runStackCommand<Flags>(
    program,
    argv,
    around,
    () => false,
    async (flags) => {
      const { spec, connectionOf } = await readDeclaredCluster(flags, around);
      const read = await readRecords(spec.name, spec.nodes, (node) => (around.open ?? openRemote)(connectionOf(node)));
      for (const { node, why } of read.unread) around.err(`${node}: its records could not be read: ${why}`);
      if (read.unread.length === spec.nodes.length) {
        around.err(
          'no node could be read; no report was written\nHINT: npm run preflight shows why the nodes do not answer.',
        );
        return EXIT_NOT_READ;
      }
      return write(spec, read, flags, around);
    },
  );
}

async function write(spec: ClusterSpec, read: Records, flags: Flags, around: Surroundings): Promise<number> {
  // Loaded only here: the charts take a quarter of a second.
  const { renderReport } = await import('../core/report/renderReport.js');
  const report = buildReport({
    ...read,
    cluster: spec.name,
    at: around.clock.toISOString(),
    nodes: spec.nodes.map(({ name, host, role }) => ({ name, host, role })),
    budget: computeBudget(spec),
    archiveTimeoutSeconds: archiveTimeout(spec),
  });
  const path = resolve(around.userFolder, flags.out ?? `report-${spec.name}.html`);
  replaceFile(path, renderReport(report, flags.lang ?? languageOf(around.env)));
  around.out(`${path}: ${read.actions.length} actions, ${read.drills.length} drills`);
  return 0;
}

function archiveTimeout(spec: ClusterSpec): number | null {
  const seconds = spec.backup === undefined ? 0 : effectiveNumber(spec, 'archive_timeout');
  return seconds > 0 ? seconds : null;
}

/** As gettext chooses. */
export function languageOf(env: NodeJS.ProcessEnv): Language {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one !== undefined && one !== '');
  return locale?.startsWith('zh') === true ? 'zh' : 'en';
}

/** As a whole, or not at all. */
export function replaceFile(path: string, text: string, option = '--out'): void {
  try {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new KingbaseError(
      {
        code: 'report/cannot-write',
        path,
        message: (cause as Error).message,
        hint: `Name a file in a directory that you may write to with ${option} <file>.`,
      },
      { cause },
    );
  }
}
