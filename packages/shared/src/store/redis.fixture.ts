import { Redis } from 'ioredis';
import { redisPrefix } from '../contracts/capture-job.ts';

/** Address of the test Redis with a database of its own, so that test files do not meet. */
export function testRedisUrl(database: number): string {
  const url = new URL(process.env['REDIS_URL'] ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

/** A connection to one database of the test Redis, with what is in it. */
export function connectTestRedis(database: number): Redis {
  return new Redis(testRedisUrl(database), { protocol: 2, maxRetriesPerRequest: null });
}

/** A connection to one database of the test Redis, without any key of this service in it. */
export async function openTestRedis(database: number): Promise<Redis> {
  const redis = connectTestRedis(database);
  await clearTestRedis(redis);
  return redis;
}

/** Removes what this service keeps in Redis, and nothing of anybody else's. */
export async function clearTestRedis(redis: Redis): Promise<void> {
  for await (const found of redis.scanStream({ match: `${redisPrefix}:*`, count: 1_000 })) {
    if (found.length > 0) await redis.unlink(found as string[]);
  }
}
