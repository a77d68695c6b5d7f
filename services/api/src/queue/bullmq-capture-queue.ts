import { captureQueueName, redisPrefix, toCaptureJob } from '@identity-events/shared/contracts/capture-job';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { CaptureQueue } from '../captures/submit-capture.ts';

/** BullMQ takes jobs without a priority first, then by ascending number. */
const bulkPriority = 10;

/** The capture queue on BullMQ. Throws `AppError('redis_unavailable')` when the job can't be stored. */
export function createBullmqCaptureQueue(redis: Redis): CaptureQueue & { close(): Promise<void> } {
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  // BullMQ repeats the connection's errors here; the connection logs them itself.
  queue.on('error', () => undefined);
  return {
    async enqueue(captureId, lane) {
      const job = toCaptureJob(captureId);
      await whileRedisIsUp(() =>
        queue.add('capture', job.data, { jobId: job.id, ...(lane === 'bulk' ? { priority: bulkPriority } : {}) }),
      );
    },
    close: () => queue.close(),
  };
}
