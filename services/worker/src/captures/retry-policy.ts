/** How often and how far apart failed provider calls of one capture are tried again. */
export interface RetryPolicy {
  /** Failed calls after which the capture fails as `provider_unavailable`. */
  readonly failedCallsMax: number;
  /** Upper end of the first wait; it doubles with each failure. */
  readonly firstWaitMs: number;
  readonly waitMaxMs: number;
}

export interface Failures {
  /** Failed calls so far, this one included. */
  readonly failedCalls: number;
  readonly now: number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: number;
  readonly retryAfterMs?: number | undefined;
}

/**
 * When to try again: exponential with full jitter, never before the provider's `Retry-After`. Pure.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function nextTry(policy: RetryPolicy, failures: Failures): number | 'give_up' {
  if (failures.failedCalls >= policy.failedCallsMax) return 'give_up';
  const ceiling = Math.min(policy.waitMaxMs, policy.firstWaitMs * 2 ** (failures.failedCalls - 1));
  const wait = Math.max(Math.round(ceiling * failures.random), failures.retryAfterMs ?? 0);
  return failures.now + wait;
}
