import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkImports } from './import-check.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'import-check-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function plant(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
}

const check = (modulesMin = 1, dependenciesMin = 1) =>
  checkImports({ cwd, folders: ['.'], modulesMin, dependenciesMin });

const plain = 'export const a = 1;\n';

test.each([
  ['api-http-alone', 'services/api/src/http/a.ts', 'services/api/src/queue/b.ts'],
  ['api-documents-alone', 'services/api/src/documents/a.ts', 'services/api/src/http/b.ts'],
  ['worker-kafka-alone', 'services/worker/src/kafka/a.ts', 'services/worker/src/outbox/b.ts'],
  ['worker-captures-pure', 'services/worker/src/captures/a.ts', 'services/worker/src/vlens/b.ts'],
  ['api-app-joins', 'services/api/src/http/a.ts', 'services/api/src/app.ts'],
  ['api-not-worker', 'services/api/src/http/a.ts', 'services/worker/src/kafka/b.ts'],
  ['packages-below-services', 'packages/shared/src/store/a.ts', 'services/api/src/config.ts'],
  ['vlens-alone', 'packages/vlens/src/a.ts', 'packages/shared/src/runtime/b.ts'],
  ['sandbox-alone', 'packages/vlens-sandbox/src/a.ts', 'packages/vlens/src/b.ts'],
  ['sdk-alone', 'packages/sdk/src/a.ts', 'packages/shared/src/store/b.ts'],
  ['cli-on-sdk', 'packages/cli/src/a.ts', 'packages/shared/src/store/b.ts'],
  ['contracts-pure', 'packages/shared/src/contracts/a.ts', 'packages/shared/src/store/b.ts'],
  ['no-barrels', 'packages/vlens/src/a.ts', 'packages/vlens/src/index.ts'],
  ['main-is-entry', 'services/api/src/app.ts', 'services/api/src/main.ts'],
  ['no-test-imports', 'services/api/src/http/a.ts', 'services/api/src/http/b.fixture.ts'],
])('a planted breach of %s is found', async (rule, from, to) => {
  const way = `${'../'.repeat(from.split('/').length - 1)}${to}`;
  plant({
    [to]: plain,
    [from]: `import { a } from '${way}';\nimport type { a as b } from '${way}';\nexport const c: typeof b = a;\n`,
  });

  const { ok, output } = await check();

  expect(output).toContain(`${rule}: ${from} -> ${to}`);
  expect(ok).toBe(false);
});

test('an import of types alone is an import too', async () => {
  plant({
    'services/api/src/queue/b.ts': plain,
    'services/api/src/http/a.ts': "import type { a } from '../queue/b.ts';\nexport type B = typeof a;\n",
  });

  expect((await check()).output).toContain('api-http-alone');
});

test('a cycle is found', async () => {
  plant({
    'packages/vlens/src/a.ts': "import { b } from './b.ts';\nexport const a = (): unknown => b;\n",
    'packages/vlens/src/b.ts': "import { a } from './a.ts';\nexport const b = (): unknown => a;\n",
  });

  expect((await check()).output).toContain('no-cycles');
});

test('a file with a using declaration is read', async () => {
  plant({
    'packages/vlens/src/b.ts': plain,
    'packages/vlens/src/a.ts':
      "import { a } from './b.ts';\nexport function f(x: Disposable): number {\n  using y = x;\n  return y ? a : 0;\n}\n",
  });

  expect(await check()).toMatchObject({ ok: true });
});

test('a check that saw too little fails', async () => {
  plant({ 'packages/vlens/src/a.ts': plain });

  const { ok, output } = await check(2);

  expect(output).toContain('the check is blind');
  expect(ok).toBe(false);
});
