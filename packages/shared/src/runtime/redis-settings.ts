import type { Redis } from 'ioredis';
import { errorCode } from './errors.ts';
import type { Logger } from './logger.ts';

/** What Redis says of itself, by the names of its INFO. */
type RedisInfo = ReadonlyMap<string, string>;

/** What is asked of the Redis that holds captures: each with why, and what to do. */
const demands: readonly { readonly isMet: (info: RedisInfo) => boolean; readonly problem: string }[] = [
  {
    isMet: (info) => info.get('maxmemory_policy') === 'noeviction',
    problem:
      'When its memory is full this Redis throws captures away. Set maxmemory-policy to noeviction: then new ones are refused, and nothing is lost.',
  },
  {
    isMet: (info) => info.get('aof_enabled') === '1',
    problem:
      'This Redis keeps no append-only file: a crash of it loses captures that were accepted. Set appendonly to yes, appendfsync to everysec.',
  },
];

/**
 * Tells in the log, as `redis.unsafe`, what this Redis lacks for nothing accepted to be lost, each time a connection to one stands:
 * after a failover it may be another. It is a warning, for a test or a trial may do without.
 */
export function warnOfRedisSettings(redis: Pick<Redis, 'status' | 'info' | 'on'>, logger: Logger): void {
  const look = async (): Promise<void> => {
    try {
      const info = toInfo(`${await redis.info('memory')}\n${await redis.info('persistence')}`);
      for (const { isMet, problem } of demands) if (!isMet(info)) logger.warn('redis.unsafe', { problem });
    } catch (error) {
      logger.warn('redis.settings_unknown', { code: errorCode(error) });
    }
  };
  redis.on('ready', () => void look());
  if (redis.status === 'ready') void look();
}

function toInfo(text: string): RedisInfo {
  return new Map([...text.matchAll(/^(\w+):([^\r\n]*)/gm)].map(([, name = '', value = '']) => [name, value]));
}
