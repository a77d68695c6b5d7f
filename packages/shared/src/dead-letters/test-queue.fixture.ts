import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { captureQueueName, type QueuedCapture, redisPrefix, toCaptureJob } from '../contracts/capture-job.ts';

/** The queue of captures with a worker whose every step a test takes by hand. */
export interface TestQueue {
  readonly queue: Queue;
  enqueue(capture: QueuedCapture): Promise<void>;
  /** The next job, running; null when none waits. */
  take(): Promise<Job | null>;
  /** Ends a running job as a worker's bug does. */
  kill(job: Job, failedReason: string): Promise<void>;
  /** Ends a running job well; it is removed, as workers have it. */
  complete(job: Job): Promise<void>;
  close(): Promise<void>;
}

export function openTestQueue(redis: Redis): TestQueue {
  const options = { connection: redis, prefix: redisPrefix };
  const queue = new Queue(captureQueueName, options);
  const worker = new Worker(captureQueueName, null, {
    ...options,
    autorun: false,
    lockDuration: 600_000,
    removeOnComplete: { count: 0 },
  });
  const token = 'test';
  return {
    queue,
    async enqueue(capture) {
      const { name, data, opts } = toCaptureJob(capture);
      await queue.add(name, data, opts);
    },
    take: async () => ((await worker.getNextJob(token, { block: false })) as Job | undefined) ?? null,
    kill: async (job, failedReason) =>
      void (await job.moveToFailed(new UnrecoverableError(failedReason), token, false)),
    complete: async (job) => void (await job.moveToCompleted('', token, false)),
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}
