import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { toBusinessRequestEvent } from '../contracts/business-request-event.ts';
import { createAnnouncements } from './announcements.ts';
import { createOutbox } from './outbox.ts';
import { clearTestRedis, openTestRedis } from './redis.fixture.ts';

let redis: Redis;

beforeAll(async () => {
  redis = await openTestRedis(14);
});
beforeEach(() => clearTestRedis(redis));
afterAll(() => redis.quit());

const eventOf = (notificationId: string) =>
  toBusinessRequestEvent({
    tenant: 'demo',
    businessRequestId: 'request-1',
    status: 'PendingApproval',
    notificationId,
    notifiedAt: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
  });
const announce = (id: string, tenant = 'demo', windowMs = 60_000) =>
  createAnnouncements(redis).once(eventOf(id), { tenant, id, windowMs });
const waiting = () => createOutbox(redis, redis).read(100, 0);

it('an event is announced once, however many callers race, and stands in the outbox without a capture', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => announce('n-1')));
  expect(results.toSorted()).toEqual(['announced', ...Array.from({ length: 19 }, () => 'repeated')]);
  expect(await waiting()).toEqual([
    { id: expect.any(String), captureId: null, topic: 'business_request.status_changed', event: eventOf('n-1') },
  ]);
});

it('tenants and ids are told apart, and events stand in their order', async () => {
  await announce('n-1');
  await announce('n-2');
  expect(await announce('n-1', 'other')).toBe('announced');
  expect((await waiting()).map(({ event }) => event.id)).toEqual(['vlens.n-1', 'vlens.n-2', 'vlens.n-1']);
});

it('what was announced is remembered for its window', async () => {
  await announce('n-1', 'demo', 50);
  await expect.poll(() => announce('n-1', 'demo', 50)).toBe('announced');
});

it('published events without a capture leave the outbox, and nothing else is left of them', async () => {
  await announce('n-1');
  await announce('n-2');
  const [first] = await waiting();
  if (!first) throw new Error('nothing waits');
  const at = { topic: 't', partition: 0, offset: '0', at: 1 };
  await createOutbox(redis, redis).published([{ entry: first, at }]);
  expect((await waiting()).map(({ event }) => event.id)).toEqual(['vlens.n-2']);
  expect((await redis.keys('*')).toSorted()).toEqual([
    '{idv}:announced:demo:n-1',
    '{idv}:announced:demo:n-2',
    '{idv}:outbox',
  ]);
});
