const NAMES_MAX = 10_000;
const OVERFLOW = 'other';

/** Counts by name; names beyond a limit are counted together as `other`. */
export class BoundedCounters {
  readonly #counts = new Map<string, number>();

  /** Adds one. */
  add(name: string): void {
    const key = this.#counts.has(name) || this.#counts.size < NAMES_MAX ? name : OVERFLOW;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The counts as a plain object. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
