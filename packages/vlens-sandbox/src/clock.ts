import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Where the sandbox takes time from, so that a test can hold it still. */
export interface Clock {
  /** Wall-clock time in ms since 1970, UTC. */
  epochMs(): number;
  /** Time in ms that never runs backwards, from an arbitrary start. */
  monotonicMs(): number;
  /** Resolves after that many ms. */
  wait(ms: number): Promise<void>;
}

/** The machine's own clocks. A pending wait does not keep the process alive. */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  wait: (ms) => delay(ms, undefined, { ref: false }),
};
