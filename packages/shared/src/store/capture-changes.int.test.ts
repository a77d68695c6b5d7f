import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { failedBy } from '../contracts/decision.ts';
import { toIdentityEvent } from '../contracts/to-identity-event.ts';
import { connectFailingFast } from '../runtime/redis.ts';
import { createCaptureChanges } from './capture-changes.ts';
import { type Captures, createCaptures } from './captures.ts';
import { keys } from './keys.ts';
import { createOutbox } from './outbox.ts';
import { openTestRedis, testRedisUrl } from './redis.fixture.ts';

const database = 22;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let redis: Redis;
let captures: Captures;
let subscriber: Redis;

beforeAll(async () => {
  redis = await openTestRedis(database);
  captures = createCaptures(redis);
  subscriber = connectFailingFast(testRedisUrl(database), 5_000, silent);
  await new Promise((resolve) => subscriber.once('ready', resolve));
});
afterAll(async () => {
  subscriber.disconnect();
  await redis.quit();
});

async function accept() {
  const capture = {
    id: `cap_${randomUUID().replaceAll('-', '')}`,
    tenant: 'demo',
    subject: 'user-1',
    kind: 'link',
    lane: 'bulk',
    createdAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    transactionId: 't',
  } as const;
  await captures.accept(capture, { key: capture.id, fingerprint: 'f', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  return capture;
}

const subscribers = async (captureId: string): Promise<unknown> =>
  (await redis.pubsub('NUMSUB', keys.capture(captureId)))[1];

it('calls after each change of the capture: begun, a step, ended, published; and of no other', async () => {
  const capture = await accept();
  const other = await accept();
  const heard = vi.fn();
  const end = await createCaptureChanges(subscriber).watch(capture.id, heard);
  const after = (calls: number) => expect.poll(() => heard.mock.calls.length).toBe(calls);
  await captures.begin(other.id);
  await captures.begin(capture.id);
  await after(1);
  await captures.begin(capture.id);
  await captures.keepStep(capture, 'link', { finishedAt: 1, durationMs: 1 });
  await after(2);
  await captures.keepStep(capture, 'link', { finishedAt: 1, durationMs: 1 });
  const event = toIdentityEvent(capture, failedBy('aml_match'), Date.now());
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: Date.now(), retentionMs: 60_000 });
  await after(3);
  const outbox = createOutbox(redis, redis);
  const entries = (await outbox.read(100, 0)).filter(({ captureId }) => captureId === capture.id);
  await outbox.published(entries.map((entry) => ({ entry, at: { topic: 't', partition: 0, offset: '1', at: 1 } })));
  await after(4);
  end();
  await expect.poll(() => subscribers(capture.id)).toBe(0);
  expect(heard).toHaveBeenCalledTimes(4);
});

it('a hundred who watch one capture are one subscription, which ends with the last of them', async () => {
  const capture = await accept();
  const changes = createCaptureChanges(subscriber);
  let heard = 0;
  const ends = await Promise.all(Array.from({ length: 100 }, () => changes.watch(capture.id, () => heard++)));
  expect(await subscribers(capture.id)).toBe(1);
  for (const end of ends.slice(1)) end();
  await captures.begin(capture.id);
  await expect.poll(() => heard).toBe(1);
  ends[0]?.();
  await expect.poll(() => subscribers(capture.id)).toBe(0);
  const again = await changes.watch(capture.id, () => heard++);
  await captures.keepStep(capture, 'link', { finishedAt: 1, durationMs: 1 });
  await expect.poll(() => heard).toBe(2);
  again();
});

it('a lost connection is made again, and counts as a change, for there may have been one', async () => {
  const capture = await accept();
  const own = connectFailingFast(testRedisUrl(database), 5_000, silent);
  await new Promise((resolve) => own.once('ready', resolve));
  const connection = await own.client('ID');
  const heard = vi.fn();
  const end = await createCaptureChanges(own).watch(capture.id, heard);
  await redis.client('KILL', 'ID', connection);
  await expect.poll(() => heard.mock.calls.length, { timeout: 5_000 }).toBe(1);
  await captures.begin(capture.id);
  await expect.poll(() => heard.mock.calls.length).toBe(2);
  end();
  own.disconnect();
});

it('says so at once when Redis is away, and leaves nothing behind', async () => {
  const away = connectFailingFast('redis://127.0.0.1:1', 500, silent);
  const changes = createCaptureChanges(away);
  await expect(changes.watch('cap_1', () => undefined)).rejects.toMatchObject({ code: 'redis_unavailable' });
  await expect(changes.watch('cap_1', () => undefined)).rejects.toMatchObject({ code: 'redis_unavailable' });
  away.disconnect();
});
