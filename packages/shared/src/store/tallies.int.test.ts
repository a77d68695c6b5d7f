import type { Redis } from 'ioredis';
import { Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shareCounters } from '../runtime/share-counters.ts';
import { readGateUsage } from './gate-usage.ts';
import { keys } from './keys.ts';
import { openTestRedis } from './redis.fixture.ts';
import { createTallies } from './tallies.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await openTestRedis(19);
});
afterAll(() => redis.quit());

it('what two processes count is summed by minute, and goes after two hours', async () => {
  let now = 600_000_000;
  const tallies = createTallies(redis, () => now);
  const process = (): { counter: Counter<'reason'>; share: () => Promise<void> } => {
    const registry = new Registry();
    const counter = new Counter({
      name: 'ended_total',
      help: 'x',
      labelNames: ['reason'] as const,
      registers: [registry],
    });
    const nameOf = ({ reason }: { reason?: string | number }) => (reason === 'none' ? null : `ended ${reason}`);
    const { stop } = shareCounters(registry, [{ metric: 'ended_total', nameOf }], { ...tallies, everyMs: 3_600_000 });
    return { counter, share: stop };
  };
  const [one, other] = [process(), process()];
  one.counter.inc({ reason: 'a' }, 2);
  other.counter.inc({ reason: 'a' });
  other.counter.inc({ reason: 'none' });
  await one.share();
  await other.share();
  now += 60_000;
  one.counter.inc({ reason: 'a' });
  one.counter.inc({ reason: 'b' });
  await one.share();
  await one.share();
  expect(await tallies.read(3)).toEqual([
    { from: 599_940_000, counts: {} },
    { from: 600_000_000, counts: { 'ended a': 3 } },
    { from: 600_060_000, counts: { 'ended a': 1, 'ended b': 1 } },
  ]);
  expect(await redis.pttl(keys.tally(10_000))).toBeGreaterThan(7_100_000);
});

it('what could not be shared is shared the next time', async () => {
  const registry = new Registry();
  new Counter({ name: 'all_total', help: 'x', registers: [registry] }).inc(3);
  const given: number[] = [];
  let isAway = true;
  const add = async (counts: ReadonlyMap<string, number>): Promise<void> => {
    if (isAway) throw new Error('away');
    given.push(counts.get('all') ?? 0);
  };
  const { stop } = shareCounters(registry, [{ metric: 'all_total', nameOf: () => 'all' }], { add, everyMs: 3_600_000 });
  await stop();
  isAway = false;
  await stop();
  await stop();
  expect(given).toEqual([3]);
});

it('tells how many calls each window holds, and how the gate stands, by the clock of Redis', async () => {
  const [seconds] = await redis.time();
  const now = Number(seconds) * 1_000;
  const log = keys.gate('usage', 'log');
  for (const age of [90_000, 40_000, 30_000, 20_000, 3_000]) await redis.lpush(log, now - age);
  const windows = [
    { calls: 2, ms: 10_000 },
    { calls: 60, ms: 60_000 },
    { calls: 3, ms: 600_000 },
  ];
  const usage = await readGateUsage(redis, 'usage', windows);
  expect(usage.windows.map(({ used }) => used)).toEqual([1, 4, 3]);
  expect(usage).toMatchObject({ gate: 'open', why: null, closedForMs: 0 });
  await redis.hset(keys.gate('usage', 'state'), { closedUntil: now + 50_000, why: 'timeout', level: 1 });
  expect(await readGateUsage(redis, 'usage', [])).toMatchObject({ gate: 'closed', why: 'timeout' });
  await redis.hset(keys.gate('usage', 'state'), { closedUntil: now - 1 });
  expect(await readGateUsage(redis, 'usage', [])).toMatchObject({ gate: 'probing', closedForMs: 0 });
  expect(await readGateUsage(redis, 'nobody', windows)).toMatchObject({ gate: 'open', windows: [{ used: 0 }, {}, {}] });
});
