import { join } from 'node:path';
import { runChecks } from './checks/run-checks.ts';
import type { CommandContext } from './command.ts';
import { ROOT, RUN } from './paths.ts';
import { openRunFolder } from './processes/run-folder.ts';
import { runInTerminal } from './programs.ts';
import { ensureOpenssl } from './test/ensure-openssl.ts';
import { startTestEngines } from './test/start-test-engines.ts';
import { type Counts, readCounts, sum } from './test/vitest-report.ts';

type Stage = { readonly name: string; readonly counts: Counts; readonly seconds: number };

const NOTHING_RAN: Counts = { passed: 0, failed: 1, skipped: 0 };

/**
 * `npm test [-- filter]`: the checks, the unit tests, then integration and whole-system tests on real engines. Every stage runs
 * whatever became of those before it; the last line counts them all. A filter is vitest's: part of a file's path; with one, a
 * stage may have nothing to run.
 */
export async function test(context: CommandContext): Promise<number> {
  const folder = openRunFolder(RUN, 'test');
  const stages: Stage[] = [];
  const stage = async (name: string, run: () => Promise<Counts>): Promise<void> => {
    if (context.signal.aborted) return;
    context.print(`\n== ${name}`);
    const begun = Date.now();
    stages.push({ name, counts: await run(), seconds: (Date.now() - begun) / 1000 });
  };
  try {
    await ensureOpenssl(context.print);
    await stage('check', async () => ({ ...(await runChecks(context.print)), skipped: 0 }));
    await stage('unit', () => vitest(context, 'unit', folder.path, {}));
    await stageOnEngines(context, folder.path, stage);
  } finally {
    folder.remove();
  }
  return summarize(context, stages);
}

async function stageOnEngines(
  context: CommandContext,
  folder: string,
  stage: (name: string, run: () => Promise<Counts>) => Promise<void>,
): Promise<void> {
  if (context.signal.aborted) return;
  context.print('\n== engines');
  const engines = await startTestEngines({ dataDir: folder, log: context.print, signal: context.signal }).catch(
    (error: unknown) => {
      context.print(error instanceof Error ? error.message : String(error));
    },
  );
  if (!engines) return stage('integration and e2e, without engines', () => Promise.resolve(NOTHING_RAN));

  try {
    await stage('integration', () => vitest(context, 'integration', folder, engines.env));
    await stage('e2e', () => vitest(context, 'e2e', folder, engines.env));
  } finally {
    await engines.stop();
  }
}

async function vitest(
  context: CommandContext,
  project: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Counts> {
  const report = join(folder, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const program = join(ROOT, 'node_modules', '.bin', 'vitest');
  const filtered = context.args.length > 0;
  const args = ['run', '--project', project, ...reporters, ...(filtered ? ['--passWithNoTests'] : []), ...context.args];
  const code = await runInTerminal(context, program, args, env);
  const counts = readCounts(report);
  const ran = counts.passed + counts.failed > 0 || (filtered && code === 0);
  return ran && (code === 0 || counts.failed > 0) ? counts : { ...counts, failed: counts.failed + 1 };
}

function summarize({ print, signal }: CommandContext, stages: readonly Stage[]): number {
  print('');
  for (const { name, counts, seconds } of stages) print(`${name}: ${inWords(counts)} (${seconds.toFixed(1)} s)`);
  const total = sum(stages.map(({ counts }) => counts));
  const skipsForbidden = process.env.CI === 'true' && total.skipped > 0;
  if (skipsForbidden) print('CI allows no skipped test.');
  if (signal.aborted) print('stopped before the end');
  print(inWords(total));
  return total.failed > 0 || skipsForbidden || signal.aborted ? 1 : 0;
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
