import {
  lastLogLines,
  type ManagedProcess,
  type ProcessExit,
  type ProcessSpec,
  startProcess,
} from '../processes/process.ts';
import { waitFor } from '../processes/wait-for.ts';

/** A server that the project talks to and whose outage a test may cause. */
export interface Engine {
  readonly name: string;
  /** What clients connect to: a Redis URL or a list of Kafka brokers. Stays the same over restarts. */
  readonly address: string;
  /** How it runs, for people. */
  readonly runsAs: string;
  /** Resolves once it answers; on the same port and data when it ran before. Harmless when it runs. The signal ends the start. */
  start(signal?: AbortSignal): Promise<void>;
  /** Ends it in good order, keeping its data. Harmless when it does not run. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: SIGKILL. */
  kill(): Promise<void>;
  /** Ends it if it runs and deletes its data. */
  discard(): Promise<void>;
  /** The process that runs now, when it is a child of ours; a container's is not. */
  pid(): number | undefined;
  /** Resolves with a sentence when the present run ends without our asking. */
  crashed(): Promise<string>;
}

/** Lines for the person at the terminal. */
export type Log = (line: string) => void;

/** What is needed to run an engine as a child of ours. */
export type EngineSpec = {
  readonly name: string;
  readonly address: string;
  readonly runsAs: string;
  readonly process: Omit<ProcessSpec, 'name'> & { readonly logFile: string };
  /** True once it answers as a client needs it to. */
  isReady(): Promise<boolean>;
  readonly readyWithinMs: number;
  /** Deletes its data; called when it does not run. */
  discard(): Promise<void>;
};

/** An engine that is a child process of ours; see {@link startProcess} for what that promises. */
export function processEngine(spec: EngineSpec): Engine {
  let running: ManagedProcess | undefined;
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    const ending = running;
    running = undefined;
    await ending?.[how]();
  };
  return {
    name: spec.name,
    address: spec.address,
    runsAs: spec.runsAs,
    start: async (signal) => {
      if (running) return;
      running = await startProcess({ ...spec.process, name: spec.name });
      await untilReady(spec, running, signal).catch(async (error: unknown) => {
        await end('kill');
        throw error;
      });
    },
    stop: () => end('stop'),
    kill: () => end('kill'),
    discard: async () => {
      await end('stop');
      await spec.discard();
    },
    pid: () => (spec.process.command === 'docker' ? undefined : running?.pid),
    crashed: async () => {
      const watched = running;
      const exit = await (watched?.exited ?? never());
      return running === watched ? endedSentence(spec, exit) : never();
    },
  };
}

/** An engine that somebody else runs; it is used, never touched. */
export function givenEngine(name: string, variable: string, address: string): Engine {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`${name} comes from ${variable}; it is not ours to stop.`));
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    name,
    address,
    runsAs: `given by ${variable}`,
    start: nothing,
    stop: nothing,
    kill: refuse,
    discard: nothing,
    pid: () => undefined,
    crashed: never,
  };
}

async function untilReady(spec: EngineSpec, running: ManagedProcess, signal?: AbortSignal): Promise<void> {
  let exit: ProcessExit | undefined;
  void running.exited.then((value) => {
    exit = value;
  });
  const ask = async (): Promise<boolean> => {
    if (exit) throw new Error(endedSentence(spec, exit));
    return spec.isReady();
  };
  await waitFor(ask, { what: `${spec.name} being ready`, deadlineMs: spec.readyWithinMs, signal });
}

function endedSentence(spec: EngineSpec, exit: ProcessExit): string {
  const how = exit.signal ?? `code ${exit.code}`;
  return `${spec.name} ended by itself (${how}); the end of its log:\n${lastLogLines(spec.process.logFile)}`;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
