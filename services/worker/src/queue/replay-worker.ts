import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { toFailedReason } from '@identity-events/shared/contracts/dead-letter-cause';
import {
  type ReplayEnd,
  type ReplayJob,
  type ReplayProgress,
  readProgress,
  replayJob,
  replayQueueName,
} from '@identity-events/shared/contracts/replay-job';
import { AppError, errorCode } from '@identity-events/shared/runtime/errors';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ReplayLog } from '../replay/run-replay.ts';

export interface ReplayWorkerDeps {
  /** The use case: carries one replay as far as it goes. */
  readonly run: (
    replay: ReplayJob,
    progress: ReplayProgress,
    log: ReplayLog,
    signal: AbortSignal,
  ) => Promise<ReplayEnd | 'stopped'>;
  readonly logger: Logger;
  readonly now: () => number;
  /** A replay whose worker gives no sign of life for this long is taken up by another; ms. */
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  /** Wait after Kafka or Redis was away; ms. */
  readonly waitMs: number;
}

/** Replays that one process runs at a time. */
const concurrency = 2;

/**
 * Runs replays off their own queue, so that captures never wait for them. The cursor is the job's progress: whoever takes a job up
 * after a crash or a stop goes on behind it. Closing hands running ones to other workers.
 */
export function startReplayWorker(redis: Redis, deps: ReplayWorkerDeps): { close(): Promise<void> } {
  const stopping = new AbortController();
  const queue = new Queue(replayQueueName, { connection: redis, prefix: redisPrefix, skipVersionCheck: true });
  queue.on('error', () => undefined);
  const process = replayProcessor(deps, queue, stopping.signal);
  const worker = new Worker(replayQueueName, process, {
    connection: redis,
    prefix: redisPrefix,
    concurrency,
    lockDuration: deps.lockMs,
    stalledInterval: deps.stalledCheckMs,
    // A worker that died says nothing against the replay, which has a deadline of its own.
    maxStalledCount: 1_000,
  });
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
  });
  worker.on('error', (error) => deps.logger.debug('replay.queue_error', { code: errorCode(error) }));
  return {
    async close() {
      stopping.abort();
      await worker.close();
      await queue.close();
    },
  };
}

function replayProcessor({ run, logger, now, waitMs }: ReplayWorkerDeps, queue: Queue, stopping: AbortSignal) {
  return async (job: Job, token: string | undefined, lost: AbortSignal | undefined): Promise<ReplayEnd> => {
    const replay = readJob(job);
    const signal = lost ? AbortSignal.any([stopping, lost]) : stopping;
    const log: ReplayLog = {
      async isCancelled() {
        const now = (await whileRedisIsUp(() => queue.getJob(replay.replayId))) as Job<ReplayJob> | undefined;
        return now?.data.cancelled === true;
      },
      save: (progress) => whileRedisIsUp(() => job.updateProgress(progress)),
    };
    const about = { replayId: replay.replayId, tenant: replay.tenant };
    let later: number;
    try {
      const end = await run(replay, readProgress(job.progress), log, signal);
      if (end !== 'stopped') {
        const { byType, skipped, limitReached } = readProgress(job.progress);
        logger.info('replay.ended', { ...about, end, dryRun: replay.dryRun, limitReached, ...byType, ...skipped });
        return end;
      }
      later = now();
    } catch (error) {
      if (!(error instanceof AppError)) logger.error('replay.bug', { ...about, ...bugFields(error) });
      if (!(error instanceof AppError && error.retriable)) throw failed(about, logger, error);
      later = now() + waitMs;
      logger.warn('replay.waits', { ...about, code: error.code, waitMs });
    }
    await job.moveToDelayed(later, token);
    throw new DelayedError();
  };
}

function failed(about: { readonly replayId: string }, logger: Logger, error: unknown): UnrecoverableError {
  const why = error instanceof AppError ? error.code : 'bug';
  logger.error('replay.failed', { ...about, why });
  return new UnrecoverableError(toFailedReason(why, "see the worker's log"));
}

function readJob(job: Job): ReplayJob {
  const parsed = replayJob.safeParse(job.data, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new UnrecoverableError(toFailedReason('unreadable', 'the job is not of a known version'));
}
