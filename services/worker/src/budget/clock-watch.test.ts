import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startClockWatch } from './clock-watch.ts';

let wall: number;
let steady: number;
let calls: number;
let fails: boolean;
let watch: { stop(): void };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

beforeEach(() => {
  vi.useFakeTimers();
  [wall, steady, calls, fails] = [1_700_000_000_000, 5_000, 0, false];
  const resumeAll = async (): Promise<void> => {
    if (fails) throw new Error('away');
    calls += 1;
  };
  watch = startClockWatch({ parked: { resumeAll }, logger: quiet, now: () => wall, steadyNow: () => steady });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

/** Lets a second pass, in which the clock is set by so much. */
async function second(setMs = 0): Promise<number> {
  wall += 1_000 + setMs;
  steady += 1_000;
  await vi.advanceTimersByTimeAsync(1_000);
  return calls;
}

it('a clock that was set back calls every waiting capture, once', async () => {
  expect(await second()).toBe(0);
  expect(await second(-3_600_000)).toBe(1);
  expect(await second()).toBe(1);
  expect(await second(-2_000)).toBe(2);
});

it('a clock that was set ahead, or back by less than a second, calls nobody', async () => {
  expect(await second(3_600_000)).toBe(0);
  expect(await second(-900)).toBe(0);
  expect(await second(-900)).toBe(0);
});

it('captures that could not be called are called with the next look', async () => {
  fails = true;
  expect(await second(-3_600_000)).toBe(0);
  fails = false;
  expect(await second()).toBe(1);
});
