import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { COMPILED, ROOT } from '@identity-events/tools/paths';

const main = join(ROOT, 'packages/cli/src/main.ts');

/** How a run of the command line ended. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of the results, as the JSON that it is. */
  readonly lines: () => Record<string, unknown>[];
}

/** A run under way. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<CliRun>;
}

/** Starts `identity-events` with these arguments, in an environment of its own. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): RunningCli {
  return follow(spawn(process.execPath, nodeArgs(args), { env: own(env) }), input);
}

/** Runs it to its end. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<CliRun> {
  return startCli(args, env, input).ended;
}

/** Runs it on a pseudo-terminal (script of util-linux), where stdout and stderr are one. */
export function runCliOnTerminal(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CliRun> {
  const command = [process.execPath, ...nodeArgs(args)].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...own(env), TERM: 'xterm' },
  });
  return follow(child, '').ended;
}

const nodeArgs = (args: readonly string[]): string[] => ['--conditions=source', main, ...args];
const own = (env: Readonly<Record<string, string>>) => ({
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: COMPILED,
  ...env,
});

function follow(child: ChildProcess, input: string): RunningCli {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (texts.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (texts.stderr += String(chunk)));
  child.stdin?.end(input);
  const ended = once(child, 'close').then(([code]): CliRun => {
    const lines = () =>
      texts.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
    return { code: code as number | null, ...texts, lines };
  });
  return { child, stdout: () => texts.stdout, ended };
}
