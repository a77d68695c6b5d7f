import { expect, it } from 'vitest';
import { DependencyUnavailableError } from '../errors.ts';
import { type HandlerLimits, runHandler } from './run-handler.ts';

const limits: HandlerLimits = {
  attempts: 3,
  attemptDelayMs: 0,
  handlerTimeoutMs: 5_000,
  stopping: new AbortController().signal,
  isLeaving: () => false,
};
const never = (): Promise<void> => new Promise(() => undefined);

it('a handler is tried again until it succeeds', async () => {
  const attempts: number[] = [];
  const result = await runHandler((attempt) => {
    attempts.push(attempt);
    if (attempt < 3) throw new Error('not yet');
  }, limits);
  expect(result).toEqual({ kind: 'done' });
  expect(attempts).toEqual([1, 2, 3]);
});

it('a handler that keeps failing ends with its last error', async () => {
  const result = await runHandler((attempt) => Promise.reject(new Error(`attempt ${attempt}`)), limits);
  expect(result).toMatchObject({ kind: 'failed', error: { message: 'attempt 3' } });
});

it('a dependency that is away ends the attempts at once, however often', async () => {
  let calls = 0;
  const result = await runHandler(() => {
    calls += 1;
    throw new DependencyUnavailableError('the database is away', { retryAfterMs: 700 });
  }, limits);
  expect(result).toMatchObject({ kind: 'unavailable', retryAfterMs: 700 });
  expect(calls).toBe(1);
});

it('an error of another copy of this package counts by its code', async () => {
  const foreign = Object.assign(new Error('away'), { code: 'dependency-unavailable' });
  expect(await runHandler(() => Promise.reject(foreign), limits)).toMatchObject({ kind: 'unavailable' });
});

it('a handler that ignores its time is not waited for', async () => {
  const signals: AbortSignal[] = [];
  const result = await runHandler(
    (_, signal) => {
      signals.push(signal);
      return never();
    },
    { ...limits, attempts: 1, handlerTimeoutMs: 20 },
  );
  expect(result).toMatchObject({ kind: 'failed', error: { code: 'handler-timeout' } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('a handler that is told to stop gives its event back', async () => {
  const stop = new AbortController();
  const running = runHandler(never, { ...limits, stopping: stop.signal });
  stop.abort();
  expect(await running).toEqual({ kind: 'given_back' });
});

it('no further attempt begins when the partition goes elsewhere', async () => {
  let calls = 0;
  const failing = (): never => {
    calls += 1;
    throw new Error('no');
  };
  expect(await runHandler(failing, { ...limits, isLeaving: () => true })).toEqual({ kind: 'given_back' });
  expect(calls).toBe(1);
});
