import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import {
  type BackendFactory,
  createRedisBackend,
  DelayedError,
  type Job,
  Queue,
  type RedisQueueBackend,
  Worker,
} from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createLookAheadBackend } from './look-ahead.ts';

const database = 62;
const name = 'look-ahead';
/** A job whose call was lost would be found only after this. */
const drainDelay = 30;
const enough = { timeout: 10_000, interval: 5 };
let redis: Redis;
let queue: Queue;
let workers: Worker[] = [];
let ran: string[] = [];

beforeAll(async () => {
  redis = await openTestRedis(database);
  queue = new Queue(name, { connection: redis, prefix: redisPrefix });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  [workers, ran] = [[], []];
  await clearTestRedis(redis);
});
afterAll(async () => {
  await queue.close();
  await redis.quit();
});

async function start(
  backend: BackendFactory<RedisQueueBackend>,
  work: (job: Job, token?: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const run = async (job: Job, token?: string): Promise<void> => {
    await work(job, token);
    ran.push(String(job.id));
  };
  const options = { connection: redis, prefix: redisPrefix, concurrency: 5, drainDelay };
  const worker = new Worker(name, run, { ...options, removeOnComplete: { count: 0 } }, backend);
  workers.push(worker);
  await worker.waitUntilReady();
}

/** Adds jobs one by one, each when the one before is done, and counts what that took of Redis' commands. */
async function commandsOf(backend: BackendFactory<RedisQueueBackend>, jobs: number): Promise<Record<string, number>> {
  await start(backend);
  await queue.add('job', {}, { jobId: 'first' });
  await vi.waitFor(() => expect(ran).toEqual(['first']), enough);
  const monitor = await redis.monitor();
  const counts: Record<string, number> = {};
  monitor.on('monitor', (_time: string, [command = '']: string[], _source: string, of: string) => {
    if (Number(of) === database) counts[command.toLowerCase()] = (counts[command.toLowerCase()] ?? 0) + 1;
  });
  for (let i = 0; i < jobs; i += 1) {
    await queue.add('job', {}, { jobId: `job-${i}` });
    await vi.waitFor(() => expect(ran).toContain(`job-${i}`), enough);
    await vi.waitFor(async () => expect(await queue.getJob(`job-${i}`)).toBeUndefined(), enough);
  }
  monitor.disconnect();
  return counts;
}

it('jobs that come alone take one fetch and one wait each, where BullMQ by itself takes three and two', async () => {
  const jobs = 20;
  // Beside the fetches, what tells that a job is done fetches the next one.
  const { rpoplpush = 0, bzpopmin = 0 } = await commandsOf(createLookAheadBackend, jobs);
  expect(rpoplpush).toBeLessThanOrEqual(2 * jobs + 2);
  expect(bzpopmin).toBeLessThanOrEqual(jobs + 2);
});

const shortWhile = (mostMs: number): Promise<void> => new Promise((done) => setTimeout(done, Math.random() * mostMs));

it('no job is kept waiting, whenever it comes: alone, with others, with a rank, with a delay, put off', async () => {
  const putOffOnce = async (job: Job, token = ''): Promise<void> => {
    await shortWhile(8);
    if (job.attemptsStarted > 1 || !job.data.putOff) return;
    await job.moveToDelayed(Date.now() + 10, token);
    throw new DelayedError();
  };
  for (const backend of [createLookAheadBackend, createLookAheadBackend, createRedisBackend]) {
    await start(backend, putOffOnce);
  }
  const kinds = [{}, {}, { priority: 10 }, { delay: 20 }];
  const jobs = 600;
  for (let i = 0; i < jobs; i += 1) {
    await queue.add('job', { putOff: i % 7 === 0 }, { jobId: `job-${i}`, ...kinds[i % kinds.length] });
    if (i % 3 > 0) await shortWhile(6);
    // Now and then all is done, and everybody waits.
    if (i % 40 === 39) await vi.waitFor(() => expect(ran).toHaveLength(i + 1), enough);
  }
  await vi.waitFor(() => expect(new Set(ran).size).toBe(jobs), enough);
});
