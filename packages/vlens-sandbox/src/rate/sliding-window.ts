import type { RateWindow } from './rate-window.ts';

/** Remembers the last `limit` counted arrivals, which is all a strict sliding window needs. */
export class SlidingWindow {
  readonly #windowMs: number;
  readonly #arrivalsMs: Float64Array;
  #next = 0;

  constructor({ limit, windowMs }: RateWindow) {
    this.#windowMs = windowMs;
    this.#arrivalsMs = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * How long an arrival at `nowMs` is too early, in ms; 0 if the window has room. An arrival leaves it after exactly
   * its length.
   */
  waitMs(nowMs: number): number {
    const oldest = this.#arrivalsMs[this.#next] as number;
    return Math.max(0, oldest + this.#windowMs - nowMs);
  }

  /** Counts an arrival. */
  count(nowMs: number): void {
    this.#arrivalsMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#arrivalsMs.length;
  }
}
