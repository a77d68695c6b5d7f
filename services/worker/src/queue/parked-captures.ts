import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { pause } from '@identity-events/shared/runtime/pause';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ParkedCaptures } from '../captures/parked-captures.ts';

/** Pauses between looks at a job that is not delayed yet: about as long, together, as a wake-up holds. */
const pausesMs = [20, 40, 80, 160, 320, 320, 320, 320, 320, 320, 320, 320, 320, 320, 320];

/**
 * Parked captures are delayed jobs. One may be called in the moment between entering the waiting room and being parked,
 * so a job that is not delayed yet is looked at again; one that is never delayed is running, or gone.
 */
export function createParkedCaptures(redis: Redis): ParkedCaptures & { close(): Promise<void> } {
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  queue.on('error', () => undefined);

  async function resumeOne(captureId: string): Promise<void> {
    for (const pauseMs of pausesMs) {
      const job = await queue.getJob(captureId);
      if (!job || (await promote(job))) return;
      await pause(pauseMs);
    }
  }

  return {
    resume: async (captureIds) => void (await Promise.all(captureIds.map(resumeOne))),
    resumeAll: () => queue.promoteJobs(),
    close: () => queue.close(),
  };
}

/** True when the job was delayed and is not any more. BullMQ tells "not delayed" by throwing. */
async function promote(job: { promote(): Promise<void>; isDelayed(): Promise<boolean> }): Promise<boolean> {
  if (!(await job.isDelayed())) return false;
  try {
    await job.promote();
    return true;
  } catch {
    return false;
  }
}
