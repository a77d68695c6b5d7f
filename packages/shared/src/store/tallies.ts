import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';

/** What was counted within one minute. */
export interface Tally {
  /** Epoch ms at which the minute began. */
  readonly from: number;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * What all processes counted, by minute, for two hours: for people who look, not for accounts. A process that is killed takes its last
 * seconds with it. Names come from closed lists: there are as many as the code has. Throws `AppError('redis_unavailable')`.
 */
export interface Tallies {
  /** Adds to the counts of the present minute. */
  add(counts: ReadonlyMap<string, number>): Promise<void>;
  /** The last minutes, oldest first, the present one included; 120 at most. */
  read(minutes: number): Promise<Tally[]>;
}

const minuteMs = 60_000;
const [keptMs, minutesMax] = [2 * 3_600_000, 120];

export function createTallies(redis: Redis, now: () => number): Tallies {
  const minuteOf = (ms: number): number => Math.floor(ms / minuteMs);
  return {
    async add(counts) {
      if (counts.size === 0) return;
      const key = keys.tally(minuteOf(now()));
      await whileRedisIsUp(async () => {
        const transaction = redis.multi();
        for (const [name, count] of counts) transaction.hincrby(key, name, count);
        await transaction.pexpire(key, keptMs).exec();
      });
    },
    read: (minutes) =>
      whileRedisIsUp(() => {
        const [length, last] = [Math.min(minutes, minutesMax), minuteOf(now())];
        return Promise.all(
          Array.from({ length }, async (_, at) => {
            const minute = last - length + 1 + at;
            const counted = await redis.hgetall(keys.tally(minute));
            const counts = Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, Number(count)]));
            return { from: minute * minuteMs, counts };
          }),
        );
      }),
  };
}
