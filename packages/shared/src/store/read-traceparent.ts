import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/**
 * The trace in which a capture was submitted (W3C `traceparent`), without reading the rest of its record; undefined when there is none,
 * or Redis does not answer: nothing depends on it.
 */
export async function readTraceparent(redis: Redis, captureId: string): Promise<string | undefined> {
  if (redis.status !== 'ready') return undefined;
  const traceparent = await redis.hget(keys.capture(captureId), 'traceparent').catch(() => null);
  return traceparent ?? undefined;
}
