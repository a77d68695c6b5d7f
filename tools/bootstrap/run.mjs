import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A sentence for the person at the terminal, and the exit code that goes with it. */
export class BootstrapError extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Ends the run with a sentence. Exit code 3, the default, means that something needed could not be had.
 *
 * @param {string} message @param {number} [exitCode] @returns {never}
 */
export function fail(message, exitCode = 3) {
  throw new BootstrapError(message, exitCode);
}

/**
 * Says what is being done before it begins and how long it took afterwards, each in one line.
 *
 * @template T @param {string} what @param {() => Promise<T>} task @returns {Promise<T>}
 */
export async function step(what, task) {
  process.stderr.write(`bootstrap: ${what} ...\n`);
  const begun = Date.now();
  const result = await task();
  process.stderr.write(`bootstrap: ${what}: done in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
  return result;
}

/**
 * Runs a program to its end; its output is returned, or goes to the terminal when `attached`.
 * A program that cannot be started answers with code 127.
 *
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, attached?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function exec(command, args, { cwd, env, attached = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: attached ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {string} output @param {number} [lines] */
export function lastLines(output, lines = 8) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * Gives the terminal to the command and resolves with its exit code. Signals are passed on, and the command is told to stop
 * when whoever started us is gone: it sees the channel between us close when we die, and we watch npm when npm began it.
 *
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>}
 */
export function handOver(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal));
    const begunBy = starters();
    const watch = setInterval(() => starters() !== begunBy && child.kill('SIGTERM'), 500);
    if (!env.npm_lifecycle_event) clearInterval(watch);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * The processes above us up to npm, which changes when one of them dies. npm starts a script through a shell, which may stay
 * between npm and us and then does not end with npm. Where there is no /proc to tell, it is our own parent alone.
 *
 * @returns {string}
 */
function starters() {
  const parent = process.ppid;
  try {
    const [, name = '', grandparent = ''] =
      /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'utf8')) ?? [];
    return /^(da|ba|z)?sh$/.test(name) ? `${parent} ${grandparent}` : String(parent);
  } catch {
    return String(parent);
  }
}
