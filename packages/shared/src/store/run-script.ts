import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { whileRedisIsUp } from './redis-errors.ts';

/** A Lua script with its digest. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/** Prepares a script for {@link runScript}. */
export function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * Runs a script by its digest, sending the source only when Redis does not have it (after a restart, say).
 * Throws `AppError('redis_unavailable')`.
 */
export function runScript(
  redis: Redis,
  { source, sha1 }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  return whileRedisIsUp(async () => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(source, keys.length, ...keys, ...args);
    }
  });
}
