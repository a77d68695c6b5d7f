import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { keys } from '@identity-events/shared/store/keys';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** Something to be done again and again, by one worker at a time. */
export interface Round {
  readonly everyMs: number;
  run(signal: AbortSignal): Promise<void>;
}

export interface ReconcileWorkerDeps {
  readonly logger: Logger;
  /** A round whose worker gives no sign of life for this long is taken up by another. */
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  /** Time between two looks whether every round still has its times; milliseconds. */
  readonly sureEveryMs: number;
}

export interface ReconcileWorker {
  /** Ends a round under way early. The other workers go on. */
  close(): Promise<void>;
}

const queueName = 'reconcile';

/** A round whose next time is further ahead than so many of its periods was planned by a clock that was wrong. */
const periodsAheadMax = 10;
/** More than there are when all is well: one for each round, and those of workers that died. */
const jobsLookedAt = 100;

/**
 * Has rounds run by BullMQ's job scheduler: each at its times, one at a time among all workers, started by whoever is
 * free. A round that fails is logged, and comes again at its next time. Every worker looks now and then whether the rounds
 * still have their times, which Redis may have lost, or never got, and sees to it.
 *
 * Should a worker be cut off in the middle, two rounds may overlap for a moment; rounds must be harmless then.
 */
export function startReconcileWorker(
  redis: Redis,
  rounds: Readonly<Record<string, Round>>,
  { logger, lockMs, stalledCheckMs, sureEveryMs }: ReconcileWorkerDeps,
): ReconcileWorker {
  const stopping = new AbortController();
  // BullMQ asks for Redis' version once and keeps the answer, be it a failure: a lost one would leave rounds without times for ever.
  const queue = new Queue(queueName, { connection: redis, prefix: redisPrefix, skipVersionCheck: true });
  queue.on('error', () => undefined);
  const worker = new Worker(queueName, async (job) => rounds[job.name]?.run(stopping.signal), {
    connection: redis,
    prefix: redisPrefix,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    // A worker that died in a round says nothing against the round.
    maxStalledCount: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 10 },
  });
  worker.on('error', (error) => logger.debug('reconcile.queue_error', { code: errorCode(error) }));
  worker.on('failed', (job, error) => logger.warn('reconcile.failed', { round: job?.name, code: errorCode(error) }));
  // Not waited for at start: a worker starts without Redis, too. The timer makes up for whatever goes wrong here.
  let looking: Promise<void> | undefined;
  const makeSure = (): void => {
    looking ??= oneAtATime(redis, () => keepScheduled(queue, rounds))
      .catch((error: unknown) => logger.warn('reconcile.not_scheduled', { code: errorCode(error) }))
      .finally(() => {
        looking = undefined;
      });
  };
  makeSure();
  const timer = setInterval(makeSure, sureEveryMs);
  return {
    async close() {
      clearInterval(timer);
      stopping.abort();
      await worker.close();
      await looking;
      await queue.close();
    },
  };
}

const planningMsMax = 10_000;

/** Does nothing while another worker is at it: two that find the same round without times would both plan one for now. */
async function oneAtATime(redis: Redis, plan: () => Promise<void>): Promise<void> {
  if ((await redis.set(keys.reconcilePlanning, '', 'PX', planningMsMax, 'NX')) !== 'OK') return;
  try {
    await plan();
  } finally {
    await redis.del(keys.reconcilePlanning);
  }
}

/** Gives every round its times unless it has them. Every worker does it, with the same result. */
async function keepScheduled(queue: Queue, rounds: Readonly<Record<string, Round>>): Promise<void> {
  if ((await queue.getGlobalConcurrency()) !== 1) await queue.setGlobalConcurrency(1);
  for (const [name, { everyMs }] of Object.entries(rounds)) {
    if (await hasTimes(queue, name, everyMs)) continue;
    await queue.removeJobScheduler(name);
    await queue.upsertJobScheduler(name, { every: everyMs }, { name });
  }
}

/** A scheduler alone is not enough: it goes on from job to job, and the next one may be lost, or far ahead for a clock that was. */
async function hasTimes(queue: Queue, name: string, everyMs: number): Promise<boolean> {
  const scheduler = await queue.getJobScheduler(name);
  if (scheduler?.every !== everyMs) return false;
  if ((scheduler.next ?? 0) > Date.now() + periodsAheadMax * everyMs) return false;
  const jobs = await queue.getJobs(['active', 'waiting', 'delayed'], 0, jobsLookedAt);
  return jobs.some((job) => job.name === name);
}
