import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../paths.ts';
import { lastLogLines, type ManagedProcess, startProcess } from '../processes/process.ts';
import { waitFor } from '../processes/wait-for.ts';

const READY_WITHIN_MS = 30_000;
const PROBE_TIMEOUT_MS = 1_000;

/** A process of the system: which file it is and what it is told. */
export type PartSpec = {
  readonly name: string;
  /** Its entry, from the top of the checkout. */
  readonly entry: string;
  /** Options for Node, before the entry. */
  readonly nodeArgs: readonly string[];
  /** All of its environment but PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Emptied at the start. */
  readonly logFile: string;
};

/** A part that runs. */
export type Part = ManagedProcess & {
  readonly logFile: string;
  /** Resolves with a sentence and the end of the log when the part ends without being told to. */
  crashed(): Promise<string>;
};

/** Starts a part from source and resolves once the probe says it is ready. Nothing is left of one that never gets there. */
export async function startPart(spec: PartSpec, isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<Part> {
  const part = await launch(spec);
  const crash = part.crashed();
  const ready = waitFor(isReady, { what: `${spec.name} being ready`, deadlineMs: READY_WITHIN_MS, signal });
  const outcome = await Promise.race([ready, crash]).catch(async (error: unknown) => {
    await part.stop();
    throw new Error(`${String(error)}; the end of its log:\n${lastLogLines(spec.logFile)}`, { cause: error });
  });
  if (typeof outcome === 'string') throw new Error(outcome);
  return part;
}

/** True when the address answers 2xx. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}

async function launch({ name, entry, nodeArgs, env, logFile }: PartSpec): Promise<Part> {
  mkdirSync(dirname(logFile), { recursive: true });
  closeSync(openSync(logFile, 'w'));
  const running = await startProcess({
    name,
    command: process.execPath,
    args: [...nodeArgs, join(ROOT, entry)],
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd: ROOT,
    logFile,
    graceMs: 15_000,
  });
  let stopping = false;
  const ending =
    <T>(end: () => Promise<T>) =>
    (): Promise<T> => {
      stopping = true;
      return end();
    };
  const crashed = async (): Promise<string> => {
    const { code, signal } = await running.exited;
    if (stopping) return new Promise(() => undefined);
    return `${name} ended by itself (${signal ?? `code ${code}`}); the end of its log, ${logFile}:\n${lastLogLines(logFile)}`;
  };
  return { ...running, stop: ending(() => running.stop()), kill: ending(() => running.kill()), logFile, crashed };
}
