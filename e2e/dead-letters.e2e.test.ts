import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const database = 61;
let system: TestSystem;
let redis: Awaited<ReturnType<typeof openTestRedis>>;

beforeAll(async () => {
  redis = await openTestRedis(database);
  system = await openTestSystem({ name: 'dead-letters', database, env: { worker: { VLENS_WINDOWS: '1000/1s' } } });
});
afterAll(async () => {
  await redis?.quit();
  await system?.close();
});

const ask = async (path: string, body?: object) => {
  const json = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await system.captures.ask(`/v1/ops/dead-letters${path}`, body ? json : {});
  return (await response.json()) as { counts?: object; deadLetters?: { captureId: string; cause: string }[] };
};

/** A capture whose job no worker can read. */
async function spoiled(): Promise<string> {
  const captureId = await system.captures.link('0000');
  await redis.hset(`${redisPrefix}:captures:${captureId}`, 'data', '{"v":9}');
  return captureId;
}

it('what an operator redrives goes on to its outcome, and what is given up fails, each with one event', async () => {
  await system.system.parts.worker.stop();
  const [first, second] = [await spoiled(), await spoiled()];
  await system.system.restart('worker');
  const { deadLetters } = await system.until(
    () => ask('?cause=unreadable'),
    (page) => page.deadLetters?.length === 2,
  );
  expect(deadLetters?.map(({ captureId }) => captureId).toSorted()).toEqual([first, second].toSorted());
  expect(await ask('/redrive', { captureIds: [first] })).toMatchObject({ counts: { redriven: 1 } });
  expect(await ask('/abandon', { filter: { cause: 'unreadable' } })).toMatchObject({ counts: { abandoned: 1 } });
  expect(await system.captures.read(first, '30s')).toMatchObject({ status: 'verified' });
  expect(await system.captures.read(second, '30s')).toMatchObject({ reason: { code: 'internal_error' } });
  for (const captureId of [first, second]) {
    await system.until(
      () => system.events.recordsOf(captureId),
      (records) => records.length === 1,
    );
  }
  expect((await ask('')).deadLetters).toEqual([]);
});
