import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createPacedBackend } from './paced-backend.ts';

const name = 'paced';
/** A job whose call was lost would be found only after this. */
const drainDelay = 30;
const enough = { timeout: 10_000, interval: 5 };
let redis: Redis;
let queue: Queue;
let worker: Worker;
let began: Map<string, number>;

beforeAll(async () => {
  redis = await openTestRedis(63);
  queue = new Queue(name, { connection: redis, prefix: redisPrefix });
});
afterEach(async () => {
  await worker.close();
  await clearTestRedis(redis);
});
afterAll(async () => {
  await queue.close();
  await redis.quit();
});

async function start(work: () => Promise<void>): Promise<void> {
  began = new Map();
  const run = async ({ id = '' }: { id?: string }): Promise<void> => {
    began.set(id, performance.now());
    await work();
  };
  const options = {
    connection: redis,
    prefix: redisPrefix,
    concurrency: 5,
    drainDelay,
    removeOnComplete: { count: 0 },
  };
  worker = new Worker(name, run, options, createPacedBackend);
  await worker.waitUntilReady();
}

const add = (id: string, options: object = {}) => queue.add('job', {}, { jobId: id, ...options });
const begunAt = (id: string): number => began.get(id) ?? Number.NaN;
const shortWhile = (mostMs: number): Promise<void> => new Promise((done) => setTimeout(done, Math.random() * mostMs));

it('a job that follows another one closely is fetched 20 ms after it, with those that come meanwhile', async () => {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  await start(() => end);
  await add('first');
  await vi.waitFor(() => expect(began.size).toBe(1), enough);
  for (const id of ['second', 'third']) await add(id);
  await vi.waitFor(() => expect(began.size).toBe(3), enough);
  // Timers of Node may be a millisecond early.
  for (const id of ['second', 'third']) expect(begunAt(id) - begunAt('first')).toBeGreaterThanOrEqual(15);
  resolve();
});

it('no job is kept waiting for longer, whenever it comes: alone, with others, with a rank, with a delay', async () => {
  await start(() => shortWhile(8));
  const kinds = [{}, {}, { priority: 10 }, { delay: 20 }];
  for (let i = 0; i < 200; i += 1) {
    await add(`job-${i}`, kinds[i % kinds.length]);
    if (i % 3 > 0) await shortWhile(6);
    // Now and then all is done, and the worker waits.
    if (i % 40 === 39) await vi.waitFor(() => expect(began.size).toBe(i + 1), enough);
  }
});

it('a worker that is stopped between two fetches stops', async () => {
  await start(async () => undefined);
  await add('only');
  await vi.waitFor(() => expect(began.size).toBe(1), enough);
  await worker.close();
  await add('later');
  expect([await queue.count(), began.size]).toEqual([1, 1]);
});
