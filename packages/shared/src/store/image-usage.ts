import type { Redis } from 'ioredis';
import type { ImageOwner } from './image-store.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';

/** How many bytes of images wait in the store, by capture, so that nothing is counted twice and nothing is measured. */
export interface ImageUsage {
  /** False, and nothing is changed, when all tenants' images would be more than `bytesMax`. Throws `AppError('redis_unavailable')`. */
  reserve(owner: ImageOwner, bytes: number): Promise<boolean>;
  /** Gives back what a capture reserved; harmless when it has nothing. Throws `AppError('redis_unavailable')`. */
  release(owner: ImageOwner): Promise<void>;
  /**
   * Who reserved before `before` (epoch ms, Redis' clock) and has not given it back; in no order, and an owner may come twice. Throws
   * `AppError('redis_unavailable')`.
   */
  listOwners(before: number): AsyncIterable<ImageOwner>;
}

/** KEYS: by capture, by tenant, owners. ARGV: tenant, capture, bytes, most bytes (0: no limit). Returns 1, or 0 when that is too much. */
const reserveScript = script(`
local total = tonumber(ARGV[3])
for _, bytes in ipairs(redis.call('HVALS', KEYS[2])) do total = total + bytes end
if tonumber(ARGV[4]) > 0 and total > tonumber(ARGV[4]) then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 1 then
  redis.call('HINCRBY', KEYS[2], ARGV[1], ARGV[3])
  local now = redis.call('TIME')
  redis.call('ZADD', KEYS[3], now[1] * 1000 + math.floor(now[2] / 1000), ARGV[1] .. '/' .. ARGV[2])
end
return 1
`);

/** KEYS, ARGV: as above, without the bytes. Begins with a removal, which a full Redis allows, and what follows it, too. */
const releaseScript = script(`
redis.call('ZREM', KEYS[3], ARGV[1] .. '/' .. ARGV[2])
local bytes = redis.call('HGET', KEYS[1], ARGV[2])
if not bytes then return 0 end
redis.call('HDEL', KEYS[1], ARGV[2])
if redis.call('HINCRBY', KEYS[2], ARGV[1], -bytes) <= 0 then redis.call('HDEL', KEYS[2], ARGV[1]) end
return 1
`);

const counts = [keys.imageBytes, keys.imageBytesOfTenants, keys.imageOwners];

/** The usage that all processes share. Each tenant has one field in it: deciding costs as much as there are tenants. */
export function createImageUsage(redis: Redis, bytesMax = 0): ImageUsage {
  return {
    reserve: async ({ tenant, captureId }, bytes) =>
      (await runScript(redis, reserveScript, counts, [tenant, captureId, bytes, bytesMax])) === 1,
    release: async ({ tenant, captureId }) => void (await runScript(redis, releaseScript, counts, [tenant, captureId])),
    async *listOwners(before) {
      let cursor = '0';
      do {
        const [next, found] = await whileRedisIsUp(() => redis.zscan(keys.imageOwners, cursor, 'COUNT', 500));
        for (let at = 0; at < found.length; at += 2) {
          const [tenant, captureId] = found[at]?.split('/') ?? [];
          if (tenant && captureId && Number(found[at + 1]) < before) yield { tenant, captureId };
        }
        cursor = next;
      } while (cursor !== '0');
    },
  };
}

/** Bytes of images that wait, of the tenants asked for, in their order. Throws `AppError('redis_unavailable')`. */
export async function readImageUsage(redis: Redis, tenants: readonly string[]): Promise<number[]> {
  if (tenants.length === 0) return [];
  return (await whileRedisIsUp(() => redis.hmget(keys.imageBytesOfTenants, ...tenants))).map(Number);
}
