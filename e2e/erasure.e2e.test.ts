import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ErasureProof,
  findUnannounced,
  openErasureProof,
  search,
  searchForgottenKafka,
} from './erasure/erasure-proof.ts';

let proof: ErasureProof;
beforeAll(async () => {
  proof = await openErasureProof(1);
});
afterAll(() => proof?.close());

it('of captures erased in every state nothing is left anywhere, and two events of each tell ids', async () => {
  const { left, remains } = await search(proof, proof.erased);
  expect(left).toEqual([]);
  expect(remains).toBe(2 * proof.erased.length);
  expect(await findUnannounced(proof)).toEqual([]);
});

it('the search finds what was not erased, and what is left over in any place and form', async () => {
  const kept = (await search(proof, [proof.kept])).left.map(({ what }) => what);
  const card = "record's sealed card of step:liveness";
  expect(kept).toEqual(expect.arrayContaining(['subject', 'transaction', 'outcome', card]));

  const [one] = proof.erased;
  const token = one?.needles.find(({ what }) => what === 'user token')?.forms[0];
  if (!one || !token) expect.fail();
  const { redis, test, brokers } = proof;
  await redis.set('left-over', `..${token.toString('base64')}`);
  await mkdir(join(test.dataDir, 'captures', 'left'));
  await writeFile(join(test.dataDir, 'captures', 'left', 'over'), token);
  await appendFile(join(test.dataDir, 'logs', 'api.log'), `{"token":"${token.toString('hex')}"}\n`);
  await produce(brokers, 'identity.failed', `${one.id}.outcome`, token.toString('base64url'));
  const { left } = await search(proof, proof.erased);
  expect(left.every(({ captureId, what }) => captureId === one.id && what === 'user token')).toBe(true);
  const places = left.map(({ place }) => place.split('/')[0]?.replace(/ appendonlydir$/, ''));
  expect(new Set(places)).toEqual(
    new Set(['redis left-over', 'redis file', 'image file left', 'log api.log', 'kafka identity.failed']),
  );
});

it('once the retention of Kafka is over, its files hold nothing of them either', async () => {
  const { left, places } = await searchForgottenKafka(proof, proof.erased);
  expect(left).toEqual([]);
  expect(places).toBeGreaterThan(0);
});

async function produce(brokers: string, topic: string, ceId: string, value: string): Promise<void> {
  const producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value, headers: { ce_id: ceId } }] });
  await producer.disconnect();
}
