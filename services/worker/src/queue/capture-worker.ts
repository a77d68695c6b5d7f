import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { type Job, type JobJson, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { type CaptureJobDeps, captureJobProcessor } from './capture-job-processor.ts';
import { createPacedBackend } from './paced-backend.ts';

/** How long a dead letter stays, in ms: longer than any capture may stay open. */
export const deadLetterAgeMs = 14 * 24 * 3_600_000;

export interface CaptureWorkerSettings {
  readonly concurrency: number;
  /** How long a job stays locked without renewal: after a crash it is taken up again after at most twice this time. */
  readonly lockMs: number;
  /** How often locks that ran out are looked for. */
  readonly stalledCheckMs: number;
}

/**
 * Takes capture jobs off the queue. BullMQ renews the lock of a running job; when it could not (a long Redis outage),
 * another worker may have the job, so this one is cancelled.
 */
export function startCaptureWorker(redis: Redis, settings: CaptureWorkerSettings, deps: CaptureJobDeps): Worker {
  const options: WorkerOptions = {
    connection: redis,
    prefix: redisPrefix,
    concurrency: settings.concurrency,
    lockDuration: settings.lockMs,
    stalledInterval: settings.stalledCheckMs,
    // The processor counts crashes itself, so that it is the one to decide; BullMQ's own limit must not act before.
    maxStalledCount: deps.stallsMax * 2,
    removeOnComplete: { count: 0 },
    removeOnFail: { age: deadLetterAgeMs / 1_000 },
  };
  const worker = new TolerantWorker(captureQueueName, captureJobProcessor(deps), options, createPacedBackend);
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
    deps.logger.warn('queue.lock_lost', { jobs: jobIds.length });
  });
  logFailures(worker, deps.logger);
  return worker;
}

/**
 * BullMQ throws when a job's data is not JSON, leaves the job where it is and takes it up again for ever. With this the
 * processor gets such a job, too, and can refuse it.
 */
class TolerantWorker extends Worker {
  protected override createJob(job: JobJson, jobId: string): Job {
    return super.createJob(isJson(job.data) ? job : { ...job, data: 'null' }, jobId);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function logFailures(worker: Worker, logger: Logger): void {
  worker.on('error', (error) => logger.debug('queue.error', { code: errorCode(error) }));
  worker.on('stalled', (jobId) => logger.warn('queue.stalled', { captureId: jobId }));
  worker.on('failed', (job) => logger.error('queue.dead_letter', { captureId: job?.id, cause: job?.failedReason }));
}
