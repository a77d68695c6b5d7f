import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { captureQueueName, redisPrefix, type toCaptureJob } from '../contracts/capture-job.ts';
import { whileRedisIsUp } from '../store/redis-errors.ts';

/** The jobs behind dead letters. Every method throws `AppError('redis_unavailable')` when Redis is away. */
export interface DeadJobs {
  /** When the capture's job died (epoch ms); null when it is no dead letter. */
  failedAt(captureId: string): Promise<number | null>;
  /** Puts a fresh job in place of the dead one, with its counters at zero. One that is running stays. */
  replace(job: ReturnType<typeof toCaptureJob>): Promise<void>;
  /** Removes the capture's job, unless it is running. */
  remove(captureId: string): Promise<void>;
}

/** BullMQ's failed set of captures, which is the dead-letter queue. */
export interface FailedSet extends DeadJobs {
  count(): Promise<number>;
  /** Null when the capture's job is no dead letter. */
  find(captureId: string): Promise<Job | null>;
  /** Dead jobs in the order of their deaths. */
  read(from: number, count: number): Promise<Job[]>;
  close(): Promise<void>;
}

export function openFailedSet(redis: Redis): FailedSet {
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  // BullMQ repeats the connection's errors here; the connection logs them itself.
  queue.on('error', () => undefined);

  const find = (captureId: string): Promise<Job | null> =>
    whileRedisIsUp(async () => {
      const job = await queue.getJob(captureId);
      return job && (await job.isFailed()) ? job : null;
    });
  const remove = async (captureId: string): Promise<void> => void (await whileRedisIsUp(() => queue.remove(captureId)));

  return {
    find,
    remove,
    count: () => whileRedisIsUp(() => queue.getFailedCount()),
    read: (from, count) => whileRedisIsUp(() => queue.getJobs(['failed'], from, from + count - 1, true)),
    async failedAt(captureId) {
      const job = await find(captureId);
      return job ? (job.finishedOn ?? 0) : null;
    },
    async replace({ name, data, opts }) {
      // BullMQ's own retry would keep the count of crashes, and with it the verdict that the job is poison.
      await remove(opts.jobId);
      await whileRedisIsUp(() => queue.add(name, data, opts));
    },
    close: () => queue.close(),
  };
}
