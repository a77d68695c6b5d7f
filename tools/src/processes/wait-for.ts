import { setTimeout as delay } from 'node:timers/promises';

/** How a wait ends without its condition. */
export type WaitOptions = {
  /** What is waited for, as it reads in "... within 10 s". */
  readonly what: string;
  readonly deadlineMs: number;
  /** Default 50. */
  readonly everyMs?: number;
  /** Ends the wait early, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Asks until the answer is neither `undefined` nor `false`, and resolves with it.
 *
 * @throws Error naming what was waited for once the deadline has passed; what the question throws ends the wait at once.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.deadlineMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() >= deadline) throw new Error(`${options.what} did not happen within ${options.deadlineMs / 1000} s`);
    await delay(options.everyMs ?? 50);
  }
}
