import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createKafkaCluster } from '@identity-events/tools/engines/kafka-cluster';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { AddressedEvent } from '../services/worker/src/captures/event-publisher.ts';
import { createKafkajsPublisher } from '../services/worker/src/kafka/kafkajs-publisher.ts';
import { openEventLog } from './support/event-log.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const soon = { timeout: 20_000, interval: 50 };
const topic = 'test.moved';
let dataDir: string;
let brokers: readonly Engine[];
let addresses: string;
let admin: Admin;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'e2e-kafka-cluster-'));
  brokers = await createKafkaCluster({ dataDir, log: () => undefined });
  await Promise.all(brokers.map((broker) => broker.start()));
  addresses = brokers.map(({ address }) => address).join();
  admin = new Kafka({ brokers: addresses.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.disconnect();
  await Promise.all(brokers.map((broker) => broker.discard()));
  await rm(dataDir, { recursive: true, force: true });
});

/** Two partitions without copies, each on a broker of its own. */
async function makeTopic(): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic,
        replicaAssignment: [
          { partition: 0, replicas: [1] },
          { partition: 1, replicas: [2] },
        ],
        configEntries: [{ name: 'min.insync.replicas', value: '1' }],
      },
    ],
  });
}

/** Moves the second partition to where the first is; a producer is told so only when it is refused. */
async function movePartition(): Promise<void> {
  const partitionAssignment = [{ partition: 1, replicas: [1] }];
  await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
  const leader = async (): Promise<number | undefined> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === 1)?.leader;
  };
  await expect.poll(leader, soon).toBe(1);
}

function eventsOf(batch: string): AddressedEvent[] {
  return Array.from({ length: 20 }, (_, n) => ({
    topic,
    event: {
      specversion: '1.0',
      id: `${batch}-${n}`,
      source: '/test',
      type: topic,
      time: '2026-01-01T00:00:00.000Z',
      subject: `user-${n}`,
      datacontenttype: 'application/json',
      partitionkey: `demo:user-${n}`,
      data: { captureId: `${batch}-${n}` },
    },
  }));
}

it('events whose partition moves to a broker that has answered for others are told as published only once Kafka has them', async () => {
  await makeTopic();
  const topics = { create: false, partitions: 2, replicationFactor: 1, retentionMs: 86_400_000 };
  const settings = { brokers: addresses.split(','), security: {}, clientId: 'test', topics };
  const publisher = createKafkajsPublisher(settings, silent);
  onTestFinished(() => publisher.close());
  await publisher.publish(eventsOf('before'));
  await movePartition();

  const after = eventsOf('after');
  let places: Awaited<ReturnType<typeof publisher.publish>> = [];
  await expect.poll(() => publisher.publish(after).then((told) => (places = told)), soon).toHaveLength(after.length);
  expect(new Set(places.map(({ partition }) => partition))).toEqual(new Set([0, 1]));

  const log = await openEventLog(addresses, [topic]);
  onTestFinished(() => log.close());
  await expect.poll(() => log.isComplete(), soon).toBe(true);
  const told = after.map(({ event }, n) => [event.id, `${places[n]?.partition}/${places[n]?.offset}`]);
  const found = new Map(
    log.records.map(({ partition, offset, headers }) => [`${partition}/${offset}`, headers['ce_id']]),
  );
  expect(told.map(([, place = '']) => [found.get(place), place])).toEqual(told);
});
