import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCaptures, type NewCapture } from './captures.ts';
import { keys } from './keys.ts';
import { openTestRedis } from './redis.fixture.ts';
import { createRedisProviderGate } from './redis-provider-gate.ts';
import { readStoreState } from './store-state.ts';

const windows = [{ calls: 1, ms: 60_000 }];
let redis: Redis;
let serial = 0;

beforeAll(async () => {
  redis = await openTestRedis(41);
});
afterAll(() => redis.quit());

async function accept(createdAt: number, more: Partial<NewCapture> = {}): Promise<NewCapture> {
  serial += 1;
  const id = `cap_${createdAt.toString(16).padStart(12, '0')}7${String(serial).padStart(19, '0')}`;
  const capture: NewCapture = {
    id,
    tenant: 'demo',
    subject: `user-${serial}`,
    kind: 'link',
    lane: 'interactive',
    createdAt,
    expiresAt: createdAt + 3_600_000,
    transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    ...more,
  };
  await createCaptures(redis).accept(capture, { key: id, fingerprint: 'same', windowMs: 60_000 }, windows);
  return capture;
}

it('an empty store has nothing anywhere', async () => {
  const { open, rooms, gates, ...rest } = await readStoreState(redis, ['demo'], Date.now());
  expect([...open, ...rooms].filter(({ count, oldestAt }) => count !== 0 || oldestAt !== null)).toEqual([]);
  expect(gates).toEqual([{ tenant: 'demo', closed: false }]);
  expect(rest).toEqual({
    outbox: { count: 0, oldestAt: null },
    watched: { count: 0, overdue: 0 },
    images: [{ tenant: 'demo', bytes: 0 }],
  });
});

it('captures, the waiting room and the gate are told by tenant, with the oldest of each', async () => {
  const now = Date.now();
  const [oldest, second, bulk] = [
    await accept(now - 3_000),
    await accept(now - 2_000),
    await accept(now - 9_000, { lane: 'bulk', kind: 'national_id' }),
  ];
  await accept(now - 1_000, { tenant: 'other' });
  await createCaptures(redis).begin(second.id);
  const gate = createRedisProviderGate(redis, {
    windowsOf: () => windows,
    marginMs: 50,
    probeMs: 1_000,
    inProcessWaitMs: 0,
    failuresMax: 1,
    closedFirstMs: 1_000,
    closedMaxMs: 1_000,
    closedForAccountMs: 60_000,
  });
  expect(await gate.take(oldest)).toMatchObject({ go: true });
  for (const capture of [second, bulk]) expect(await gate.take(capture)).toMatchObject({ go: false });
  await gate.report({ tenant: 'demo', state: 'account', standing: 'well', code: 'bundle_exhausted' });

  const state = await readStoreState(redis, ['demo', 'other'], now + 86_400_000);
  expect(state.open.filter(({ count }) => count > 0)).toEqual([
    { tenant: 'demo', kind: 'link', status: 'queued', count: 1, oldestAt: oldest.createdAt },
    { tenant: 'demo', kind: 'national_id', status: 'queued', count: 1, oldestAt: bulk.createdAt },
    { tenant: 'demo', kind: 'link', status: 'processing', count: 1, oldestAt: second.createdAt },
    { tenant: 'other', kind: 'link', status: 'queued', count: 1, oldestAt: now - 1_000 },
  ]);
  expect(state.rooms.filter(({ count }) => count > 0)).toEqual([
    { tenant: 'demo', lane: 'interactive', count: 1, oldestAt: second.createdAt },
    { tenant: 'demo', lane: 'bulk', count: 1, oldestAt: bulk.createdAt },
  ]);
  expect(state.gates).toEqual([
    { tenant: 'demo', closed: true },
    { tenant: 'other', closed: false },
  ]);
  expect(state.watched).toEqual({ count: 4, overdue: 4 });
  expect((await readStoreState(redis, ['demo'], 0)).watched.overdue).toBe(0);
});

it('an event in the outbox is told with its age', async () => {
  const before = Date.now();
  await redis.xadd(keys.outbox, '*', 'event', '{}');
  const { outbox } = await readStoreState(redis, [], 0);
  expect(outbox.count).toBe(1);
  expect(Math.abs((outbox.oldestAt ?? 0) - before)).toBeLessThan(1_000);
});

it('costs the same however much there is: only commands that count a set or look at its end', async () => {
  const commands: string[][] = [];
  const watched = new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        commands.push([String(name), ...args.map(String)]);
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  await readStoreState(watched, ['demo'], 0);
  const bounded = (command: string[]): boolean =>
    ['xlen', 'zcard', 'zcount', 'hexists', 'hmget'].includes(command[0] as string) ||
    (command[0] === 'zrange' && /^(.+,)?(0,0|LIMIT,0,1)(,WITHSCORES)?$/.test(command.slice(2).join())) ||
    (command[0] === 'xrange' && command.slice(-2).join() === 'COUNT,1');
  expect(commands.filter((command) => !bounded(command))).toEqual([]);
  expect(commands).toHaveLength(22);
});
