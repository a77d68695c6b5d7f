import { captureQueueName, redisPrefix, toCaptureJob } from '@identity-events/shared/contracts/capture-job';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { type JobState as BullmqState, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobState } from '../reconcile/diagnose.ts';
import type { OldDeadLetters } from '../reconcile/drop-old-dead-letters.ts';
import type { CaptureJobs } from '../reconcile/look-after-capture.ts';

/** A completed job is removed at once, so one that is found beside an open capture ended without ending it. */
const stateOf: Readonly<Record<BullmqState | 'unknown', JobState>> = {
  active: 'active',
  waiting: 'waiting',
  delayed: 'waiting',
  prioritized: 'waiting',
  'waiting-children': 'waiting',
  failed: 'dead',
  completed: 'lost',
  unknown: 'lost',
};

/** Most dead letters that are dropped at a time, so that Redis is not kept busy. */
const droppedMax = 1_000;

/** The jobs of captures on BullMQ. Throws `AppError('redis_unavailable')`. */
export function createCaptureJobs(redis: Redis): CaptureJobs & OldDeadLetters & { close(): Promise<void> } {
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  queue.on('error', () => undefined);
  return {
    stateOf: async (captureId) => stateOf[await whileRedisIsUp(() => queue.getJobState(captureId))],
    async makeAgain(capture) {
      const { name, data, opts } = toCaptureJob(capture);
      await whileRedisIsUp(async () => {
        // What is left of a job that is in no list would make BullMQ ignore the new one. A running job stays.
        await queue.remove(opts.jobId);
        await queue.add(name, data, opts);
      });
    },
    // BullMQ itself drops old ones only when another job dies.
    dropDead: async (olderThanMs) =>
      (await whileRedisIsUp(() => queue.clean(olderThanMs, droppedMax, 'failed'))).length,
    close: () => queue.close(),
  };
}
