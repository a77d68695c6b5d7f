import { defineConfig } from 'vitest/config';

const SOURCE = ['source', 'node', 'development|production'];
const never = ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/.run/**'];

// Workspace packages resolve to their TypeScript, as they do for Node under --conditions=source. `import` must not be
// among the conditions: they reach Node's own loader too, where a `require` would be given ES modules. Nor `module`: what
// stands under it is for bundlers, and Node can't load it.
const fromSource = {
  resolve: { conditions: SOURCE },
  ssr: { resolve: { conditions: SOURCE, externalConditions: ['source'] } },
};

export default defineConfig({
  test: {
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.int.test.ts', '**/*.e2e.test.ts'],
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
          exclude: never,
          globalSetup: 'tools/src/test/require-engines.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
