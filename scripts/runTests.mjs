// Runs the test projects and ends with one line that counts what the runner itself reported:
// `N passed, N failed, N skipped`. A skip is named and never counted as a pass; no test at all is a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const projects = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const folder = mkdtempSync(join(tmpdir(), 'pulumi-kingbase-test-'));
const report = join(folder, 'report.json');
const isLab = (name) => ['lab', 'scenarios', 'long'].includes(name);

/** Lab work needs root on Debian; scripts/ensureHost.sh installs what the machine lacks. */
function ensureHost() {
  if (process.getuid?.() !== 0) return 'needs root';
  const run = spawnSync('sh', ['scripts/ensureHost.sh'], { stdio: ['ignore', 2, 'inherit'] });
  return run.status === 0 ? undefined : 'scripts/ensureHost.sh failed, see above';
}

const wanted = projects.length > 0 ? projects : ['unit', 'components', 'engine', 'lab'];
/** The page of a report is opened in a real browser; scripts/ensureBrowser.sh installs Debian's, as root. */
function ensureBrowser() {
  const run = spawnSync('sh', ['scripts/ensureBrowser.sh'], { encoding: 'utf8' });
  if (run.status === 0) return undefined;
  process.stderr.write(run.stderr);
  return run.stderr.split('\n')[0] || 'scripts/ensureBrowser.sh failed';
}

const browserProblem = wanted.includes('engine') ? ensureBrowser() : undefined;
if (browserProblem !== undefined) process.stderr.write(`tests in a browser are skipped: ${browserProblem}\n`);
const labProblem = wanted.some(isLab) ? ensureHost() : undefined;
if (labProblem !== undefined) process.stderr.write(`lab tests are skipped: ${labProblem}\n`);

const run = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...wanted.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...options,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(labProblem === undefined ? {} : { KINGBASE_LAB_SKIP: labProblem }),
      ...(browserProblem === undefined ? {} : { KINGBASE_BROWSER_SKIP: browserProblem }),
    },
  },
);

/** The runner paints its words. */
const plain = (words) => words.replaceAll(/\u001B\[[0-9;]*m/g, '');
const isSkipped = (test) => test.status !== 'passed' && test.status !== 'failed';

/** Named by file, and by the group that says why: a file of a hundred skipped cases has one reason. */
function nameSkipped(files) {
  for (const { file, tests } of files) {
    const skipped = tests.filter(isSkipped);
    const groups = new Set(skipped.map((test) => test.ancestorTitles.join(' > ') || test.title));
    for (const group of groups) {
      const names = skipped.filter((test) => (test.ancestorTitles.join(' > ') || test.title) === group);
      const word = names.length === 1 ? names[0].fullName : `${names.length} tests of: ${group}`;
      process.stdout.write(`skipped: ${file}: ${word}\n`);
    }
  }
}

/** Last, where nobody has to look for it: what failed, with the beginning of the reason. */
function nameFailed(files) {
  for (const { file, tests, broken } of files) {
    if (broken !== undefined) process.stdout.write(`failed to run: ${file}: ${broken}\n`);
    for (const test of tests.filter(({ status }) => status === 'failed')) {
      const reason = plain(test.failureMessages.join('\n')).split('\n').slice(0, 25).join('\n    ').slice(0, 4000);
      process.stdout.write(`failed: ${file}: ${test.fullName}\n    ${reason}\n`);
    }
  }
}

/** Where the time went, for whoever wants the run to be shorter. */
function nameSlowest(files) {
  const slowest = [...files].sort((a, b) => b.seconds - a.seconds).slice(0, 25);
  process.stdout.write(`slowest files, in seconds: ${slowest.map((f) => `${f.file} ${f.seconds}`).join(', ')}\n`);
}

let counts;
try {
  const json = JSON.parse(readFileSync(report, 'utf8'));
  const files = json.testResults.map((result) => ({
    file: relative(process.cwd(), result.name),
    tests: result.assertionResults,
    seconds: Math.round((result.endTime - result.startTime) / 1000),
    // A file that could not be loaded has no tests of its own and is still a failure.
    broken:
      result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed')
        ? plain(String(result.message)).split('\n')[0]
        : undefined,
  }));
  const tests = files.flatMap((file) => file.tests);
  nameSkipped(files);
  nameSlowest(files);
  nameFailed(files);
  counts = {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed:
      tests.filter((test) => test.status === 'failed').length +
      files.filter(({ broken }) => broken !== undefined).length,
    skipped: tests.filter(isSkipped).length,
  };
} catch (error) {
  process.stderr.write(`the test runner left no report: ${error.message}\n`);
  counts = { passed: 0, failed: 1, skipped: 0 };
}
rmSync(folder, { recursive: true, force: true });
const ok = run.status === 0 && counts.failed === 0 && counts.passed > 0;
if (!ok && counts.failed === 0) counts.failed = 1;
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(ok ? 0 : 1);
