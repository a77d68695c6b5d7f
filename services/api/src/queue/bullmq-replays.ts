import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { causeOf } from '@identity-events/shared/contracts/dead-letter-cause';
import {
  type ReplayJob,
  readProgress,
  replayEnd,
  replayJob,
  replayQueueName,
} from '@identity-events/shared/contracts/replay-job';
import { replayLimits } from '@identity-events/shared/contracts/replay-view';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ReplayJobs, ReplayState } from '../ops/own-replays.ts';

/** Ended replays that can be read at most. */
const keptMax = 1_000;
const kept = { age: replayLimits.keptMs / 1_000, count: keptMax };

/**
 * Replays on BullMQ: a job carries one from its start to its end, with its progress, and stays for a while after that. BullMQ itself
 * refuses a second one with the same fingerprint until the first has ended.
 */
export function createBullmqReplays(redis: Redis): ReplayJobs & { close(): Promise<void> } {
  const queue = new Queue<ReplayJob>(replayQueueName, {
    connection: redis,
    prefix: redisPrefix,
    // As for captures: a lost answer about Redis' version would refuse everything for ever.
    skipVersionCheck: true,
  });
  queue.on('error', () => undefined);
  return {
    async add(job, fingerprint) {
      const options = { jobId: job.replayId, deduplication: { id: fingerprint } };
      const added = await whileRedisIsUp(() =>
        queue.add('replay', job, { ...options, removeOnComplete: kept, removeOnFail: kept }),
      );
      return added.id ?? job.replayId;
    },
    async read(replayId) {
      const job = (await whileRedisIsUp(() => queue.getJob(replayId))) as Job<ReplayJob> | undefined;
      return job ? toState(job) : null;
    },
    async cancel({ replayId }) {
      await whileRedisIsUp(async () => {
        const job = (await queue.getJob(replayId)) as Job<ReplayJob> | undefined;
        await job?.updateData({ ...job.data, cancelled: true });
      });
    },
    async countOpen() {
      const counts = await whileRedisIsUp(() => queue.getJobCounts('waiting', 'active', 'delayed'));
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    close: () => queue.close(),
  };
}

function toState(job: Job): ReplayState | null {
  const parsed = replayJob.safeParse(job.data, { reportInput: false });
  if (!parsed.success) return null;
  const progress = readProgress(job.progress);
  const about = { job: parsed.data, progress };
  if (job.finishedOn === undefined) return { ...about, status: openStatus(job, parsed.data) };
  const end = replayEnd.safeParse(job.returnvalue);
  if (end.success) return { ...about, status: end.data, endedAt: job.finishedOn };
  return { ...about, status: 'failed', endedAt: job.finishedOn, why: causeOf(job.failedReason) };
}

function openStatus(job: Job, { cancelled }: ReplayJob): ReplayState['status'] {
  if (cancelled) return 'cancelling';
  return job.processedOn === undefined ? 'queued' : 'running';
}
