import { randomUUID } from 'node:crypto';
import type { Window } from '@identity-events/shared/contracts/windows';
import { keys } from '@identity-events/shared/store/keys';
import type { CallReport } from '@identity-events/shared/store/provider-gate';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import {
  createRedisProviderGate,
  type GateSettings,
  type RedisProviderGate,
} from '@identity-events/shared/store/redis-provider-gate';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startWaker, type Waker } from './waker.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const settings: Omit<GateSettings, 'windowsOf'> = {
  marginMs: 20,
  inProcessWaitMs: 250,
  probeMs: 300,
  failuresMax: 3,
  closedFirstMs: 100,
  closedMaxMs: 400,
  closedForAccountMs: 250,
};
let redis: Redis;
let wakers: Waker[] = [];

beforeAll(async () => {
  redis = await openTestRedis(13);
});
afterEach(async () => {
  await Promise.all(wakers.map((waker) => waker.stop()));
  wakers = [];
});
afterAll(() => redis.quit());

const capture = (tenant: string, lane: 'interactive' | 'bulk' = 'interactive', createdAt = Date.now()) => ({
  id: `cap_${randomUUID()}`,
  tenant,
  lane,
  createdAt,
});
type TestCapture = ReturnType<typeof capture>;

/** Captures that ask for one call each, wait where they are told to, and note when they went. */
function runCaptures(gate: RedisProviderGate, captures: readonly TestCapture[]) {
  const byId = new Map(captures.map((each) => [each.id, each]));
  const went: { capture: TestCapture; at: number }[] = [];
  let asked = 0;
  const ask = async (each: TestCapture): Promise<void> => {
    asked += 1;
    const turn = await gate.take(each);
    if (turn.go) went.push({ capture: each, at: performance.now() });
  };
  const resume = async (ids: readonly string[]): Promise<void> => {
    // A waker looks after every tenant, those of other tests too.
    for (const each of ids.map((id) => byId.get(id))) if (each) void ask(each);
  };
  wakers.push(startWaker({ gate, parked: { resume }, serves: () => true, logger: silent }));
  return { went, asked: () => asked, start: () => Promise.all(captures.map(ask)) };
}

function mostInAnyWindow(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(...sorted.map((from, i) => sorted.slice(i).filter((at) => at < from + ms).length));
}

it('no window ever holds more calls than allowed, and little is left unused', async () => {
  const windows: Window[] = [
    { calls: 10, ms: 200 },
    { calls: 40, ms: 1_000 },
  ];
  const gate = createRedisProviderGate(redis, { ...settings, windowsOf: () => windows });
  const run = runCaptures(
    gate,
    Array.from({ length: 120 }, () => capture('strict')),
  );
  const startedAt = performance.now();
  await run.start();
  await vi.waitFor(() => expect(run.went).toHaveLength(120), { timeout: 15_000, interval: 20 });
  const times = run.went.map(({ at }) => at);
  for (const { calls, ms } of windows) expect(mostInAnyWindow(times, ms)).toBeLessThanOrEqual(calls);
  // Ideal: 40 in the first 0.8 s, 40 in each further second. Each capture asked once, was woken once, and seldom more.
  expect(performance.now() - startedAt).toBeLessThan(4_500);
  expect(run.asked()).toBeLessThan(120 * 3);
});

it("a clock of Redis that is set back costs a tenant a window's time at most, and not one call over", async () => {
  const windows = [{ calls: 2, ms: 300 }];
  const gate = createRedisProviderGate(redis, { ...settings, windowsOf: () => windows });
  const hourMs = 3_600_000;
  // What the scripts wrote an hour ahead is what they find after the clock went back.
  const setBack = async (tenant: string): Promise<void> => {
    const log = keys.gate(tenant, 'log');
    for (const [i, at] of (await redis.lrange(log, 0, -1)).entries()) await redis.lset(log, i, Number(at) + hourMs);
    for (const id of await redis.zrange(keys.gate(tenant, 'woken'), '0', '-1')) {
      await redis.zincrby(keys.gate(tenant, 'woken'), hourMs, id);
    }
    if (await redis.exists(keys.gate(tenant, 'state'))) {
      await redis.hincrby(keys.gate(tenant, 'state'), 'closedUntil', hourMs);
    }
  };
  const run = runCaptures(
    gate,
    Array.from({ length: 8 }, () => capture('set-back')),
  );
  await run.start();
  await setBack('set-back');
  await vi.waitFor(() => expect(run.went).toHaveLength(8), { timeout: 5_000, interval: 20 });
  const times = run.went.map(({ at }) => at);
  expect(mostInAnyWindow(times, 300)).toBeLessThanOrEqual(2);

  await gate.report({ tenant: 'closed-set-back', state: 'account', standing: 'well', code: 'not_subscribed' });
  await setBack('closed-set-back');
  const waiting = capture('closed-set-back');
  const turn = async (): Promise<boolean> => (await gate.take(waiting)).go;
  expect(await turn()).toBe(false);
  await vi.waitFor(async () => expect(await turn()).toBe(true), { timeout: 2_000, interval: 20 });
});

it('interactive captures go before bulk ones that came earlier, older before newer', async () => {
  const gate = createRedisProviderGate(redis, { ...settings, marginMs: 200, windowsOf: () => [{ calls: 2, ms: 300 }] });
  const bulk = Array.from({ length: 4 }, (_, i) => capture('lanes', 'bulk', 1_000 + i));
  const people = Array.from({ length: 4 }, (_, i) => capture('lanes', 'interactive', 2_000 + i));
  const run = runCaptures(gate, [...bulk, ...people]);
  await run.start();
  await vi.waitFor(() => expect(run.went).toHaveLength(8), { timeout: 5_000, interval: 20 });
  const order = run.went.map((each) => each.capture);
  // The first two found an idle budget.
  expect(new Set(order.slice(2, 6))).toEqual(new Set(people));
  expect(new Set([...order.slice(0, 2), ...order.slice(6)])).toEqual(new Set(bulk));
});

it('a tenant with calls left does not wait for one without', async () => {
  // A slow machine must not make the one call late: that would ask for another.
  const unhurried = { ...settings, marginMs: 60_000 };
  const gate = createRedisProviderGate(redis, { ...unhurried, windowsOf: () => [{ calls: 1, ms: 60_000 }] });
  expect((await gate.take(capture('full'))).go).toBe(true);
  expect(await gate.take(capture('full'))).toMatchObject({ go: false, cause: 'budget' });
  expect((await gate.take(capture('idle'))).go).toBe(true);
});

const report = (tenant: string, change: Partial<CallReport> = {}): CallReport => ({
  tenant,
  state: 'down',
  standing: 'well',
  code: 'timeout',
  ...change,
});
const unlimited = () => [{ calls: 1_000, ms: 1_000 }];

it('a few failures in a row close the gate; one probe at a time finds out; success opens it for all', async () => {
  const gate = createRedisProviderGate(redis, { ...settings, windowsOf: unlimited });
  expect((await gate.report(report('down'))).closed).toBe(false);
  expect((await gate.report(report('down'))).closed).toBe(false);
  expect((await gate.report(report('down'))).closed).toBe(true);
  const waiting = Array.from({ length: 5 }, () => capture('down'));
  for (const each of waiting) expect(await gate.take(each)).toMatchObject({ go: false, cause: 'timeout' });

  const called = async () => (await gate.callNext('down', 0)).captureIds;
  expect(await called()).toEqual([]);
  const [probe] = await vi.waitUntil(
    async () => {
      const ids = await called();
      return ids.length > 0 && ids;
    },
    { timeout: 1_000, interval: 10 },
  );
  expect(await called()).toEqual([]);
  const first = waiting.find((each) => each.id === probe) as TestCapture;
  expect(await gate.take(first)).toMatchObject({ go: true, standing: 'probe' });
  expect(await gate.take(capture('down'))).toMatchObject({ go: false });
  await gate.report(report('down', { state: 'well', standing: 'probe', code: 'ok' }));
  expect((await gate.callNext('down', 0)).captureIds.length).toBeGreaterThanOrEqual(4);
});

it('a probe that fails closes the gate for longer; stragglers from before change nothing', async () => {
  const gate = createRedisProviderGate(redis, { ...settings, windowsOf: unlimited });
  for (let i = 0; i < 3; i++) await gate.report(report('longer'));
  for (let i = 0; i < 20; i++) expect((await gate.report(report('longer'))).closed).toBe(true);
  const probe = capture('longer');
  await vi.waitFor(async () => expect(await gate.take(probe)).toMatchObject({ go: true, standing: 'probe' }), {
    timeout: 300,
    interval: 10,
  });
  const closedAt = performance.now();
  await gate.report(report('longer', { standing: 'probe' }));
  await vi.waitFor(async () => expect((await gate.take(probe)).go).toBe(true), { timeout: 1_000, interval: 10 });
  expect(performance.now() - closedAt).toBeGreaterThanOrEqual(190);
});

it('a refused account and "too many calls" close the gate at once, for as long as is asked', async () => {
  const gate = createRedisProviderGate(redis, { ...settings, windowsOf: unlimited });
  await gate.report(report('busy', { state: 'busy', code: 'rate_limited', retryAfterMs: 60_000 }));
  const turn = await gate.take(capture('busy'));
  expect(turn).toMatchObject({ go: false, cause: 'rate_limited' });
  await gate.report(report('unpaid', { state: 'account', code: 'bundle_exhausted' }));
  expect(await gate.take(capture('unpaid'))).toMatchObject({ go: false, cause: 'bundle_exhausted' });
});
