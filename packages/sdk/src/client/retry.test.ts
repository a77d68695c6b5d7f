import { expect, it } from 'vitest';
import { ConnectionError, ProblemError, TimeoutError, UnusableAnswerError } from '../errors.ts';
import { isWorthRetrying, type RetryClock, withRetries } from './retry.ts';

const problem = (status: number, retryAfterMs?: number): ProblemError =>
  new ProblemError({ status, type: 'about:blank', title: 'no', retryAfterMs });

/** A clock that jumps as it is told to sleep, and chance that is always the worst. */
function testClock(): RetryClock & { readonly slept: number[] } {
  const slept: number[] = [];
  const now = (): number => slept.reduce((sum, ms) => sum + ms, 0);
  return { slept, now, random: () => 1, sleep: async (ms) => void slept.push(ms) };
}

/** Fails as told, then succeeds. */
function failing(...errors: Error[]): () => Promise<string> {
  return async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  };
}

it.each([
  [problem(400), false],
  [problem(401), false],
  [problem(404), false],
  [problem(409), false],
  [problem(422), false],
  [problem(429), true],
  [problem(500), true],
  [problem(501), false],
  [problem(502), true],
  [problem(503), true],
  [new ConnectionError('lost'), true],
  [new TimeoutError('late'), true],
  [new UnusableAnswerError('what'), false],
  [new Error('a bug'), false],
])('%o is worth another try: %s', (error, worth) => {
  expect(isWorthRetrying(error)).toBe(worth);
});

it('waits twice as long each time, and 10 s at most', async () => {
  const clock = testClock();
  const errors = Array.from({ length: 8 }, () => problem(503));
  await expect(withRetries(failing(...errors), { triesMax: 9, deadlineMs: 1e6 }, clock)).resolves.toBe('done');
  expect(clock.slept).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

it('waits at least for what Retry-After asks', async () => {
  const clock = testClock();
  await withRetries(failing(problem(429, 7_000)), { triesMax: 2, deadlineMs: 60_000 }, clock);
  expect(clock.slept).toEqual([7_250]);
});

it('does not begin a wait that would outlast the deadline, and throws what it knows', async () => {
  const clock = testClock();
  const tries = withRetries(failing(problem(503, 60_000)), { triesMax: 5, deadlineMs: 60_000 }, clock);
  await expect(tries).rejects.toMatchObject({ status: 503, retryAfterMs: 60_000 });
  expect(clock.slept).toEqual([]);
});

it('tells each try how much time is left', async () => {
  const remaining: number[] = [];
  const attempt = async (remainingMs: number): Promise<never> => {
    remaining.push(remainingMs);
    throw problem(500);
  };
  await expect(withRetries(attempt, { triesMax: 3, deadlineMs: 1_000 }, testClock())).rejects.toThrow('500');
  expect(remaining).toEqual([1_000, 750, 250]);
});

it('a wait ends with the signal', async () => {
  const stop = new AbortController();
  const tries = withRetries(failing(problem(503, 50_000)), { triesMax: 2, deadlineMs: 60_000, signal: stop.signal });
  const enough = new Error('enough');
  stop.abort(enough);
  await expect(tries).rejects.toBe(enough);
});
