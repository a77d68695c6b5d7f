import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';

const TOPICS = ['identity.verified', 'identity.captured', 'identity.failed'];

/** An outcome as a subscriber saw it. */
export type SeenEvent = {
  readonly captureId: string;
  readonly type: string;
  readonly reason: string | undefined;
  readonly transactionId: string | undefined;
  readonly seenAtMs: number;
};

/** A subscriber of its own, which knows nothing of the services but their events. */
export type EventCollector = {
  /** Every event so far, by capture; a repeated one counts once. */
  readonly seen: ReadonlyMap<string, SeenEvent>;
  stop(): Promise<void>;
};

/** Reads the outcome topics from their beginning with a fresh consumer group. */
export async function collectEvents(brokers: string): Promise<EventCollector> {
  const kafka = new Kafka({
    clientId: 'identity-events-start',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId: `start-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const seen = new Map<string, SeenEvent>();
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  await run(consumer, seen);
  return { seen, stop: () => consumer.disconnect() };
}

type Data = { captureId?: string; transactionId?: string; reason?: { code: string } };

async function run(consumer: Consumer, seen: Map<string, SeenEvent>): Promise<void> {
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      const data = JSON.parse(message.value?.toString() ?? '{}') as Data;
      const captureId = data.captureId ?? '';
      if (!seen.has(captureId))
        seen.set(captureId, {
          captureId,
          type: topic,
          reason: data.reason?.code,
          transactionId: data.transactionId,
          seenAtMs: Date.now(),
        });
    },
  });
}
