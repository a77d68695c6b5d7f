import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from './read-redis.ts';

/**
 * Has Redis write its append-only file anew; resolves once it has. It then holds what Redis holds, uncompressed so that it can be
 * searched.
 */
export async function rewriteRedisFiles(redis: Redis): Promise<void> {
  await redis.config('SET', 'rdbcompression', 'no');
  await redis.bgrewriteaof();
  for (;;) {
    const info = await redis.info('persistence');
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) return;
    await delay(25);
  }
}
