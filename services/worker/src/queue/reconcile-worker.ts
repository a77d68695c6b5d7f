import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
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
}

export interface ReconcileWorker {
  /** Ends a round under way early. The other workers go on. */
  close(): Promise<void>;
}

const queueName = 'reconcile';

/**
 * Has rounds run by BullMQ's job scheduler: each at its times, one at a time among all workers, started by whoever is
 * free. A round that fails is logged, and comes again at its next time.
 *
 * Should a worker be cut off in the middle, two rounds may overlap for a moment; rounds must be harmless then.
 */
export function startReconcileWorker(
  redis: Redis,
  rounds: Readonly<Record<string, Round>>,
  { logger, lockMs, stalledCheckMs }: ReconcileWorkerDeps,
): ReconcileWorker {
  const stopping = new AbortController();
  const queue = new Queue(queueName, { connection: redis, prefix: redisPrefix });
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
  const scheduled = schedule(queue, rounds).catch((error: unknown) =>
    logger.warn('reconcile.not_scheduled', { code: errorCode(error) }),
  );
  return {
    async close() {
      stopping.abort();
      await worker.close();
      await scheduled;
      await queue.close();
    },
  };
}

/** Not waited for at start: a worker starts without Redis, too. Every worker does it, with the same result. */
async function schedule(queue: Queue, rounds: Readonly<Record<string, Round>>): Promise<void> {
  await queue.setGlobalConcurrency(1);
  for (const [name, { everyMs }] of Object.entries(rounds)) {
    await queue.upsertJobScheduler(name, { every: everyMs }, { name });
  }
}
