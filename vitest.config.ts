import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { InOrder } from './test/support/inOrder';

/** By itself the runner would leave one core to nobody, which on two cores means one file at a time. */
const common = { environment: 'node' as const, globals: false, maxWorkers: Math.max(2, availableParallelism() - 1) };

/** Two scenarios side by side, each on a shared cluster of its own: for most of their time they wait. On one core, one. A lane needs a network. */
const networks = process.env['KINGBASE_SCENARIO_LAB']?.split(':').slice(1);
const lanes = Math.min(networks === undefined ? 2 : Math.max(1, networks.length - 1), availableParallelism());

/** Tests on the lab's own nodes. */
const nodes = {
  ...common,
  globalSetup: ['test/lab/support/globalSetup.ts'],
  maxWorkers: lanes,
  sequence: { groupOrder: 1 },
  // Against what hangs: a busy machine takes several times the minute or two of an idle one.
  testTimeout: 1_200_000,
  hookTimeout: 1_200_000,
};

export default defineConfig({
  test: {
    sequence: { sequencer: InOrder },
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/{core,remote,docs,policy}/**/*.test.ts', 'test/lab/{toolchain,unit,kwdb}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        // One set of Pulumi mocks per file: each file has its own process.
        test: { ...common, name: 'components', include: ['test/components/**/*.test.ts'], testTimeout: 90_000 },
      },
      { test: { ...common, name: 'engine', include: ['test/engine/**/*.test.ts'], testTimeout: 240_000 } },
      { test: { ...nodes, name: 'lab', include: ['test/lab/*.test.ts', 'test/lab/scenarios/**/*.test.ts'] } },
      // What `npm test` has no time for: the other failures of the same kinds.
      {
        test: {
          ...nodes,
          name: 'scenarios',
          include: ['test/long/scenarios/**/*.test.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...nodes,
          name: 'long',
          include: ['test/long/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          testTimeout: 3_600_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      thresholds: { lines: 100 },
      reporter: ['text-summary', 'text'],
    },
  },
});
