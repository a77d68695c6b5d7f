import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { AppError } from '@identity-events/shared/runtime/errors';
import { connectFailingFast } from '@identity-events/shared/runtime/redis';
import { createCaptures } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { keys } from '@identity-events/shared/store/keys';
import { clearTestRedis, openTestRedis, testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import { Queue } from 'bullmq';
import { type Redis, ReplyError } from 'ioredis';
import { v4 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createBullmqCaptureQueue } from '../queue/bullmq-capture-queue.ts';
import { newCaptureId } from './capture-id.ts';
import { sealSubmission } from './seal-submission.ts';
import { type SubmitCapture, type SubmitCaptureDeps, submitCapture } from './submit-capture.ts';

const database = 9;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let redis: Redis;
let api: Redis;
let bullmq: Queue;
let queue: ReturnType<typeof createBullmqCaptureQueue>;
let root: string;
let images: ReturnType<typeof createDiskImageStore>;
let deps: SubmitCaptureDeps;

beforeAll(async () => {
  redis = await openTestRedis(database);
  // As the API connects: commands of one turn share a write.
  api = connectFailingFast(testRedisUrl(database), 5_000, silent);
  await new Promise((resolve) => api.once('ready', resolve));
  bullmq = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  queue = createBullmqCaptureQueue(api);
});
beforeEach(async () => {
  await clearTestRedis(redis);
  root = await mkdtemp(join(tmpdir(), 'images-'));
  const sealer = createSealer(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
  images = createDiskImageStore(root, sealer);
  deps = {
    captures: createCaptures(api),
    images,
    queue,
    sealer,
    seal: async (submission) => sealSubmission(sealer, submission),
    logger: silent,
    now: Date.now,
    newCaptureId,
    newTransactionId: v4,
    windowsOf: () => [{ calls: 10, ms: 1_000 }],
    idempotencyWindowMs: 60_000,
    expiryMsOf: () => 3_600_000,
  };
  return () => rm(root, { recursive: true });
});
afterAll(async () => {
  await queue.close();
  await bullmq.close();
  api.disconnect();
  await redis.quit();
});

const commandOf = (idempotencyKey: string, subject = 'user-1'): SubmitCapture => ({
  tenant: 'demo',
  idempotencyKey,
  fields: { kind: 'national_id', subject, lane: 'interactive', userToken: 'token' },
  images: new Map([['front', Buffer.from('front')]]),
});

const jobIds = async (): Promise<(string | undefined)[]> => (await bullmq.getJobs(['waiting'])).map(({ id }) => id);
async function owners(): Promise<string[]> {
  const found: string[] = [];
  for await (const { captureId } of images.listOwners(Number.POSITIVE_INFINITY)) found.push(captureId);
  return found;
}

it('100 requests with one key at once are one capture: the same answer, one record, one job, one set of images', async () => {
  const command = commandOf(randomUUID());
  const records = await Promise.all(Array.from({ length: 100 }, () => submitCapture(deps, command)));
  const [id] = new Set(records.map((record) => record.id));
  if (!id) expect.fail();
  for (const record of records) expect(record).toMatchObject({ id, status: 'queued', subject: 'user-1' });
  expect(new Set(records.map(({ expectedBy, createdAt }) => `${expectedBy} ${createdAt}`)).size).toBe(1);
  expect(await jobIds()).toEqual([id]);
  expect(await owners()).toEqual([id]);
  expect(await redis.zrange(keys.watchlist, '0', '-1')).toEqual([id]);
});

it('100 requests at once with one key and two bodies: one body wins, the other is refused, and leaves nothing', async () => {
  const key = randomUUID();
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) => submitCapture(deps, commandOf(key, `user-${i % 2}`))),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(50);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'idempotency_key_reused' });
  expect(await jobIds()).toHaveLength(1);
  expect(await owners()).toEqual(await jobIds());
});

it('100 requests with keys of their own are 100 captures', async () => {
  await Promise.all(Array.from({ length: 100 }, () => submitCapture(deps, commandOf(randomUUID()))));
  expect(new Set(await jobIds()).size).toBe(100);
  expect(new Set(await owners())).toEqual(new Set(await jobIds()));
});

const away = (cause: Error) => new AppError('redis_unavailable', 'away', { retriable: true, cause });

it('a capture whose job Redis does not take is accepted all the same, stands on the watchlist, and its key makes the job', async () => {
  const command = commandOf(randomUUID());
  const full = { enqueue: () => Promise.reject(away(new ReplyError('OOM'))) };
  const { id, status } = await submitCapture({ ...deps, queue: full }, command);
  expect(status).toBe('queued');
  expect(await redis.zrange(keys.watchlist, '0', '-1')).toEqual([id]);
  expect((await submitCapture({ ...deps, queue: full }, command)).id).toBe(id);
  expect(await jobIds()).toEqual([]);
  expect((await submitCapture(deps, command)).id).toBe(id);
  expect(await jobIds()).toEqual([id]);
});

it('images of a record that Redis refused go at once; they stay while it is unknown whether it has the record', async () => {
  const failing = (cause: Error): SubmitCaptureDeps => {
    const accept = async (): Promise<never> => {
      throw away(cause);
    };
    return { ...deps, captures: { ...deps.captures, accept } };
  };
  const full = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");
  await expect(submitCapture(failing(full), commandOf(randomUUID()))).rejects.toThrow('away');
  expect(await owners()).toEqual([]);
  await expect(submitCapture(failing(new Error('timeout')), commandOf(randomUUID()))).rejects.toThrow('away');
  expect(await owners()).toHaveLength(1);
});

/** Dies before or after one of the three things that accepting stores. */
const deaths = (['images', 'record', 'job'] as const).flatMap((store) =>
  (['before', 'after'] as const).map((moment) => [moment, store] as const),
);

it.each(deaths)(
  'a crash %s the %s is stored leaves no 202, nothing that nobody finds, and a key that works',
  async (...death) => {
    const command = commandOf(randomUUID());
    await expect(submitCapture(dying(deps, ...death), command)).rejects.toThrow('killed');

    // Images whose record is missing are listed for the collector; a record whose job is missing is on the watchlist.
    const records = (await redis.keys(keys.capture('*'))).map((key) => key.slice(keys.capture('').length));
    expect(await redis.zrange(keys.watchlist, '0', '-1')).toEqual(records);
    const stored = await owners();
    expect(stored).toEqual(expect.arrayContaining(records));
    expect(stored.length).toBeLessThanOrEqual(1);

    const { id } = await submitCapture(deps, command);
    expect(await jobIds()).toEqual([id]);
    expect(await owners()).toContain(id);
    if (records.length > 0) expect(records).toEqual([id]);
  },
);

function dying(
  alive: SubmitCaptureDeps,
  moment: 'before' | 'after',
  store: 'images' | 'record' | 'job',
): SubmitCaptureDeps {
  const around =
    <A extends unknown[], R>(name: typeof store, act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (name !== store) return act(...args);
      if (moment === 'after') await act(...args);
      throw new Error('killed');
    };
  return {
    ...alive,
    images: { ...alive.images, put: around('images', alive.images.put) },
    captures: { ...alive.captures, accept: around('record', alive.captures.accept) },
    queue: { enqueue: around('job', alive.queue.enqueue) },
  };
}
