import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.ts';

/** RESP2 costs less CPU than RESP3 on both sides and everything here works with it. */
const common = { protocol: 2, connectTimeout: 2_000 } as const satisfies RedisOptions;

/**
 * A connection that fails fast: for the API, where a caller waits. A command is refused at once while Redis is away
 * and given up after `commandTimeoutMs`; the connection itself is retried for ever. Commands of one tick share a write.
 */
export function connectFailingFast(url: string, commandTimeoutMs: number, logger: Logger): Redis {
  return observed(
    new Redis(url, {
      ...common,
      commandTimeout: commandTimeoutMs,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    }),
    logger,
  );
}

/** A connection that waits for Redis however long it takes: for workers, which have nothing better to do. */
export function connectPatiently(url: string, logger: Logger): Redis {
  return observed(
    new Redis(url, {
      ...common,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    }),
    logger,
  );
}

/** Logs when the connection is lost and when it is back, once each, and keeps ioredis from crashing the process. */
function observed(redis: Redis, logger: Logger): Redis {
  let lost = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (!lost) logger.warn('redis.lost', { code: error.code ?? error.name });
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) logger.info('redis.back');
    lost = false;
  });
  return redis;
}
