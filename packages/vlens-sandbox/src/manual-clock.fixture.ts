import type { Clock } from './clock.ts';

/** A clock that stands still until it is told to move; waiting moves it on at once and is noted in `waitsMs`. */
export interface ManualClock extends Clock {
  readonly waitsMs: number[];
  advance(ms: number): void;
}

export function manualClock(startMs = Date.UTC(2026, 0, 15, 12)): ManualClock {
  let elapsedMs = 0;
  const waitsMs: number[] = [];
  return {
    waitsMs,
    advance: (ms) => {
      elapsedMs += ms;
    },
    epochMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    wait: async (ms) => {
      waitsMs.push(ms);
      elapsedMs += ms;
    },
  };
}
