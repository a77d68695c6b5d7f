/** A map that forgets its least recently used entries once their total weight passes the limit. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #weightMax: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  /** Without `weigh` every entry weighs 1, so that `weightMax` is the number of entries. */
  constructor(weightMax: number, weigh: (value: Value) => number = () => 1) {
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  /** Number of entries held. */
  get size(): number {
    return this.#entries.size;
  }

  /** Total weight of the entries held; never above the limit. */
  get weight(): number {
    return this.#weight;
  }

  /** The value, which thereby becomes the most recently used one. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Stores the value as the most recently used one; a value heavier than the whole limit is not kept. */
  set(key: Key, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    while (this.#weight > this.#weightMax) this.#dropOldest();
  }

  /** Forgets one entry; forgetting an absent one does nothing. */
  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(value);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  #dropOldest(): void {
    for (const oldest of this.#entries.keys()) {
      this.delete(oldest);
      return;
    }
  }
}
