import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';

/** A record as it stands in Kafka. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>> & { readonly captureId: string };
}

/** Everything the topics of outcomes and business requests hold, read by a consumer that shares no code with the services. */
export interface EventLog {
  /** Every record, each place of Kafka once, in the order of their arrival. */
  readonly records: readonly KafkaRecord[];
  /** Every record of a capture, repeats included, in the order of their arrival. */
  recordsOf(captureId: string): readonly KafkaRecord[];
  /** True when Kafka holds no record that is not in the log yet. */
  isComplete(): Promise<boolean>;
  close(): Promise<void>;
}

const outcomeTopics = ['identity.verified', 'identity.captured', 'identity.failed', 'business_request.status_changed'];

/** Reads the topics from now on; resolves once it misses nothing more. */
export async function openEventLog(brokers: string, topics: readonly string[] = outcomeTopics): Promise<EventLog> {
  const kafka = new Kafka({ clientId: 'e2e', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  // A broker that comes back waits for the members that it knew, for as long as their session.
  const session = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 6_000 };
  const consumer = kafka.consumer({ groupId: `e2e-${randomUUID()}`, maxWaitTimeInMs: 50, ...session });
  const records: KafkaRecord[] = [];
  const byCapture = new Map<string, KafkaRecord[]>();
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  // A consumer that lost its broker begins again somewhat earlier.
  const places = new Set<string>();
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const { offset } = message;
      const place = `${topic}/${partition}/${offset}`;
      if (places.has(place)) return;
      places.add(place);
      const headers = Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      const data = JSON.parse(String(message.value)) as KafkaRecord['data'];
      const record = { topic, partition, offset, key: String(message.key), headers, data };
      records.push(record);
      byCapture.set(data.captureId, [...(byCapture.get(data.captureId) ?? []), record]);
    },
  });
  await joined;
  return {
    records,
    recordsOf: (captureId) => byCapture.get(captureId) ?? [],
    isComplete: async () => (await countRecords(kafka.admin(), topics)) === records.length,
    close: () => consumer.disconnect(),
  };
}

async function countRecords(admin: Admin, topics: readonly string[]): Promise<number> {
  await admin.connect();
  try {
    const offsets = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    return offsets.flat().reduce((count, { low, high }) => count + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}
