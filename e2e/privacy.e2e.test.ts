import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPrivacyProof, type PrivacyProof, searchEverywhere } from './privacy/privacy-proof.ts';

let proof: PrivacyProof;
beforeAll(async () => {
  proof = await openPrivacyProof({ whole: false });
});
afterAll(() => proof?.close());

it('nothing personal and no secret is anywhere, and ids only where they belong', async () => {
  const { hits, expected, places } = await searchEverywhere(proof);
  expect(hits).toEqual([]);
  expect(places).toBeGreaterThan(200);
  expect(proof.traces.kept.length).toBeGreaterThan(5);
  const kinds = new Set(expected.map(({ place }) => place.split(' ', 1)[0]));
  expect(kinds).toEqual(new Set(['redis', 'kafka', 'answer', 'log', 'cli']));
});

it('a value that leaks into any kind of place, in any form, is found there', async () => {
  const { stage, brokers, bucket, traces } = proof;
  const { test, redis, values, answers } = stage;
  const leak = Buffer.from(values.text('leak'));
  const subject = values.text('subject');
  const forms = [leak.toString(), leak.toString('base64'), leak.toString('hex'), leak.toString('base64url')];
  await redis.set('leaks', `${forms[1]}`);
  await redis.hset(`${redisPrefix}:captures:leaks`, 'failedReason', `no token ${forms[0]}`, 'data', subject);
  await mkdir(join(test.dataDir, 'captures', 'leaks'));
  await writeFile(join(test.dataDir, 'captures', 'leaks', subject), `x${forms[2]}`);
  await appendFile(
    join(test.dataDir, 'logs', 'worker.log'),
    `{"message":"bug","why":"...${leak.toString('latin1', 5, 25)}..."}\n`,
  );
  await appendFile(join(test.dataDir, 'logs', 'api.log'), `{"message":"audit","object":"${subject}"}\n`);
  await produce(brokers, forms[3] ?? '');
  await writeFile(join(bucket, 'images', 'leaks'), `x${forms[1]}`);
  traces.kept.push(Buffer.from(`{"name":"${forms[0]}"}`));
  answers.push({ place: 'cli doctor', bytes: Buffer.from(subject) });
  answers.push({ place: 'answer 400 leaks', bytes: Buffer.from(`{"detail":"${forms[0]}"}`) });
  const { hits } = await searchEverywhere(proof);
  const leaks = new Set(hits.map(({ place, what }) => `${what}: ${place.split('/')[0]}`));
  for (const expected of [
    'leak: redis leaks',
    `leak: redis ${redisPrefix}:captures:leaks`,
    `subject: redis ${redisPrefix}:captures:leaks`,
    'leak: redis file appendonlydir',
    'leak: image file leaks',
    'subject: image file leaks',
    'leak: bucket images',
    `leak: trace ${traces.kept.length - 1}`,
    'subject: cli doctor',
    'leak: log worker.log',
    'subject: log audit of log api.log',
    'leak: kafka identity.failed',
    'leak: answer 400 leaks',
  ]) {
    expect([...leaks]).toContain(expected);
  }
  expect(hits.every(({ what }) => what === 'leak' || what === 'subject')).toBe(true);
});

async function produce(brokers: string, value: string): Promise<void> {
  const producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic: 'identity.failed', messages: [{ key: 'k', value, headers: { leak: value } }] });
  await producer.disconnect();
}
