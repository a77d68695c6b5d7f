import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** How a program ended and all that it printed. */
export type RunResult = { readonly ok: boolean; readonly output: string; readonly stdout: string };

/** How to run a program. */
export type RunOptions = { readonly timeoutMs?: number; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv };

/** Runs a program to its end; one that is missing, fails or outlasts the timeout (10 s unless told) is not `ok`. */
export function run(
  command: string,
  args: readonly string[],
  { timeoutMs = 10_000, cwd, env }: RunOptions = {},
): Promise<RunResult> {
  const options = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX, cwd, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout, stderr) => {
      resolve({ ok: !error, stdout, output: `${stdout}${stderr}` || (error?.message ?? '') });
    });
  });
}

/** The path of a program on PATH. */
export function findOnPath(program: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
