import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedisSeenStore } from './seen-store.ts';

const prefix = '{idv}:sdk-seen:';
let redis: Redis;
beforeAll(async () => {
  redis = await openTestRedis(40);
});
afterAll(async () => {
  await redis.quit();
});

it('an event is known to every process of its group, to no other group, and not for ever', async () => {
  const store = createRedisSeenStore(redis, { prefix, ttlMs: 60_000 });
  expect(await store.has('/demo cap_1.outcome')).toBe(false);
  await store.add('/demo cap_1.outcome');
  expect(await createRedisSeenStore(redis, { prefix }).has('/demo cap_1.outcome')).toBe(true);
  expect(await createRedisSeenStore(redis, { prefix: `${prefix}other:` }).has('/demo cap_1.outcome')).toBe(false);
  expect(await redis.pttl(`${prefix}/demo cap_1.outcome`)).toBeGreaterThan(50_000);
});
