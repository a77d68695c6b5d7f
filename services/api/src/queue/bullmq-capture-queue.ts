import { captureQueueName, redisPrefix, toCaptureJob } from '@identity-events/shared/contracts/capture-job';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { CaptureJobs } from '../captures/erase-capture.ts';
import type { CaptureQueue } from '../captures/submit-capture.ts';

/** The capture queue on BullMQ. Throws `AppError('redis_unavailable')` when the job can't be stored or removed. */
export function createBullmqCaptureQueue(redis: Redis): CaptureQueue & CaptureJobs & { close(): Promise<void> } {
  const queue = new Queue(captureQueueName, {
    connection: redis,
    prefix: redisPrefix,
    // BullMQ asks for Redis' version once and keeps the answer, be it a failure: a lost one would refuse every capture for ever.
    skipVersionCheck: true,
  });
  // BullMQ repeats the connection's errors here; the connection logs them itself.
  queue.on('error', () => undefined);
  return {
    async enqueue(captureId, lane) {
      const { name, data, opts } = toCaptureJob({ id: captureId, lane });
      await whileRedisIsUp(() => queue.add(name, data, opts));
    },
    remove: async (captureId) => void (await whileRedisIsUp(() => queue.remove(captureId))),
    close: () => queue.close(),
  };
}
