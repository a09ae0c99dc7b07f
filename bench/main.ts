// `npm run bench`: runs the measurements, prints one table, leaves JSON behind, and exits 1 when a limit is missed.
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { projectRoot } from '../lab/projectRoot';
import { tolerateClosedPipes } from '../remote/closedPipe';
import { Cleanups } from './cleanups';
import { describeMachine } from './machine';
import { measurements } from './measurements';
import { endRunning } from './processTree';
import { writeResult } from './resultFile';
import { formatTable } from './table';
import type { BenchContext, Measurement } from './types';
import { anyMissed, type Row } from './verdict';

interface Options {
  readonly list?: boolean;
  readonly runs?: number;
  readonly quick?: boolean;
  readonly results: string;
}

const EXIT_MISSED = 1;
const EXIT_USAGE = 2;

const cleanups = new Cleanups();
const startedAt = Date.now();
let interrupted = false;

function say(text: string): void {
  process.stderr.write(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)}s] ${text}\n`);
}

async function main(): Promise<number> {
  const program = new Command('bench')
    .description('Measures what this project promises, side by side with the plain way of doing it.')
    .argument('[names...]', 'which measurements; all of them by default')
    .option('--list', 'print the measurements and end')
    .option('--runs <n>', 'how often each is run, instead of its own number', parseRuns)
    .option('--quick', 'smaller and once each: shows that it works, says nothing about speed, writes no file')
    .option('--results <folder>', 'where the JSON files go', join(projectRoot(), 'bench', 'results'))
    .addHelpText('after', HELP);
  program.parse();
  const options = program.opts<Options>();
  if (options.list === true) {
    process.stdout.write(list());
    return 0;
  }
  const unknown = program.args.filter((name) => !measurements.some((candidate) => candidate.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no measurement is called ${unknown.join(', ')}\nHINT: the measurements are:\n${list()}`);
    return EXIT_USAGE;
  }
  const wanted = measurements.filter(({ name }) => program.args.length === 0 || program.args.includes(name));
  if (wanted.some((measurement) => measurement.needsLab) && process.getuid?.() !== 0) {
    const names = wanted.filter((measurement) => measurement.needsLab).map(({ name }) => name);
    process.stderr.write(
      `${names.join(', ')}: needs root, because lab nodes are mounted and booted\nHINT: run as root on Debian 12, or name the others.\n`,
    );
    return EXIT_USAGE;
  }
  return runAll(wanted, options);
}

const HELP = `
Prints a table (name, ours, reference, ratio, limit, verdict) and writes every single run to
bench/results/<date>-<name>.json. Labs of its own (b1, b2, … from 10.77.20.0/24 on; KINGBASE_BENCH_SUBNET=45: from 10.77.45.0/24 on) are taken down at the
end, Ctrl-C included.
Exit: 0 every limit kept, 1 a limit missed or a measurement failed, 2 wrong usage.`;

function list(): string {
  const width = Math.max(...measurements.map(({ name }) => name.length));
  return measurements.map(({ name, title }) => `${name.padEnd(width)}  ${title}\n`).join('');
}

function parseRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new InvalidArgumentError('a whole number from 1 on.');
  return runs;
}

async function runAll(wanted: readonly Measurement[], options: Options): Promise<number> {
  const rows: Row[] = [];
  const failed: string[] = [];
  for (const measurement of wanted) {
    if (interrupted) break;
    const found = await runOne(measurement, options);
    if (found === undefined) failed.push(measurement.name);
    else rows.push(...found);
  }
  if (interrupted) return EXIT_MISSED;
  process.stdout.write(`${formatTable(rows)}\n`);
  if (options.quick === true) process.stdout.write('quick run: smaller and once each, no statement about speed\n');
  if (failed.length > 0) process.stdout.write(`failed, nothing measured: ${failed.join(', ')}\n`);
  return failed.length > 0 || anyMissed(rows) ? EXIT_MISSED : 0;
}

async function runOne(measurement: Measurement, options: Options): Promise<readonly Row[] | undefined> {
  const quick = options.quick === true;
  const context: BenchContext = { runs: options.runs, quick, say, cleanup: (undo) => cleanups.add(undo) };
  const machine = describeMachine(new Date());
  const begun = Date.now();
  say(`${measurement.name}: ${measurement.title}`);
  try {
    const outcome = await measurement.run(context);
    const seconds = (Date.now() - begun) / 1000;
    const head = { measurement: measurement.name, title: measurement.title, quick, machine, seconds };
    if (!quick) say(`${measurement.name}: written to ${writeResult(options.results, head, outcome)}`);
    for (const note of outcome.notes) say(`${measurement.name}: ${note}`);
    return outcome.rows;
  } catch (error) {
    // What fails after Ctrl-C fails because of it.
    if (!interrupted)
      say(`${measurement.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return undefined;
  } finally {
    for (const error of await cleanups.runAll()) say(`cleaning up: ${String(error)}`);
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (interrupted) {
      say(`${signal} again: still taking down what was set up, please wait`);
      return;
    }
    interrupted = true;
    endRunning();
    say(`${signal}: taking down what was set up …`);
    void cleanups.runAll().then((errors) => {
      for (const error of errors) say(`cleaning up: ${String(error)}`);
      process.exit(code);
    });
  });
}

tolerateClosedPipes();
main().then(
  (code) => {
    if (!interrupted) process.exit(code);
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(EXIT_MISSED);
  },
);
