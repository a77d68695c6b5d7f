import type { connectPatiently } from '@identity-events/shared/runtime/redis';
import type { Haystack } from './needles.ts';

export type Redis = ReturnType<typeof connectPatiently>;

/** How everything under a key of a type is read; there are no other types in this service. */
const commands: Readonly<Record<string, (key: string) => [string, ...string[]]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

/** Every key of the database with its whole value, and the log of slow commands, which keeps their arguments. */
export async function* readRedis(redis: Redis): AsyncGenerator<Haystack> {
  for await (const found of redis.scanStream({ count: 1_000 })) {
    for (const key of found as string[]) yield* readKey(redis, key);
  }
  yield { place: 'redis SLOWLOG', bytes: join(await redis.callBuffer('SLOWLOG', 'GET', '-1')) };
}

async function* readKey(redis: Redis, key: string): AsyncGenerator<Haystack> {
  const type = await redis.type(key);
  if (type === 'none') return;
  const command = commands[type]?.(key);
  if (!command) throw new Error(`${key} is a ${type}, which can not be searched`);
  const [name, ...args] = command;
  yield {
    place: `redis ${key}`,
    bytes: Buffer.concat([Buffer.from(key), join(await redis.callBuffer(name, ...args))]),
  };
}

/** A reply in one piece, each part on a line. */
function join(reply: unknown): Buffer {
  if (Array.isArray(reply)) return Buffer.concat(reply.map(join));
  return Buffer.concat([Buffer.isBuffer(reply) ? reply : Buffer.from(String(reply)), Buffer.from('\n')]);
}
