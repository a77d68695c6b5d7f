import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks/run-checks.ts';
import type { CommandContext } from './command.ts';
import { ROOT, RUN } from './paths.ts';
import { openRunFolder } from './processes/run-folder.ts';
import { runInTerminal } from './programs.ts';
import { ensureOpenssl } from './test/ensure-openssl.ts';
import { fetchTestPrograms } from './test/fetch-test-programs.ts';
import { COUNTS_FILE, SECONDS_FILE } from './test/reporters.ts';
import { type FileSeconds, readFileSeconds, slowestFiles } from './test/slowest-files.ts';
import { startTestEngines, type TestEngines } from './test/start-test-engines.ts';
import { type Counts, readCounts, sum } from './test/vitest-report.ts';

type Ran = { readonly counts: Counts; readonly files?: readonly FileSeconds[] };
type Stage = Ran & { readonly name: string; readonly seconds: number };
type RunStage = (name: string, run: () => Promise<Ran>) => Promise<void>;

const NOTHING_RAN: Counts = { passed: 0, failed: 1, skipped: 0 };

/**
 * `npm test [-- filter]`: the checks, the unit tests, then integration and whole-system tests on real engines, which start and are
 * fetched meanwhile. Every stage runs whatever became of those before it; the last line counts them all. A filter is vitest's: part of
 * a file's path; with one, a stage may have nothing to run.
 */
export async function test(context: CommandContext): Promise<number> {
  const folder = openRunFolder(RUN, 'test');
  const stages: Stage[] = [];
  const stage: RunStage = async (name, run) => {
    if (context.signal.aborted) return;
    context.print(`\n== ${name}`);
    const begun = Date.now();
    stages.push({ name, ...(await run()), seconds: (Date.now() - begun) / 1000 });
  };
  const engines = prepare(context, folder.path);
  try {
    await stage('check', async () => ({ counts: { ...(await runChecks(context.print)), skipped: 0 } }));
    await ensureOpenssl(context.print);
    await stage('unit', () => vitest(context, ['unit'], folder.path, {}));
    await stageOnEngines(context, folder.path, stage, engines);
  } finally {
    await (await engines)?.stop();
    folder.remove();
  }
  return summarize(context, stages);
}

/** Starts the engines and fetches what whole-system tests need; resolves once all is there, or without engines when they fail. */
async function prepare({ args, print, signal }: CommandContext, dataDir: string): Promise<TestEngines | undefined> {
  try {
    const fetched = args.length === 0 ? fetchTestPrograms(print) : undefined;
    const engines = await startTestEngines({ dataDir, log: print, signal });
    await fetched;
    return engines;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function stageOnEngines(
  context: CommandContext,
  folder: string,
  stage: RunStage,
  starting: Promise<TestEngines | undefined>,
): Promise<void> {
  const engines = await starting;
  if (!engines) return stage('integration and e2e, without engines', () => Promise.resolve({ counts: NOTHING_RAN }));
  await stage('integration', () => vitest(context, ['integration'], folder, engines.env));
  await stage('e2e', () => vitest(context, ['e2e', 'e2e-alone'], folder, engines.env));
}

async function vitest(
  context: CommandContext,
  projects: readonly string[],
  runFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<Ran> {
  const folder = join(runFolder, projects.join('+'));
  mkdirSync(folder);
  const program = join(ROOT, 'node_modules', '.bin', 'vitest');
  const filtered = context.args.length > 0;
  const chosen = projects.map((project) => `--project=${project}`);
  const args = ['run', ...chosen, ...(filtered ? ['--passWithNoTests'] : []), ...context.args];
  const code = await runInTerminal(context, program, args, { ...env, TEST_REPORTS: folder });
  const counts = readCounts(join(folder, COUNTS_FILE));
  const ran = counts.passed + counts.failed > 0 || (filtered && code === 0);
  const failed = ran && (code === 0 || counts.failed > 0) ? counts.failed : counts.failed + 1;
  return { counts: { ...counts, failed }, files: readFileSeconds(join(folder, SECONDS_FILE)) };
}

function summarize({ print, signal }: CommandContext, stages: readonly Stage[]): number {
  print('\nslowest files:');
  for (const line of slowestFiles(stages.flatMap(({ files = [] }) => files))) print(line);
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
