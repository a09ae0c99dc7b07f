// `npm run fuzz [seconds] [seed]`: damaged logs through the whole analysis, ten minutes by default. A crash or a wrong verdict with certainty ends it, with its seed.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fuzzOnce, type FuzzLog } from './fuzzLogs';

const folder = join(resolve(__dirname, '..', '..'), 'test', 'support', 'v8r3-logs');
const seconds = Number(process.argv[2] ?? 600);
const first = Number(process.argv[3] ?? Date.now() % 1_000_000_000);

function scenario(name: string): readonly FuzzLog[] {
  const root = join(folder, name);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.log'))
    .map((file) => ({ path: join(root, file), text: readFileSync(join(root, file)) }));
}

const scenarios = ['kb-full', 'killdb', 'killdb-coord2', 's1-host-shutdown', 'standby'].map(scenario);
const until = Date.now() + seconds * 1000;
process.stdout.write(`seed ${first}, ${seconds} s\n`);
let seed = first;
try {
  for (; Date.now() < until; seed += 1) fuzzOnce(scenarios[seed % scenarios.length] ?? [], seed);
  process.stdout.write(`${seed - first} damaged sets of logs: no crash, no wrong verdict with certainty\n`);
} catch (error) {
  process.stderr.write(
    `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nHINT: npm run fuzz -- 1 ${seed} does it again.\n`,
  );
  process.exitCode = 1;
}
