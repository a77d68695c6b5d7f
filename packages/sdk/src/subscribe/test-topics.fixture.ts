import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import type { TestContext } from 'vitest';
import { createMissingTopics } from './create-missing-topics.ts';
import { type SubscribeOptions, type Subscription, subscribeToIdentityEvents } from './subscribe-to-identity-events.ts';

/** A record as a plain client of Kafka reads it. */
interface PlainRecord {
  readonly key: string;
  readonly value: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Topics of one test on the test Kafka, and a client that shares nothing with what is tested. */
export interface TestTopics {
  readonly kafka: Kafka;
  readonly prefix: string;
  /** Names a topic of this test. */
  name(topic: string): string;
  publish(topic: string, messages: Message[]): Promise<void>;
  /** Everything that the topic holds once it holds `count` records. */
  read(topic: string, count: number): Promise<PlainRecord[]>;
  /** Subscribes with settings that are quick; ended with the test. */
  subscribe(
    options: Omit<SubscribeOptions, 'kafka' | 'groupId'> & { readonly groupId?: string },
  ): Promise<Subscription>;
}

/** Makes the topics, `identity.verified` and `identity.failed` among them, under a prefix of their own. */
export async function openTestTopics(
  { onTestFinished }: TestContext,
  others: readonly string[] = [],
  partitions = 3,
): Promise<TestTopics> {
  const prefix = `sdk-${randomUUID().slice(0, 8)}.`;
  const kafka = new Kafka({ brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), logLevel: logLevel.NOTHING });
  const topics = ['identity.verified', 'identity.failed', ...others].map((topic) => prefix + topic);
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await Promise.all([admin.connect(), producer.connect()]);
  await createMissingTopics(kafka, topics, { partitions, replicationFactor: 1 });
  const close = async (): Promise<void> => {
    await producer.disconnect();
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  };
  onTestFinished(close);
  return {
    kafka,
    prefix,
    name: (topic) => prefix + topic,
    publish: async (topic, messages) => void (await producer.send({ topic: prefix + topic, messages })),
    read: (topic, count) => readPlain(kafka, prefix + topic, count),
    async subscribe({ groupId = `${prefix}group`, ...options }) {
      const quick = {
        attemptDelayMs: 1,
        maxWaitMs: 50,
        sessionTimeoutMs: 6_000,
        hold: { minMs: 50, maxMs: 200 },
        topicPrefix: prefix,
      };
      const subscription = await subscribeToIdentityEvents({ kafka, groupId, ...quick, ...options });
      // Before the topics go: what was registered last is done first.
      onTestFinished(() => subscription.stop());
      return subscription;
    },
  };
}

async function readPlain(kafka: Kafka, topic: string, count: number): Promise<PlainRecord[]> {
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50 });
  const records: PlainRecord[] = [];
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      const { key, value } = message;
      records.push({ key: String(key), value: value?.toString(), headers: Object.fromEntries(headers) });
      if (records.length >= count) resolve();
    },
  });
  await complete;
  await consumer.disconnect();
  return records;
}
