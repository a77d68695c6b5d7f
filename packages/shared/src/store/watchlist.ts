import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';

/**
 * Captures whose event is not in Kafka yet, by the time at which somebody should look after them.
 *
 * The steps that accept, end and publish a capture keep it, so finding what is late costs as much as there is of it, not
 * as much as there is in Redis. Every method throws `AppError('redis_unavailable')` when Redis is away.
 */
export interface Watchlist {
  /** Captures to look after by `at` (epoch ms), the longest overdue first; at most `count`. */
  due(at: number, count: number): Promise<string[]>;
  /** The next look is at `at`. Nothing is put back that left the list meanwhile. */
  lookAgain(captureId: string, at: number): Promise<void>;
  /** For captures that are no more: their record was erased. */
  forget(captureId: string): Promise<void>;
}

export function createWatchlist(redis: Redis): Watchlist {
  return {
    due: (at, count) =>
      whileRedisIsUp(() => redis.zrange(keys.watchlist, '-inf', String(at), 'BYSCORE', 'LIMIT', 0, count)),
    lookAgain: async (captureId, at) =>
      void (await whileRedisIsUp(() => redis.zadd(keys.watchlist, 'XX', at, captureId))),
    forget: async (captureId) => void (await whileRedisIsUp(() => redis.zrem(keys.watchlist, captureId))),
  };
}
