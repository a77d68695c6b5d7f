import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, ProblemError, TimeoutError } from '../errors.ts';

/** Time and chance, as arguments. */
export interface RetryClock {
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const realClock: RetryClock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) =>
    sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    }),
};

interface RetryLimits {
  readonly triesMax: number;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

const firstDelayMs = 250;
const delayMsMax = 10_000;

/** True for what may pass by itself: no whole answer, 429, and faults of the service or of what stands before it. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 429 || (error.status >= 500 && error.status !== 501);
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

/**
 * Tries until one succeeds, for as long as it is worth it: what the last try threw is thrown when no more are allowed, or
 * when the wait before the next one would outlast the deadline.
 *
 * Waits are random up to 250 ms, doubled each time up to 10 s ("full jitter"), on top of what `Retry-After` asks.
 */
export async function withRetries<T>(
  attempt: (remainingMs: number) => Promise<T>,
  { triesMax, deadlineMs, signal }: RetryLimits,
  clock: RetryClock = realClock,
): Promise<T> {
  const deadline = clock.now() + deadlineMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(deadline - clock.now());
    } catch (error) {
      const waitMs = delayMs(error, tries, clock.random());
      const over = tries >= triesMax || !isWorthRetrying(error) || clock.now() + waitMs >= deadline;
      if (over) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}

function delayMs(error: unknown, tries: number, random: number): number {
  const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
  return asked + random * Math.min(delayMsMax, firstDelayMs * 2 ** (tries - 1));
}
