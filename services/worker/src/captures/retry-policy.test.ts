import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextTry } from './retry-policy.ts';

const policy = { failedCallsMax: 5, firstWaitMs: 1_000, waitMaxMs: 3_000 };

it('gives up at the allowed number of failed calls', () => {
  expect(nextTry(policy, { failedCalls: 4, now: 0, random: 0.5 })).not.toBe('give_up');
  expect(nextTry(policy, { failedCalls: 5, now: 0, random: 0.5 })).toBe('give_up');
});

it('doubles the ceiling of the wait up to the longest one', () => {
  const waits = [1, 2, 3, 4].map((failedCalls) => nextTry(policy, { failedCalls, now: 0, random: 0.999999 }));
  expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
});

it('spreads waits over the whole range, and never comes before Retry-After', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
      (failedCalls, random, retryAfterMs) => {
        const at = nextTry(policy, { failedCalls, now: 10_000, random, retryAfterMs });
        expect(at).toBeGreaterThanOrEqual(10_000 + (retryAfterMs ?? 0));
        expect(at).toBeLessThanOrEqual(10_000 + Math.max(3_000, retryAfterMs ?? 0));
      },
    ),
  );
});
