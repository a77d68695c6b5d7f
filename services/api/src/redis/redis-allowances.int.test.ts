import { keys } from '@identity-events/shared/store/keys';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Client } from '@identity-events/shared/tenants/tenant';
import { testClient } from '@identity-events/shared/tenants/tenant.fixture';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Allowance, ClientAllowances } from '../limits/allowance.ts';
import { createRedisAllowances } from './redis-allowances.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await openTestRedis(50);
});
beforeEach(() => clearTestRedis(redis));
afterAll(() => redis.quit());

const defaults = { rate: { count: 100, ms: 1_000 }, dailyQuota: null };
/** The allowances as so many processes of the API have them. */
const processes = (count: number): ClientAllowances[] =>
  Array.from({ length: count }, () => createRedisAllowances(redis, { defaults, steadyNow: () => performance.now() }));
const client = (limits: Partial<Client>): Client => ({ ...testClient('demo', 'portal', 'key', []), ...limits });

async function takeAll(allowances: readonly (Allowance | null)[], tries: number): Promise<number> {
  let granted = 0;
  for (let i = 0; i < tries; i++) {
    if ((await allowances[i % allowances.length]?.take(1))?.granted) granted += 1;
  }
  return granted;
}

it('a rate holds over all processes: the whole at once, then as many as its time brings, less what they hold at hand', async () => {
  const portal = client({ rate: { count: 200, ms: 2_000 } });
  const rates = processes(4).map((one) => one.rateOf(portal));
  const startedAt = performance.now();
  let granted = 0;
  while (performance.now() - startedAt < 1_500) {
    granted += await takeAll(rates, 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const most = 200 + ((performance.now() - startedAt) / 2_000) * 200;
  expect(granted).toBeLessThanOrEqual(Math.ceil(most));
  expect(granted).toBeGreaterThan(most - 4 * 10 - 10);
});

it('a client of a low rate gets exactly that, whichever processes it meets', async () => {
  const portal = client({ rate: { count: 5, ms: 3_600_000 } });
  expect(
    await takeAll(
      processes(3).map((one) => one.rateOf(portal)),
      30,
    ),
  ).toBe(5);
});

it('clients do not share a rate, nor do two of one name of two tenants', async () => {
  const [one] = processes(1);
  const low = { rate: { count: 2, ms: 3_600_000 } };
  for (const other of [client(low), client({ ...low, name: 'other' }), client({ ...low, tenant: 'other' })]) {
    expect(await takeAll([one?.rateOf(other) ?? null], 5)).toBe(2);
  }
});

it('a bucket is gone from Redis once it is full again, and a clock that is set back empties it for a span at most', async () => {
  const portal = client({ rate: { count: 10, ms: 1_000 } });
  const key = keys.clientRate('demo', 'portal');
  await processes(1)[0]?.rateOf(portal).take(1);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(100);
  await redis.set(key, String(Date.now() + 86_400_000));
  const refused = await processes(1)[0]?.rateOf(portal).take(1);
  expect(refused).toMatchObject({ granted: false });
  expect(refused?.granted === false && refused.againMs).toBeLessThanOrEqual(100);
});

it('a quota holds over all processes, to the last one', async () => {
  const portal = client({ dailyQuota: 50 });
  const quotas = processes(3).map((one) => one.quotaOf(portal));
  expect(await takeAll(quotas, 200)).toBe(50);
  const leave = await quotas[0]?.take(1);
  const { againMs } = leave?.granted === false ? leave : { againMs: -1 };
  expect(againMs).toBeGreaterThan(0);
  expect(againMs).toBeLessThanOrEqual(86_400_000);
});

it('a quota begins anew with the day', async () => {
  const portal = client({ dailyQuota: 3 });
  await redis.hset(keys.clientQuota('demo', 'portal'), { day: Math.floor(Date.now() / 86_400_000) - 1, used: 3 });
  expect(await takeAll([processes(1)[0]?.quotaOf(portal) ?? null], 5)).toBe(3);
});

it('what is given back of a quota may be taken again', async () => {
  const quota = processes(1)[0]?.quotaOf(client({ dailyQuota: 2 }));
  expect((await quota?.take(2))?.granted).toBe(true);
  expect((await quota?.take(1))?.granted).toBe(false);
  quota?.giveBack(1);
  expect((await quota?.take(1))?.granted).toBe(true);
  expect((await quota?.take(1))?.granted).toBe(false);
});

it('a client without a quota has none, and one without a rate has that of the service', () => {
  const [one] = processes(1);
  expect(one?.quotaOf(client({}))).toBeNull();
  expect(one?.rateOf(client({})).limit).toEqual(defaults.rate);
});
