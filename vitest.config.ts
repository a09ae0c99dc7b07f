import { defineConfig } from 'vitest/config';

const common = { environment: 'node' as const, globals: false };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/{core,remote,docs,policy}/**/*.test.ts', 'test/lab/{toolchain,unit}/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        // One set of Pulumi mocks per file: each file has its own process.
        test: { ...common, name: 'components', include: ['test/components/**/*.test.ts'], testTimeout: 30_000 },
      },
      { test: { ...common, name: 'engine', include: ['test/engine/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          ...common,
          name: 'lab',
          include: ['test/lab/*.test.ts', 'test/lab/scenarios/**/*.test.ts'],
          globalSetup: ['test/lab/support/globalSetup.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...common,
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/lab/support/globalSetup.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 3_600_000,
          hookTimeout: 900_000,
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
