import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WatchdogMessage, WatchdogOrder, WatchdogSpec } from './protocol.ts';

/** How a child ended: its code, or the signal that ended it. */
export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A child to start. */
export type ProcessSpec = {
  /** Used in sentences about it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. Default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Its output is appended here; without it the output, and our input, are those of the terminal. */
  readonly logFile?: string;
  /** Milliseconds between SIGTERM and SIGKILL. Default 10,000. */
  readonly graceMs?: number;
  /** Runs once the child is gone, whatever ended it, even when we are gone too. */
  readonly cleanup?: WatchdogSpec['cleanup'];
};

/** A running child that never outlives us. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves once the child and all that it started are gone; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** SIGTERM, after the grace SIGKILL; resolves when it is gone. Safe to repeat. */
  stop(): Promise<ProcessExit>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<ProcessExit>;
  /** Sends any other signal, for instance SIGSTOP to freeze it. */
  signal(signal: NodeJS.Signals): void;
}

const WATCHDOG = join(import.meta.dirname, 'watchdog.ts');

/**
 * Starts a child under a watchdog; resolves once it runs.
 *
 * However we end, SIGKILL included, the child and everything in its process group end too.
 *
 * @throws Error naming the child when its program cannot be started.
 */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  const watchdog = startWatchdog(spec);
  const exited = watchExit(watchdog);
  const pid = await started(spec.name, watchdog);
  const order = async (message: WatchdogOrder): Promise<ProcessExit> => {
    if (watchdog.connected) watchdog.send(message, () => undefined);
    return exited;
  };
  return {
    name: spec.name,
    pid,
    exited,
    stop: () => order({ type: 'stop' }),
    kill: () => order({ type: 'signal', signal: 'SIGKILL' }),
    signal: (signal) => void order({ type: 'signal', signal }),
  };
}

/** The last lines of a child's log, for the sentence about its end. */
export function lastLogLines(logFile: string, lines = 10): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

function startWatchdog(spec: ProcessSpec): ChildProcess {
  const { command, args, logFile, graceMs = 10_000, cleanup } = spec;
  const order: WatchdogSpec = { command, args, graceMs, ownTerminal: !logFile, ...(cleanup && { cleanup }) };
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  const log = logFile ? openSync(logFile, 'a') : undefined;
  try {
    return spawn(process.execPath, [WATCHDOG, JSON.stringify(order)], {
      stdio: log === undefined ? ['inherit', 'inherit', 'inherit', 'ipc'] : ['ignore', log, log, 'ipc'],
      detached: true, // Out of the terminal's Ctrl-C, so that the order of stopping is ours.
      env: spec.env ?? process.env,
      cwd: spec.cwd,
    });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function started(name: string, watchdog: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    watchdog.on('message', (message: WatchdogMessage) => {
      if (message.type === 'started') resolve(message.pid);
      if (message.type === 'failed') reject(new Error(`${name} could not be started: ${message.message}`));
    });
    watchdog.once('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    watchdog.once('exit', () => reject(new Error(`${name} could not be started`)));
  });
}

/** A watchdog that was itself killed says nothing; then the child's group is ended from here. */
function watchExit(watchdog: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    let pid: number | undefined;
    let exit: ProcessExit | undefined;
    watchdog.on('message', (message: WatchdogMessage) => {
      if (message.type === 'started') pid = message.pid;
      if (message.type === 'exited') exit = { code: message.code, signal: message.signal };
    });
    watchdog.on('error', () => resolve({ code: 127, signal: null }));
    watchdog.on('close', () => {
      if (!exit && pid !== undefined) killGroup(pid);
      resolve(exit ?? { code: null, signal: 'SIGKILL' });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
