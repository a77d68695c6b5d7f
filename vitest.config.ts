import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/src/test/longest-first.ts';
import { reporters } from './tools/src/test/reporters.ts';

const SOURCE = ['source', 'node', 'development|production'];
// Files that measure the machine: nothing else may run beside them.
const alone = [
  'e2e/budget.e2e.test.ts', // how much of a budget of calls per half a second is used
  'e2e/tenants.e2e.test.ts', // how long one tenant waits while another floods
  'load/bench/ratios.e2e.test.ts', // processor time, and Redis' traffic
];
const never = ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/.run/**'];

// Workspace packages resolve to their TypeScript, as they do for Node under --conditions=source. `import` must not be
// among the conditions: they reach Node's own loader too, where a `require` would be given ES modules. Nor `module`: what
// stands under it is for bundlers, and Node can't load it.
const fromSource = {
  resolve: { conditions: SOURCE },
  ssr: { resolve: { conditions: SOURCE, externalConditions: ['source'] } },
};

const wholeSystem = {
  globalSetup: 'tools/src/test/require-engines.ts',
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: reporters(process.env['TEST_REPORTS']),
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.int.test.ts', '**/*.e2e.test.ts'],
          // Most are done sooner than what they import is loaded, so files share a process and its modules. Whoever changes something
          // of the process puts it back; environments are put back here.
          isolate: false,
          unstubEnvs: true,
          testTimeout: 10_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'integration',
          include: ['**/*.int.test.ts'],
          exclude: never,
          globalSetup: 'tools/src/test/require-engines.ts',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'e2e',
          include: ['{e2e,load}/**/*.e2e.test.ts'],
          exclude: [...never, ...alone],
          ...wholeSystem,
        },
      },
      {
        ...fromSource,
        // One at a time, which vitest does after everything else.
        test: { name: 'e2e-alone', include: alone, exclude: never, fileParallelism: false, ...wholeSystem },
      },
    ],
  },
});
