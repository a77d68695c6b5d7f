import { setTimeout as sleep } from 'node:timers/promises';
import { dependencyUnavailable, HandlerTimeoutError } from '../errors.ts';

/** How a handler ended, its attempts included. */
export type HandlerResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Something it needs is away; try the same event again later. */
  | { readonly kind: 'unavailable'; readonly error: unknown; readonly retryAfterMs: number | undefined }
  /** The subscription ends, or the partition goes elsewhere, before the handler was done. */
  | { readonly kind: 'given_back' };

export interface HandlerLimits {
  readonly attempts: number;
  readonly attemptDelayMs: number;
  readonly handlerTimeoutMs: number;
  /** Aborted when handlers must end now. */
  readonly stopping: AbortSignal;
  /** True when no further attempt should begin. */
  readonly isLeaving: () => boolean;
}

/** Runs a handler until it succeeds or its attempts are used up. Never throws. */
export async function runHandler(
  handler: (attempt: number, signal: AbortSignal) => Promise<void> | void,
  limits: HandlerLimits,
): Promise<HandlerResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce((signal) => handler(attempt, signal), limits);
    if (result.kind !== 'failed' || attempt >= limits.attempts) return result;
    if (limits.isLeaving()) return { kind: 'given_back' };
    const waitMs = limits.attemptDelayMs * 2 ** (attempt - 1);
    await sleep(waitMs, undefined, { signal: limits.stopping }).catch(() => undefined);
  }
}

async function runOnce(
  handler: (signal: AbortSignal) => Promise<void> | void,
  { handlerTimeoutMs, stopping }: HandlerLimits,
): Promise<HandlerResult> {
  const timeout = AbortSignal.timeout(handlerTimeoutMs);
  try {
    if (stopping.aborted) return { kind: 'given_back' };
    await within(AbortSignal.any([timeout, stopping]), handler);
    return { kind: 'done' };
  } catch (error) {
    if (stopping.aborted) return { kind: 'given_back' };
    if (isUnavailable(error)) return { kind: 'unavailable', error, retryAfterMs: error.retryAfterMs };
    return { kind: 'failed', error };
  }
}

/** Waits for the handler, but not for one that ignores its signal. */
async function within(signal: AbortSignal, handler: (signal: AbortSignal) => Promise<void> | void): Promise<void> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new HandlerTimeoutError('the handler did not end in time', { cause: signal.reason }));
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([handler(signal), over]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function isUnavailable(error: unknown): error is { readonly retryAfterMs: number | undefined } {
  return error instanceof Error && 'code' in error && error.code === dependencyUnavailable;
}
