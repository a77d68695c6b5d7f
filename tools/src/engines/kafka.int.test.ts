import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN } from '../paths.ts';
import { openRunFolder, type RunFolder } from '../processes/run-folder.ts';
import { waitFor } from '../processes/wait-for.ts';
import type { Engine } from './engine.ts';
import { createKafka } from './kafka.ts';

const START_MS = 120_000;
const topic = 'engine.probe';

let folder: RunFolder;
let engine: Engine;
let admin: Admin;
let client: Kafka;

beforeAll(async () => {
  folder = openRunFolder(RUN, 'kafka-test');
  engine = await createKafka({ dataDir: folder.path, log: () => undefined });
  await engine.start();
  client = new Kafka({ brokers: [engine.address], logLevel: logLevel.NOTHING });
  admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }] });
}, START_MS);

afterAll(async () => {
  await admin.disconnect();
  await engine.discard();
  folder.remove();
}, START_MS);

async function produce(...values: string[]): Promise<void> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ key: 'key', value, headers: { ce_id: value } })) });
  await producer.disconnect();
}

async function consume(count: number): Promise<string[]> {
  const consumer = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => Promise.resolve(void values.push(message.value?.toString() ?? '')),
  });
  await waitFor(() => values.length >= count, { what: `${count} records`, deadlineMs: 20_000 });
  await consumer.disconnect();
  return values;
}

test(
  'what an idempotent producer sent survives a kill -9 of the broker and reaches a new group in order',
  async () => {
    await produce('one', 'two');
    await engine.kill();
    await engine.start();
    await produce('three');

    expect(await consume(3)).toEqual(['one', 'two', 'three']);
  },
  START_MS,
);

test('a topic that nobody made is not there', async () => {
  await expect(admin.fetchTopicMetadata({ topics: ['never.made'] })).rejects.toThrow('does not host this topic');
});
