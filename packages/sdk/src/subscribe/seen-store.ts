/** Remembers which events were handled. Implement it on what your effects are stored in, and both are one transaction. */
export interface SeenStore {
  /** True when the event was added before. A rejection holds the partition. */
  has(eventKey: string): Promise<boolean>;
  /** Called once the handler has succeeded. */
  add(eventKey: string): Promise<void>;
}

/**
 * Remembers events in this process, the latest `max` of them (default: 10,000). A restart forgets, and other processes of the
 * group don't know: fit for handlers that may run twice.
 */
export function createMemorySeenStore({ max = 10_000 }: { readonly max?: number } = {}): SeenStore {
  const seen = new Set<string>();
  return {
    has: (eventKey) => Promise.resolve(seen.has(eventKey)),
    add(eventKey) {
      seen.add(eventKey);
      const [oldest] = seen;
      if (seen.size > max && oldest !== undefined) seen.delete(oldest);
      return Promise.resolve();
    },
  };
}

/** The two commands of Redis that are needed, as ioredis has them. */
export interface RedisCommands {
  exists(key: string): Promise<number>;
  set(key: string, value: string, unit: 'PX', ttlMs: number): Promise<unknown>;
}

/** How events are remembered in Redis. */
export interface RedisSeenStoreOptions {
  /** Before each key. Another one for each consumer group: what one group has handled, another has not. */
  readonly prefix: string;
  /** For how long, in ms. Default: 7 days; longer than any repetition may take. */
  readonly ttlMs?: number;
}

const sevenDaysMs = 7 * 24 * 3_600_000;

/** Remembers events in Redis, for all processes of a group and beyond restarts. */
export function createRedisSeenStore(
  redis: RedisCommands,
  { prefix, ttlMs = sevenDaysMs }: RedisSeenStoreOptions,
): SeenStore {
  return {
    has: async (eventKey) => (await redis.exists(`${prefix}${eventKey}`)) === 1,
    add: async (eventKey) => void (await redis.set(`${prefix}${eventKey}`, '1', 'PX', ttlMs)),
  };
}
