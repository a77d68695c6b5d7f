import { once } from 'node:events';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { clearTestRedis, openTestRedis, testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type ReconcileWorker, type Round, startReconcileWorker } from './reconcile-worker.ts';

let redis: Redis;
let workers: ReconcileWorker[] = [];
let connections: Redis[] = [];
let warnings: string[] = [];
const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message) => void warnings.push(message),
  error: () => {},
};

beforeAll(async () => {
  redis = await openTestRedis(5);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all(connections.map((connection) => connection.quit()));
  [workers, connections, warnings] = [[], [], []];
  await clearTestRedis(redis);
});
afterAll(() => redis.quit());

function start(rounds: Readonly<Record<string, Round>>): ReconcileWorker {
  const connection = new Redis(testRedisUrl(5), { protocol: 2, maxRetriesPerRequest: null });
  connections.push(connection);
  const worker = startReconcileWorker(connection, rounds, {
    ...{ logger, lockMs: 10_000, stalledCheckMs: 300, sureEveryMs: 200 },
  });
  workers.push(worker);
  return worker;
}

/** A round that notes when it ran, and whether another one ran beside it. */
function noting() {
  const state = { runs: 0, now: 0, most: 0 };
  const run = async (): Promise<void> => {
    state.runs += 1;
    state.now += 1;
    state.most = Math.max(state.most, state.now);
    await new Promise((resolve) => setTimeout(resolve, 60));
    state.now -= 1;
  };
  return { state, run };
}

const enough = { timeout: 10_000, interval: 20 };

it('rounds come again and again, one at a time over all workers, also when they take longer than their time', async () => {
  const { state, run } = noting();
  const rounds = { often: { everyMs: 40, run }, seldom: { everyMs: 200, run } };
  for (let i = 0; i < 3; i++) start(rounds);
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(12), enough);
  expect(state.most).toBe(1);
});

it('a round that fails comes again', async () => {
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    throw new Error('away');
  };
  start({ failing: { everyMs: 50, run } });
  await vi.waitFor(() => expect(runs).toBeGreaterThan(3), enough);
  expect(warnings).toContain('reconcile.failed');
});

it('the others go on when one stops', async () => {
  const { state, run } = noting();
  const first = start({ round: { everyMs: 50, run } });
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(1), enough);
  start({ round: { everyMs: 50, run } });
  await first.close();
  const before = state.runs;
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(before + 2), enough);
});

it('stopping ends a round under way', async () => {
  let [started, ended] = [false, false];
  const run = async (signal: AbortSignal): Promise<void> => {
    started = true;
    await once(signal, 'abort');
    ended = true;
  };
  const worker = start({ endless: { everyMs: 50, run } });
  await vi.waitFor(() => expect(started).toBe(true), enough);
  await worker.close();
  expect(ended).toBe(true);
});

it('a round whose worker was cut off comes again, through another one', async () => {
  const { state, run } = noting();
  // What a killed worker leaves: a round that is active, and nobody renews its lock.
  const queue = new Queue('reconcile', { connection: redis, prefix: redisPrefix });
  await queue.upsertJobScheduler('round', { every: 50 }, { name: 'round' });
  const killed = new Worker('reconcile', null, { connection: redis, prefix: redisPrefix, lockDuration: 200 });
  await vi.waitFor(async () => expect(await killed.getNextJob('killed', { block: false })).toBeTruthy(), enough);
  await killed.close(true);
  await queue.close();
  start({ round: { everyMs: 50, run } });
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(3), enough);
});

const schedulerKeys = async (): Promise<string[]> => {
  const found = await redis.keys(`${redisPrefix}:reconcile:*`);
  return found.filter((key) => /:(repeat|delayed|wait|prioritized)/.test(key));
};

const losses: [string, () => Promise<unknown>][] = [
  ['whose scheduler was removed', () => schedulerAnd((queue) => queue.removeJobScheduler('round'))],
  ['whose next job was lost', () => redis.del(`${redisPrefix}:reconcile:delayed`, `${redisPrefix}:reconcile:wait`)],
  ['of which Redis lost everything', async () => redis.del(...(await schedulerKeys()))],
];

async function schedulerAnd(act: (queue: Queue) => Promise<unknown>): Promise<void> {
  const queue = new Queue('reconcile', { connection: redis, prefix: redisPrefix });
  await act(queue);
  await queue.close();
}

it.each(losses)('a round %s comes again', async (_, lose) => {
  const { state, run } = noting();
  start({ round: { everyMs: 100, run } });
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(1), enough);
  await lose();
  const before = state.runs;
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(before + 3), enough);
});

it('a round that Redis refused to plan at start is planned later', async () => {
  const { state, run } = noting();
  // Everything fails at first, as on a Redis that is full or has just become a replica.
  await redis.set(`${redisPrefix}:reconcile:meta`, 'in the way');
  start({ round: { everyMs: 100, run } });
  await vi.waitFor(() => expect(warnings).toContain('reconcile.not_scheduled'), enough);
  await redis.del(`${redisPrefix}:reconcile:meta`);
  await vi.waitFor(() => expect(state.runs).toBeGreaterThan(2), enough);
});

it('a round planned by a clock that was ahead is planned anew, and one with other times gets them', async () => {
  const { state, run } = noting();
  await schedulerAnd((queue) =>
    queue.upsertJobScheduler('round', { every: 100, startDate: Date.now() + 3_600_000 }, { name: 'round' }),
  );
  await schedulerAnd((queue) => queue.upsertJobScheduler('seldom', { every: 3_600_000 }, { name: 'seldom' }));
  const seldom = noting();
  start({ round: { everyMs: 100, run }, seldom: { everyMs: 100, run: seldom.run } });
  await vi.waitFor(() => expect(Math.min(state.runs, seldom.state.runs)).toBeGreaterThan(3), enough);
});

it('many workers that make sure of it plan no round twice', async () => {
  const { state, run } = noting();
  for (let i = 0; i < 4; i++) start({ round: { everyMs: 3_600_000, run } });
  await vi.waitFor(() => expect(state.runs).toBe(1), enough);
  let looks = 0;
  await vi.waitFor(() => {
    looks += 1;
    expect(looks).toBeGreaterThan(50);
  }, enough);
  expect(state.runs).toBe(1);
});
