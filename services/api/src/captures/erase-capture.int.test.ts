import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestQueue, type TestQueue } from '@identity-events/shared/dead-letters/test-queue.fixture';
import { AppError } from '@identity-events/shared/runtime/errors';
import { createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { createCaptures } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { createOutbox } from '@identity-events/shared/store/outbox';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import type { Redis } from 'ioredis';
import { v4 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createBullmqCaptureQueue } from '../queue/bullmq-capture-queue.ts';
import { newCaptureId } from './capture-id.ts';
import { eraseCapture } from './erase-capture.ts';
import { type EraseSubjectDeps, eraseSubject } from './erase-subject.ts';
import { sealSubmission } from './seal-submission.ts';
import { type SubmitCaptureDeps, submitCapture } from './submit-capture.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let redis: Redis;
let bullmq: TestQueue;
let queue: ReturnType<typeof createBullmqCaptureQueue>;
let root: string;
let submit: SubmitCaptureDeps;
let deps: EraseSubjectDeps;

beforeAll(async () => {
  redis = await openTestRedis(30);
  bullmq = openTestQueue(redis);
  queue = createBullmqCaptureQueue(redis);
});
beforeEach(async () => {
  await clearTestRedis(redis);
  root = await mkdtemp(join(tmpdir(), 'images-'));
  const sealer = createSealer(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
  const images = createDiskImageStore(root, sealer);
  const captures = createCaptures(redis);
  submit = {
    ...{ captures, images, queue, sealer, logger: silent, now: Date.now, newCaptureId, newTransactionId: v4 },
    seal: async (submission) => sealSubmission(sealer, submission),
    windowsOf: () => [{ calls: 10, ms: 1_000 }],
    idempotencyWindowMs: 60_000,
    expiryMsOf: () => 3_600_000,
  };
  deps = { captures, images, jobs: queue, index: createCaptureIndex(redis, captures), now: Date.now };
  return () => rm(root, { recursive: true });
});
afterAll(async () => {
  await queue.close();
  await bullmq.close();
  await redis.quit();
});

const subject = 'person-1';
const submitOne = (idempotencyKey: string = randomUUID(), userToken = 'token') =>
  submitCapture(submit, {
    tenant: 'demo',
    idempotencyKey,
    fields: { kind: 'national_id', subject, lane: 'interactive', userToken },
    images: new Map([['front', Buffer.from('front')]]),
  });

async function owners(): Promise<string[]> {
  const found: string[] = [];
  const images = createDiskImageStore(root, submit.sealer);
  for await (const { captureId } of images.listOwners(Number.POSITIVE_INFINITY)) found.push(captureId);
  return found;
}
async function valueOf(key: string): Promise<unknown> {
  const readers: Readonly<Record<string, () => Promise<unknown>>> = {
    hash: () => redis.hgetall(key),
    string: () => redis.get(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, '0', '-1'),
    stream: () => redis.xrange(key, '-', '+'),
  };
  return (await readers[await redis.type(key)]?.()) ?? expect.fail(`${key} can not be read`);
}
const eventIds = async () => (await createOutbox(redis, redis).read(1_000, 0)).map(({ event }) => event.id);
/** Keys whose name or value holds the words, but for the outbox, which empties itself into Kafka. */
async function keysWith(...words: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys('*')) {
    if (key.endsWith(':outbox')) continue;
    const text = key + JSON.stringify(await valueOf(key));
    if (words.some((word) => text.includes(word))) found.push(key);
  }
  return found;
}

it.each(['waiting', 'running', 'dead'] as const)(
  'a capture whose job is %s is cancelled, once, and images, job and index entry go',
  async (state) => {
    const { id } = await submitOne();
    const job = state === 'waiting' ? null : await bullmq.take();
    if (job && state === 'dead') await bullmq.kill(job, 'bug: x');
    for (let i = 0; i < 3; i++) expect(await eraseCapture(deps, 'demo', id)).toBe(true);
    expect(await eventIds()).toEqual([`${id}.outcome`, `${id}.redacted`]);
    expect(await owners()).toEqual([]);
    if (job && state === 'running') await bullmq.complete(job);
    expect(await bullmq.queue.getJob(id)).toBeUndefined();
    // The record tells the person until the redaction is in Kafka.
    expect(await keysWith(subject)).toEqual([`{idv}:capture:${id}`]);
    const entries = await createOutbox(redis, redis).read(10, 0);
    const at = { topic: 't', partition: 0, offset: '1', at: 1 };
    await createOutbox(redis, redis).published(entries.map((entry) => ({ entry, at })));
    expect(await keysWith(subject, 'front', 'token')).toEqual([]);
  },
);

it('whoever erases at the same time, there is one outcome and one redaction', async () => {
  const { id } = await submitOne();
  expect(await Promise.all(Array.from({ length: 20 }, () => eraseCapture(deps, 'demo', id)))).not.toContain(false);
  expect(await eventIds()).toEqual([`${id}.outcome`, `${id}.redacted`]);
});

it('the key of an erased capture is never another capture, whatever body comes with it', async () => {
  const key = randomUUID();
  const { id } = await submitOne(key);
  await eraseCapture(deps, 'demo', id);
  await expect(submitOne(key)).rejects.toMatchObject({ code: 'capture_gone' });
  await expect(submitOne(key, 'another')).rejects.toMatchObject({ code: 'capture_gone' });
  expect(await owners()).toEqual([]);
  expect(await keysWith(subject)).toEqual([`{idv}:capture:${id}`]);
});

it('an erasure that can not remove the images says so, and is ended by the next one', async () => {
  const { id } = await submitOne();
  const broken = async (): Promise<void> => {
    throw new AppError('image_store_failed', 'broken', { retriable: true });
  };
  await expect(eraseCapture({ ...deps, images: { remove: broken } }, 'demo', id)).rejects.toThrow('broken');
  expect(await owners()).toEqual([id]);
  expect(await eraseCapture(deps, 'demo', id)).toBe(true);
  expect(await owners()).toEqual([]);
  expect(await bullmq.queue.getJob(id)).toBeUndefined();
});

it("another tenant's capture is not there to erase", async () => {
  const { id } = await submitOne();
  expect(await eraseCapture(deps, 'other', id)).toBe(false);
  expect(await eraseCapture(deps, 'demo', newCaptureId(Date.now()))).toBe(false);
  expect(await deps.captures.read(id)).toMatchObject({ status: 'queued' });
  await eraseCapture(deps, 'demo', id);
  expect(await eraseCapture(deps, 'other', id)).toBe(false);
});

it('a person is erased in bounded parts, whatever state the captures are in, and nobody else with them', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 105; i++) ids.push((await submitOne()).id);
  const other = await submitCapture(submit, {
    tenant: 'demo',
    idempotencyKey: 'other',
    fields: { kind: 'national_id_ocr', subject: 'person-2', lane: 'interactive' },
    images: new Map([['front', Buffer.from('x')]]),
  });
  const running = await bullmq.take();
  await eraseCapture(deps, 'demo', ids[1] ?? '');
  await redis.del(`{idv}:capture:${ids[2]}`);
  // The one that was erased before is not in the index any more; the one that ran out is, and is nobody's erasure.
  expect(await eraseSubject(deps, 'demo', subject)).toEqual({ erased: 99, remaining: 4 });
  expect(await eraseSubject(deps, 'demo', subject)).toEqual({ erased: 4, remaining: 0 });
  expect(await eraseSubject(deps, 'demo', subject)).toEqual({ erased: 0, remaining: 0 });
  expect((await eventIds()).filter((id) => id.endsWith('.redacted'))).toHaveLength(104);
  if (running) await bullmq.complete(running);
  expect(await deps.captures.read(other.id)).toMatchObject({ status: 'queued', subject: 'person-2' });
  expect((await owners()).filter((id) => id !== other.id)).toEqual([ids[2]]);
});

it('what an erasure of a person could not finish the next one finds', async () => {
  const { id } = await submitOne();
  const broken = async (): Promise<void> => {
    throw new AppError('image_store_failed', 'broken', { retriable: true });
  };
  await expect(eraseSubject({ ...deps, images: { remove: broken } }, 'demo', subject)).rejects.toThrow('broken');
  expect(await eraseSubject(deps, 'demo', subject)).toEqual({ erased: 1, remaining: 0 });
  expect([await owners(), await bullmq.queue.getJob(id)]).toEqual([[], undefined]);
});

it("an event of the capture that was set aside as unreadable goes, too, and no other capture's", async () => {
  const [one, other] = [await submitOne(), await submitOne()];
  for (const { id } of [one, other]) {
    await redis.xadd('{idv}:outbox:aside', '*', 'entry', '1-0', 'event', `{"subject":"${id}"`, 'captureId', id);
  }
  await eraseCapture(deps, 'demo', one.id);
  const aside = JSON.stringify(await redis.xrange('{idv}:outbox:aside', '-', '+'));
  expect([aside.includes(one.id), aside.includes(other.id)]).toEqual([false, true]);
});

/** What a record may lack, and what is told of its erasure. */
const damages: [string, readonly string[], readonly string[]][] = [
  ['its version', ['v'], ['outcome', 'redacted']],
  ['what the index knows', ['id', 'tenant', 'kind', 'status'], ['outcome', 'redacted']],
  ['its subject, so that nobody can be told', ['subject'], []],
];

it.each(damages)('a record that lacks %s is erased, once, by its tenant alone', async (_, fields, told) => {
  const key = randomUUID();
  const { id } = await submitOne(key);
  await redis.hdel(`{idv}:capture:${id}`, ...fields);
  await redis.hset(`{idv}:capture:${id}`, 'failedCalls', 'x');
  expect(await eraseCapture(deps, 'other', id)).toBe(false);
  expect(await owners()).toEqual([id]);
  for (let i = 0; i < 2; i++) expect(await eraseCapture(deps, 'demo', id)).toBe(true);
  expect(await eventIds()).toEqual(told.map((word) => `${id}.${word}`));
  expect([await owners(), await bullmq.queue.getJob(id)]).toEqual([[], undefined]);
  expect(await deps.captures.readErased(id)).toMatchObject({ tenant: 'demo' });
  expect(await redis.exists(`{idv}:user-token:${id}`)).toBe(0);
  await expect(submitOne(key)).rejects.toMatchObject({ code: 'capture_gone' });
});
