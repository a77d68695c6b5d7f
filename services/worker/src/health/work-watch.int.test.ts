import { captureQueueName, redisPrefix, toCaptureJob } from '@identity-events/shared/contracts/capture-job';
import { createQueueState, type QueueState } from '@identity-events/shared/store/queue-state';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type HealthServer, startHealthServer } from './health-server.ts';
import { startWorkWatch, type WorkWatch } from './work-watch.ts';

const lines: string[] = [];
const note = (message: string, fields: object = {}): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
const logger = { debug: note, info: note, warn: note, error: note };
const afterMs = 600;
let redis: Redis;
let queue: Queue;
let jobs: QueueState;
let watch: WorkWatch;
let health: HealthServer;
let looks = 0;
let isRedisThere = true;

beforeAll(async () => {
  redis = await openTestRedis(57);
  queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  jobs = createQueueState(redis);
});
afterAll(async () => {
  await Promise.all([jobs.close(), queue.close()]);
  await redis.quit();
});
beforeEach(async () => {
  await queue.obliterate({ force: true });
  await queue.resume();
  [looks, isRedisThere, lines.length] = [0, true, 0];
  watch = startWorkWatch({
    isWorkDue: async () => {
      looks += 1;
      if (!isRedisThere) throw new Error('away');
      return jobs.isWorkDue(Date.now());
    },
    afterMs,
    publishMaxMs: afterMs,
    logger,
    steadyNow: () => performance.now(),
  });
  const metrics = { contentType: 'text/plain', text: async () => '' };
  health = await startHealthServer('127.0.0.1', 0, {
    standing: watch.standing,
    checks: {},
    provider: async () => null,
    metrics,
  });
  return async () => {
    await health.close();
    await watch.stop();
  };
});

async function healthz(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${health.port}/healthz`);
  return { status: response.status, body: await response.json() };
}

const well = { status: 200, body: { status: 'ok' } };
const wedged = { status: 503, body: { status: 'wedged', standing: ['captures'] } };

/** A worker with one hand. */
function work(process: (job: Job, token?: string) => Promise<unknown>): void {
  const run = watch.whileWorking(process);
  const worker = new Worker(captureQueueName, (job, token) => run(job, token), {
    connection: redis,
    prefix: redisPrefix,
    removeOnComplete: { count: 0 },
  });
  worker.on('error', watch.moved);
  onTestFinished(() => worker.close());
}

function add(id: number, delay = 0): Promise<Job> {
  const { name, data, opts } = toCaptureJob({ id: `cap_${String(id).padStart(32, '0')}`, lane: 'interactive' });
  return queue.add(name, data, { ...opts, delay });
}

/** It is well for more looks than it takes to notice a standstill. */
async function staysWell(): Promise<void> {
  for (let look = 0; look < 15; look++) {
    expect(await healthz()).toEqual(well);
    const before = looks;
    await vi.waitUntil(() => looks > before, { timeout: 5_000, interval: 10 });
  }
}

it('a worker whose hands hang while captures wait is not alive, until it goes on', async () => {
  const { promise: hang, resolve: goOn } = Promise.withResolvers<void>();
  work(() => hang);
  await add(1);
  await staysWell();
  await add(2);
  await vi.waitFor(async () => expect(await healthz()).toEqual(wedged), { timeout: 10_000, interval: 50 });
  await vi.waitFor(() => expect(lines).toEqual(['worker.standstill {"standing":"captures"}']), { timeout: 10_000 });
  goOn();
  await vi.waitFor(async () => expect(await healthz()).toEqual(well), { timeout: 10_000, interval: 50 });
  await vi.waitFor(() => expect(lines[1]).toBe('worker.standstill {"standing":"nothing"}'), { timeout: 10_000 });
});

it('delayed captures that nobody takes up when they are due are a standstill, too', async () => {
  await add(1, 50);
  await vi.waitFor(async () => expect(await healthz()).toEqual(wedged), { timeout: 10_000, interval: 50 });
});

it('captures that are put off again and again, as for a closed gate, are none', async () => {
  work(async (job, token) => {
    await job.moveToDelayed(Date.now() + 10, token);
    throw new DelayedError();
  });
  for (const id of [1, 2, 3]) await add(id);
  await staysWell();
});

it('captures whose turn is later are none', async () => {
  await add(1, 60_000);
  await staysWell();
});

it('a paused queue is none', async () => {
  await queue.pause();
  await add(1);
  await staysWell();
});

it('a Redis that is away is none, and what stood before it went counts for nothing', async () => {
  await add(1);
  isRedisThere = false;
  await staysWell();
});

it('a batch that never gets to Kafka or back is one; Kafka that refuses is none', async () => {
  const { promise: never, reject } = Promise.withResolvers<void>();
  const refused = watch
    .whilePublishing(() => Promise.reject(new Error('away')))()
    .catch(() => undefined);
  await refused;
  await staysWell();
  const publishing = watch
    .whilePublishing(() => never)()
    .catch(() => undefined);
  const body = { status: 'wedged', standing: ['events'] };
  await vi.waitFor(async () => expect(await healthz()).toEqual({ status: 503, body }), { timeout: 10_000 });
  reject(new Error('at last'));
  await publishing;
  expect(await healthz()).toEqual(well);
});
