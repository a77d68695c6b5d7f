import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

/** A record as it stands in Kafka. */
interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>> & { readonly captureId: string };
}

/** Everything the outcome topics hold, read by a consumer that shares no code with the services. */
export interface EventLog {
  /** Every record of a capture, repeats included, in the order of their arrival. */
  recordsOf(captureId: string): readonly KafkaRecord[];
  close(): Promise<void>;
}

const topics = ['identity.verified', 'identity.captured', 'identity.failed'];

/** Reads the topics from now on; resolves once it misses nothing more. */
export async function openEventLog(brokers: string): Promise<EventLog> {
  const kafka = new Kafka({ clientId: 'e2e', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `e2e-${randomUUID()}`, maxWaitTimeInMs: 50 });
  const byCapture = new Map<string, KafkaRecord[]>();
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      const data = JSON.parse(String(message.value)) as KafkaRecord['data'];
      const record = { topic, partition, offset: message.offset, key: String(message.key), data };
      const records = byCapture.get(data.captureId) ?? [];
      records.push({ ...record, headers: Object.fromEntries(headers) as Record<string, string> });
      byCapture.set(data.captureId, records);
    },
  });
  await joined;
  return {
    recordsOf: (captureId) => byCapture.get(captureId) ?? [],
    close: () => consumer.disconnect(),
  };
}
