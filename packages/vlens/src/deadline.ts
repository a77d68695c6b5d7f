/** Why a {@link Deadline} fired by itself. */
export const deadlinePassed = Symbol('deadlinePassed');

/** One signal for the caller's abort and a time limit, with everything released by `dispose`. */
export interface Deadline {
  readonly signal: AbortSignal;
  [Symbol.dispose](): void;
}

/**
 * Starts a deadline. Its signal aborts with {@link deadlinePassed} after `timeoutMs`, or earlier with the caller's reason.
 *
 * `AbortSignal.any` would do, but leaves a timer per call running and a listener on a signal that may live as long as the process.
 */
export function startDeadline(timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(deadlinePassed), timeoutMs);
  const onAbort = () => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
