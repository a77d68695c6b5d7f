import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { outcomeEventTypes } from '@identity-events/shared/contracts/identity-event';
import kafkajs, { type Admin, type Consumer, Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import type { ArrivedEvent } from '../ledger.ts';

/** A subscriber that reads everything from the moment at which it was opened. */
export interface EventReader {
  close(): Promise<void>;
}

export interface EventReaderSettings {
  readonly brokers: string;
  /** Default: the outcome topics. */
  readonly topics?: readonly string[];
  readonly onEvent: (event: ArrivedEvent) => void;
}

const data = z.object({ captureId: z.string() });

/** Resolves once it misses nothing more. Throws when a topic does not exist or Kafka does not answer. */
export async function readEvents({
  brokers,
  topics = outcomeEventTypes,
  onEvent,
}: EventReaderSettings): Promise<EventReader> {
  const kafka = new Kafka({
    clientId: 'identity-events-load',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  // Asked before the consumer joins: what is published from here on is read, wherever the consumer itself would begin.
  const ends = await findEnds(kafka, topics);
  const consumer = kafka.consumer({ groupId: `load-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: false });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await run(consumer, onEvent);
  await joined;
  for (const end of ends) consumer.seek(end);
  return { close: () => consumer.disconnect() };
}

async function run(consumer: Consumer, onEvent: EventReaderSettings['onEvent']): Promise<void> {
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, messages } }) => {
      const at = performance.now();
      for (const { value, headers } of messages) {
        const { captureId } = data.parse(JSON.parse(String(value)));
        onEvent({ captureId, topic, eventId: String(headers?.['ce_id']), at });
      }
    },
  });
}

async function findEnds(kafka: Kafka, topics: readonly string[]) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await Promise.all(
      topics.map(async (topic) => {
        const partitions = await fetchOffsets(admin, topic);
        return partitions.map(({ partition, high }) => ({ topic, partition, offset: high }));
      }),
    );
    return ends.flat();
  } finally {
    await admin.disconnect();
  }
}

const [leadersWithinMs, againMs] = [10_000, 200];

/** A topic that was just made may not have found its leaders yet, which kafkajs' admin does not wait for. */
async function fetchOffsets(admin: Admin, topic: string) {
  const until = performance.now() + leadersWithinMs;
  for (;;) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSError && error.retriable) || performance.now() > until) throw error;
      await delay(againMs);
    }
  }
}
