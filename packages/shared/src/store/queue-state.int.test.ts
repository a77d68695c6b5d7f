import { Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureQueueName, redisPrefix } from '../contracts/capture-job.ts';
import { createQueueState } from './queue-state.ts';
import { openTestRedis } from './redis.fixture.ts';

let redis: Redis;
let queue: Queue;
const prefix = redisPrefix;

beforeAll(async () => {
  redis = await openTestRedis(15);
  queue = new Queue(captureQueueName, { connection: redis, prefix });
});
afterAll(async () => {
  await queue.close();
  await redis.quit();
});

const acceptedAt = 1_700_000_000_000;
const idAt = (ms: number): string => `cap_${ms.toString(16).padStart(12, '0')}7${'0'.repeat(19)}`;

async function stateOf() {
  const state = createQueueState(redis);
  const jobs = await state.read();
  await state.close();
  return Object.fromEntries(jobs.map(({ state: name, ...amount }) => [name, amount]));
}

it('an empty queue has no job in any state', async () => {
  const none = { count: 0, oldestAt: null };
  expect(await stateOf()).toEqual({ waiting: none, delayed: none, active: none, failed: none });
});

it('tells jobs by state with the time of the first, also of a job whose data is no JSON', async () => {
  await queue.add('capture', {}, { jobId: idAt(acceptedAt + 5_000) });
  await queue.add('capture', {}, { jobId: idAt(acceptedAt), priority: 10 });
  await queue.add('capture', {}, { jobId: 'somebody-elses', priority: 11 });
  const before = Date.now();
  await queue.add('capture', {}, { jobId: idAt(acceptedAt + 1), delay: 60_000 });
  await redis.hset(queue.toKey(idAt(acceptedAt)), 'data', 'no JSON');
  const { waiting, delayed } = await stateOf();
  expect(waiting).toEqual({ count: 3, oldestAt: acceptedAt });
  expect(delayed).toEqual({ count: 1, oldestAt: expect.any(Number) });
  expect(Math.abs((delayed?.oldestAt ?? 0) - before - 60_000)).toBeLessThan(1_000);
});

it('tells since when the first job runs, and since when the first one is dead', async () => {
  await queue.obliterate();
  await queue.resume();
  const { promise: running, resolve: begun } = Promise.withResolvers<void>();
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  const worker = new Worker(
    captureQueueName,
    async () => {
      begun();
      await end;
      throw new UnrecoverableError('bug: a test');
    },
    { connection: redis, prefix },
  );
  const before = Date.now();
  await queue.add('capture', {}, { jobId: idAt(acceptedAt) });
  await running;
  const { active } = await stateOf();
  expect(active?.count).toBe(1);
  expect(active?.oldestAt).toBeGreaterThanOrEqual(before);

  const died = new Promise((resolve) => worker.once('failed', resolve));
  finish();
  await died;
  const { failed } = await stateOf();
  expect(failed?.count).toBe(1);
  expect(failed?.oldestAt).toBeGreaterThanOrEqual(active?.oldestAt ?? Infinity);
  await worker.close();
});
