import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { keys } from '@identity-events/shared/store/keys';
import { outcomeOf } from './journeys.ts';
import type { PrivacyStage } from './privacy-stage.ts';
import { submissionOf, submitPlanted } from './submit-planted.ts';

/** Captures that no worker can finish, each for another reason; then what operators do about them. */
export async function leaveDeadLetters(stage: PrivacyStage): Promise<void> {
  const { test, redis } = stage;
  await test.system.parts.worker.stop();
  const imagesOf = (id: string) => join(test.dataDir, 'captures', 'demo', id.slice(-2), id);
  const damages: readonly ((id: string) => Promise<unknown>)[] = [
    (id) => rm(imagesOf(id)),
    (id) => truncate(imagesOf(id), 1_000),
    (id) => redis.set(keys.userToken(id), 'no seal'),
    (id) => redis.hset(keys.capture(id), 'createdAt', 'nonsense'),
    (id) => redis.hset(`${redisPrefix}:captures:${id}`, 'data', '{"v":9}'),
  ];
  const ids: string[] = [];
  for (const damage of damages) {
    const id = await submitPlanted(stage, { kind: 'national_id' });
    await damage(id);
    ids.push(id);
  }
  await test.system.restart('worker');
  const failed = `${redisPrefix}:captures:failed`;
  await test.until(
    () => Promise.all(ids.map((id) => redis.zscore(failed, id))),
    (scores) => scores.every((score) => score !== null),
    60_000,
  );
  await operate(stage, ids);
}

async function operate({ ask }: PrivacyStage, [first = '', second = '', ...others]: readonly string[]): Promise<void> {
  const path = '/v1/ops/dead-letters';
  const post = (captureIds: readonly string[]) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ captureIds }),
  });
  await ask('dead letters', path);
  for (const id of [first, second, ...others]) await ask('dead letter', `${path}/${id}`);
  await ask('redrive', `${path}/redrive`, post([first]));
  await ask('abandon', `${path}/abandon`, post([second]));
}

/** Redis without room, then away; and Kafka away: clients are told, logs are written, nothing else may be. */
export async function goThroughOutages(stage: PrivacyStage): Promise<void> {
  const { test, redis, ask, values } = stage;
  const refused = async (what: string): Promise<void> => {
    for (const kind of ['link', 'national_id'] as const) {
      const { body, headers } = submissionOf(values, { kind });
      const request = {
        method: 'POST',
        body,
        headers: { ...headers, 'idempotency-key': values.text('idempotency key') },
      };
      const { status } = await ask(what, '/v1/captures', request);
      if (status !== 503) throw new Error(`with ${what} a submission was answered ${status}`);
    }
  };
  await redis.config('SET', 'maxmemory', '1');
  await refused('Redis full');
  await redis.config('SET', 'maxmemory', '0');
  await test.engines.redis?.kill();
  await refused('Redis away');
  await test.engines.redis?.start();
  await test.until(
    () => ask('readiness', '/readyz'),
    ({ status }) => status === 200,
  );
  await test.engines.kafka?.kill();
  const id = await submitPlanted(stage, { kind: 'link' });
  await test.until(
    () => redis.xlen(keys.outbox),
    (events) => events > 0,
  );
  await test.engines.kafka?.start();
  await outcomeOf(stage, id);
}
