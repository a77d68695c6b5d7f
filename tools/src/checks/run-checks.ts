import { join } from 'node:path';
import { checkContracts } from '../contracts/check-contracts.ts';
import { ROOT } from '../paths.ts';
import { run } from '../processes/programs.ts';
import { type CheckResult, checkImports } from './import-check.ts';

const TIMEOUT_MS = 120_000;
const FOLDERS = ['services', 'packages', 'tools/src', 'load'];

// Raise them as the project grows: they say how much of it the import check must have seen.
const MODULES_MIN = 150;
const DEPENDENCIES_MIN = 500;

type Check = { readonly name: string; run(): Promise<CheckResult> };

const CHECKS: readonly Check[] = [
  tool('format', 'biome', 'ci', '--colors=off', '.'),
  tool('lint', 'oxlint', '--type-aware', '--deny-warnings'),
  tool('types', 'tsc', '--noEmit', '-p', 'tsconfig.json'),
  {
    name: 'imports',
    run: () =>
      checkImports({ cwd: ROOT, folders: FOLDERS, modulesMin: MODULES_MIN, dependenciesMin: DEPENDENCIES_MIN }),
  },
  { name: 'contracts', run: async () => checkContracts() },
  tool('dead code', 'knip', '--no-progress'),
];

/**
 * Runs every check, prints each with its time and all that it found, and resolves with the number that failed.
 */
export async function runChecks(
  print: (line: string) => void,
): Promise<{ readonly passed: number; readonly failed: number }> {
  const results = await Promise.all(CHECKS.map((check) => timed(check, print)));
  const failed = results.filter(({ ok }) => !ok).length;
  return { passed: results.length - failed, failed };
}

async function timed(check: Check, print: (line: string) => void): Promise<CheckResult> {
  const begun = Date.now();
  const result = await check.run();
  print(`${result.ok ? 'ok    ' : 'FAILED'} ${check.name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  if (!result.ok) print(`${result.output.trimEnd()}\n`);
  return result;
}

function tool(name: string, program: string, ...args: readonly string[]): Check {
  const path = join(ROOT, 'node_modules', '.bin', program);
  return { name, run: () => run(path, args, { cwd: ROOT, timeoutMs: TIMEOUT_MS }) };
}
