/** `npm run load`: see `usage` in command-line.ts. Exit code 0 for a good run, 1 for thresholds not kept, 2 for a wrong command line. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, RUN } from '@identity-events/tools/paths';
import { type LoadCommand, readCommandLine, usage } from './command-line.ts';
import { judge } from './judge.ts';
import { describeMachine } from './measure/machine.ts';
import { type Profile, readProfile } from './profile.ts';
import { comparisonOf, reportOf } from './report/html.ts';
import { createProgressView } from './report/progress.ts';
import { tableOf, tableOfTwo } from './report/tables.ts';
import { type RunResult, readResult } from './result.ts';
import { runLoad } from './run-load.ts';
import { openDeployment, startLocalTarget, type Target } from './target.ts';
import { watchRedis } from './watch/watch-redis.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(new Error('stopped')));

async function run({
  profile: name,
  deployment,
  out = join(RUN, 'load'),
  cpuProfile,
}: LoadCommand & { action: 'run' }): Promise<number> {
  const profile = readProfile(existsSync(name) ? name : join(ROOT, 'load', 'profiles', `${name}.json`));
  const machine = describeMachine();
  const options = { from: 'dist', cpuProfile, log: print, signal: stopping.signal } as const;
  await using target = deployment ? openDeployment(deployment, profile) : await startLocalTarget(profile, options);
  print(`${profile.name}: ${profile.description}\nagainst ${target.name}`);
  const startedAt = new Date().toISOString();
  const measured = await drive(profile, target);
  const result = {
    format: 1 as const,
    profile,
    startedAt,
    target: target.name,
    machine,
    budgetWindows: budgetWindows(target),
    hotFunctions: await target.finish(),
    ...measured,
  };
  const broken = stopping.signal.aborted ? ['stopped before the end'] : [];
  return report({ ...result, broken: [...broken, ...judge({ ...result }, profile.thresholds)] }, out);
}

async function drive(profile: Profile, { door, brokers, redis, processes }: Target) {
  const view = createProgressView(profile.stages.reduce((sum, { seconds }) => sum + seconds, 0));
  const watch = redis && watchRedis(redis.url, redis.tenant, redis.windows);
  try {
    return await runLoad({
      profile,
      door,
      brokers,
      redis: watch,
      processes: { ...processes, generator: process.pid },
      onSecond: view.show,
      signal: stopping.signal,
    });
  } finally {
    view.done();
    await watch?.close();
  }
}

function budgetWindows({ redis }: Target): string[] {
  return (redis?.windows ?? []).map(
    ({ calls, ms }) => `${calls} per ${ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`}`,
  );
}

function report(result: RunResult, out: string): number {
  mkdirSync(out, { recursive: true });
  const base = join(out, `${result.profile.name}-${result.startedAt.replaceAll(/[:.]/g, '-')}`);
  writeFileSync(`${base}.json`, JSON.stringify(result));
  writeFileSync(`${base}.html`, reportOf(result));
  print(tableOf(result));
  print(`report ${base}.html\nJSON   ${base}.json`);
  for (const one of result.broken) print(`NOT KEPT  ${one}`);
  return result.broken.length === 0 ? 0 : 1;
}

function compare({ a, b, out }: LoadCommand & { action: 'compare' }): number {
  const [first, second] = [readResult(a), readResult(b)];
  print(tableOfTwo(first, second));
  const file = join(out ?? '.', 'comparison.html');
  writeFileSync(file, comparisonOf(first, second));
  print(`report ${file}`);
  return 0;
}

function help({ problem }: LoadCommand & { action: 'help' }): number {
  print(problem ? `${problem}\n\n${usage}` : usage);
  return problem ? 2 : 0;
}

const command = readCommandLine(process.argv.slice(2), process.env);
try {
  if (command.action === 'run') process.exitCode = await run(command);
  else process.exitCode = command.action === 'compare' ? compare(command) : help(command);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
