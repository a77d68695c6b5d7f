import { once } from 'node:events';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { nothingReplayed, type ReplayJob, replayQueueName } from '@identity-events/shared/contracts/replay-job';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { clearTestRedis, connectTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type ReplayWorkerDeps, startReplayWorker } from './replay-worker.ts';

const database = 61;
const enough = { timeout: 10_000, interval: 20 };
let redis: Redis;
let queue: Queue;
let releases: (() => Promise<unknown>)[] = [];
let lines: { message: string; fields: unknown }[] = [];
const line = (message: string, fields?: unknown): void => void lines.push({ message, fields });
const logger: Logger = { debug: line, info: line, warn: line, error: line };

beforeAll(async () => {
  redis = await openTestRedis(database);
  queue = new Queue(replayQueueName, { connection: redis, prefix: redisPrefix });
});
afterEach(async () => {
  for (const release of releases) await release();
  [releases, lines] = [[], []];
  await clearTestRedis(redis);
});
afterAll(async () => {
  await queue.close();
  await redis.quit();
});

const replayId = `rpl_${'1'.repeat(32)}`;
const data: ReplayJob = {
  ...{ v: 1, replayId, tenant: 'demo', limit: 10, perSecond: 10, dryRun: false, force: false },
  createdAt: 1_700_000_000_000,
};
const cursor = `cap_${'a'.repeat(32)}`;
const half = { cursor, byType: { 'identity.failed': 5 }, skipped: { erased: 1 }, limitReached: false } as const;

function start(run: ReplayWorkerDeps['run']): { close(): Promise<void> } {
  const connection = connectTestRedis(database);
  const times = { lockMs: 2_000, stalledCheckMs: 300, waitMs: 50 };
  const worker = startReplayWorker(connection, { run, logger, now: Date.now, ...times });
  releases.push(worker.close, () => connection.quit());
  return worker;
}
const add = (job: object = data): Promise<Job> => queue.add('replay', job, { jobId: replayId });
const read = async (): Promise<Job> => (await queue.getJob(replayId)) as Job;

it('a replay begins with nothing, keeps what it saves, and ends as it says', async () => {
  await add();
  const begun: unknown[] = [];
  start(async (replay, progress, log) => {
    begun.push(replay, progress);
    await log.save(half);
    return 'completed';
  });
  await vi.waitFor(async () => expect((await read()).returnvalue).toBe('completed'), enough);
  expect(begun).toEqual([data, nothingReplayed]);
  expect((await read()).progress).toEqual(half);
  expect(lines).toContainEqual({
    message: 'replay.ended',
    fields: {
      replayId,
      tenant: 'demo',
      end: 'completed',
      dryRun: false,
      limitReached: false,
      'identity.failed': 5,
      erased: 1,
    },
  });
});

it('while Kafka or Redis is away it waits and goes on where it was, however often', async () => {
  await add();
  const begun: unknown[] = [];
  start(async (_, progress, log) => {
    begun.push(progress);
    await log.save(half);
    if (begun.length < 4) throw new AppError('kafka_unavailable', 'away', { retriable: true });
    return 'completed';
  });
  await vi.waitFor(async () => expect((await read()).returnvalue).toBe('completed'), enough);
  expect(begun).toEqual([nothingReplayed, half, half, half]);
});

it('a worker that stops hands it to another at once', async () => {
  await add();
  let running = false;
  const first = start(async (_, __, log, signal) => {
    await log.save(half);
    running = true;
    if (!signal.aborted) await once(signal, 'abort');
    return 'stopped';
  });
  await vi.waitFor(() => expect(running).toBe(true), enough);
  await first.close();
  const begun: unknown[] = [];
  start(async (_, progress) => {
    begun.push(progress);
    return 'completed';
  });
  await vi.waitFor(() => expect(begun).toEqual([half]), enough);
});

it('one whose worker was killed is taken up behind what it saved', async () => {
  await add();
  // What a killed worker leaves: a job that is active, and nobody renews its lock.
  const killed = new Worker(replayQueueName, null, { connection: redis, prefix: redisPrefix, lockDuration: 200 });
  const job = await killed.getNextJob('killed', { block: false });
  await job.updateProgress(half);
  await killed.close(true);
  const begun: unknown[] = [];
  start(async (_, progress) => {
    begun.push(progress);
    return 'completed';
  });
  await vi.waitFor(() => expect(begun).toEqual([half]), enough);
});

it('it sees that it was cancelled while it runs', async () => {
  const job = await add();
  start(async (_, __, log) => {
    await vi.waitFor(async () => expect(await log.isCancelled()).toBe(true), enough);
    return 'cancelled';
  });
  await vi.waitFor(async () => expect(await (await read()).isActive()).toBe(true), enough);
  await job.updateData({ ...data, cancelled: true });
  await vi.waitFor(async () => expect((await read()).returnvalue).toBe('cancelled'), enough);
});

it.each([
  ['a failure that stays', data, new AppError('topic_not_allowed', 'no', { retriable: false }), 'topic_not_allowed'],
  ['a bug', data, new TypeError('not of a kind'), 'bug'],
  ['a job of another version', { ...data, v: 2 }, undefined, 'unreadable'],
])('fails by %s, with its code and nothing of its words', async (_, job, error, code) => {
  await add(job);
  start(async () => {
    if (error) throw error;
    return 'completed';
  });
  await vi.waitFor(async () => expect((await read()).failedReason).toMatch(new RegExp(`^${code}: `)), enough);
  expect(JSON.stringify([await read(), lines])).not.toMatch(/not of a kind/);
});
