// Runs the test projects and ends with one line that counts what the runner itself reported:
// `N passed, N failed, N skipped`. A skip is named and never counted as a pass; no test at all is a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const projects = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const folder = mkdtempSync(join(tmpdir(), 'pulumi-kingbase-test-'));
const report = join(folder, 'report.json');
const isLab = (name) => name === 'lab' || name === 'long';

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

let counts;
try {
  const json = JSON.parse(readFileSync(report, 'utf8'));
  const tests = json.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}\n`);
  // A file that could not be loaded has no tests of its own and is still a failure.
  const brokenFiles = json.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  );
  for (const file of brokenFiles)
    process.stdout.write(`failed to run: ${file.name}: ${String(file.message).split('\n')[0]}\n`);
  counts = {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    skipped: skipped.length,
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
