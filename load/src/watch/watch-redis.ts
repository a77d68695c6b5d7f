import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import type { Window } from '@identity-events/shared/contracts/windows';
import { keys } from '@identity-events/shared/store/keys';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** What stands in Redis at a moment. */
export interface RedisSample {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly deadLetters: number;
  /** Events decided and not yet known to be in Kafka. */
  readonly outbox: number;
  /** For each window of the budget, how much of it is used: 0 to 1. */
  readonly budgetUse: readonly number[];
}

export interface RedisWatch {
  sample(): Promise<RedisSample>;
  close(): Promise<void>;
}

/** Reads a log of this length at most: wider windows are as good as no budget. */
const callsMax = 2_000;

/** Looks at queue, outbox and the tenant's budget; changes nothing. */
export function watchRedis(url: string, tenant: string, windows: readonly Window[]): RedisWatch {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, lazyConnect: false });
  redis.on('error', () => undefined);
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix, skipMetasUpdate: true });
  queue.on('error', () => undefined);
  return {
    async sample() {
      const [counts, outbox, budgetUse] = await Promise.all([
        queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
        redis.xlen(keys.outbox),
        readBudgetUse(redis, tenant, windows),
      ]);
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
      return { waiting: waiting + prioritized, active, delayed, deadLetters: failed, outbox, budgetUse };
    },
    close: async () => redis.disconnect(),
  };
}

/** The gate keeps the times of granted calls, the newest first, by Redis' clock. */
async function readBudgetUse(redis: Redis, tenant: string, windows: readonly Window[]): Promise<number[]> {
  const shown = windows.filter(({ calls }) => calls <= callsMax);
  const most = Math.max(0, ...shown.map(({ calls }) => calls));
  if (most === 0) return [];
  const [log, [seconds, micros]] = await Promise.all([
    redis.lrange(keys.gate(tenant, 'log'), 0, most - 1),
    redis.time(),
  ]);
  const now = Number(seconds) * 1_000 + Number(micros) / 1_000;
  return shown.map(({ calls, ms }) => log.filter((at) => Number(at) > now - ms).length / calls);
}
