import { BoundedMap } from '../bounded-map.ts';
import type { RateWindow } from './rate-window.ts';
import { SlidingWindow } from './sliding-window.ts';

const KEYS_MAX = 10_000;

/** The rules a gate applies; read anew at every arrival, so that they can change at run time. */
export interface RateRules {
  readonly rateWindows: readonly RateWindow[];
  /** Whether a rejected call uses up budget as well. */
  readonly rateCountsRejected: boolean;
}

/**
 * Admits calls per key within strict sliding windows. A call must fit into every window, and then counts in all of
 * them.
 */
export class RateGate {
  #keys = new BoundedMap<string, readonly SlidingWindow[]>(KEYS_MAX);
  #windows: readonly RateWindow[] = [];

  /**
   * Counts an arrival: 0 if it is admitted, otherwise after how many ms a call of this key would be. New windows start
   * out empty.
   */
  arrive(key: string, nowMs: number, { rateWindows, rateCountsRejected }: RateRules): number {
    if (rateWindows.length === 0) return 0;
    if (rateWindows !== this.#windows) this.#restart(rateWindows);
    const windows = this.#windowsOf(key);
    const waitMs = Math.max(...windows.map((window) => window.waitMs(nowMs)));
    if (waitMs === 0 || rateCountsRejected) for (const window of windows) window.count(nowMs);
    return waitMs;
  }

  /** Forgets all arrivals. */
  clear(): void {
    this.#keys.clear();
  }

  #restart(windows: readonly RateWindow[]): void {
    this.#windows = windows;
    this.#keys.clear();
  }

  #windowsOf(key: string): readonly SlidingWindow[] {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const made = this.#windows.map((window) => new SlidingWindow(window));
    this.#keys.set(key, made);
    return made;
  }
}
