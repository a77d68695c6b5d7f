import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keys } from '@identity-events/shared/store/keys';
import type { Redis } from '../search/read-redis.ts';
import type { TestSystem } from '../support/test-system.ts';
import { kinds, type Planted, plant, plantRecorded } from './plant.ts';

/** The system under proof. */
export interface ErasureStage {
  readonly test: TestSystem;
  readonly redis: Redis;
}

const failedSet = '{idv}:captures:failed';

/** Brings captures of every kind into every state and erases them there; resolves to what was erased, nothing waiting any more. */
export async function eraseInEveryState(stage: ErasureStage, rounds: number): Promise<Planted[]> {
  const erased: Planted[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const state of [eraseEnded, eraseWithoutWorker, eraseUnderWay, eraseWithoutKafka, erasePerson]) {
      erased.push(...(await state(stage)));
    }
  }
  await untilQuiet(stage, erased);
  return erased;
}

const plantEach = async ({ test }: ErasureStage): Promise<Planted[]> => {
  const planted: Planted[] = [];
  for (const kind of kinds) planted.push(await plant(test, kind));
  return planted;
};

/** Verified, captured and failed ones, their events in Kafka. */
async function eraseEnded(stage: ErasureStage): Promise<Planted[]> {
  const { test } = stage;
  const planted = [...(await plantEach(stage)), await plant(test, 'national_id', { front: 'spoof' })];
  for (const { id } of planted) await untilView(test, id, ({ event }) => event !== undefined);
  await eraseEach(stage, planted);
  return planted;
}

/** Queued ones while no worker runs; and one whose image is lost, which becomes a dead letter. */
async function eraseWithoutWorker(stage: ErasureStage): Promise<Planted[]> {
  const { test, redis } = stage;
  await test.system.parts.worker.stop();
  const queued = await plantEach(stage);
  const dead = await plant(test, 'national_id');
  await rm(join(test.dataDir, 'captures', 'demo', dead.id.slice(-2), dead.id));
  await eraseEach(stage, queued);
  await test.system.restart('worker');
  await test.until(
    () => redis.zscore(failedSet, dead.id),
    (score) => score !== null,
  );
  await eraseEach(stage, [dead]);
  return [...queued, dead];
}

/** Ones whose provider call runs: its answer comes after the erasure. */
async function eraseUnderWay(stage: ErasureStage): Promise<Planted[]> {
  const { test } = stage;
  await test.sandbox.changeSettings({ latency: 'fixed:1500' });
  const planted = await plantEach(stage);
  for (const { transactionId } of planted) {
    await test.until(
      () => test.sandbox.calls(transactionId),
      (calls) => calls.length > 0,
    );
  }
  await eraseEach(stage, planted);
  await test.sandbox.changeSettings({ latency: 'fixed:0' });
  for (const { transactionId } of planted) {
    await test.until(
      () => test.sandbox.calls(transactionId),
      (calls) => calls.every(({ outcome }) => outcome !== 'pending'),
    );
  }
  return planted;
}

/** Ones whose outcome waits in the outbox. */
async function eraseWithoutKafka(stage: ErasureStage): Promise<Planted[]> {
  const { test } = stage;
  await test.engines.kafka?.kill();
  const planted = await plantEach(stage);
  for (const { id } of planted) await untilView(test, id, ({ status }) => /verified|captured/.test(status));
  await eraseEach(stage, planted);
  await test.engines.kafka?.start();
  return planted;
}

/** Every capture of one person, by one request. */
async function erasePerson(stage: ErasureStage): Promise<Planted[]> {
  const { test, redis } = stage;
  const first = await plant(test, 'national_id');
  const planted = [first];
  for (const kind of kinds) planted.push(await plant(test, kind, { subject: first.subject }));
  for (const one of planted) await plantRecorded(redis, one);
  const response = await test.captures.ask(`/v1/subjects/${first.subject}`, { method: 'DELETE' });
  const body = await response.text();
  if (body !== JSON.stringify({ erased: planted.length, remaining: 0 })) {
    throw new Error(`erasing a person was answered ${response.status}: ${body}`);
  }
  return planted;
}

async function eraseEach({ test, redis }: ErasureStage, planted: readonly Planted[]): Promise<void> {
  for (const one of planted) {
    await plantRecorded(redis, one);
    const { status } = await test.captures.ask(`/v1/captures/${one.id}`, { method: 'DELETE' });
    if (status !== 204) throw new Error(`erasing was answered ${status}`);
  }
}

type View = Awaited<ReturnType<TestSystem['captures']['read']>>;
async function untilView(test: TestSystem, id: string, wanted: (view: View) => boolean): Promise<void> {
  await test.until(() => test.captures.read(id), wanted);
}

/** Until every event is in Kafka, no job of these captures is left and nobody is to look after one of them. */
async function untilQuiet({ test, redis }: ErasureStage, erased: readonly Planted[]): Promise<void> {
  const waiting = async (): Promise<number> => {
    const watched = await redis.zrange(keys.watchlist, '0', '-1');
    const jobs = await redis.exists(...erased.map(({ id }) => `{idv}:captures:${id}`));
    return (await redis.xlen(keys.outbox)) + jobs + erased.filter(({ id }) => watched.includes(id)).length;
  };
  await test.until(waiting, (count) => count === 0, 60_000);
}
