import { randomUUID } from 'node:crypto';
import { type Admin, type Consumer, type EachMessagePayload, Kafka, logLevel } from 'kafkajs';

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
  /** How many records Kafka holds. */
  published(): Promise<number>;
  /** What happened to the consumer, with the time of day. */
  readonly story: readonly string[];
  close(): Promise<void>;
}

const outcomeTopics = ['identity.verified', 'identity.captured', 'identity.failed', 'business_request.status_changed'];

/** kafkajs' own waits become 10 s long, and after the last one it takes as much again: a lost broker looked like 18 s without an outcome. */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 };
// A broker that comes back waits for the members that it knew, for as long as their session.
const session = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 6_000 };

/** Reads the topics from now on; resolves once it misses nothing more. */
export async function openEventLog(brokers: string, topics: readonly string[] = outcomeTopics): Promise<EventLog> {
  const kafka = new Kafka({ clientId: 'e2e', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry });
  const records: KafkaRecord[] = [];
  const byCapture = new Map<string, KafkaRecord[]>();
  // A consumer that lost its broker begins again somewhat earlier.
  const places = new Set<string>();
  const keep = ({ topic, partition, message }: EachMessagePayload): void => {
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
  };
  const story: string[] = [];
  const consumer = await follow(kafka, topics, keep, story);
  return {
    records,
    recordsOf: (captureId) => byCapture.get(captureId) ?? [],
    isComplete: async () => (await countRecords(kafka.admin(), topics)) === records.length,
    published: () => countRecords(kafka.admin(), topics),
    story,
    close: () => consumer.disconnect(),
  };
}

/** Hands every record to `keep`, from the first on; resolves once the group is joined. */
async function follow(
  kafka: Kafka,
  topics: readonly string[],
  keep: (payload: EachMessagePayload) => void,
  story: string[],
): Promise<Consumer> {
  const tell = (word: string): void => void story.push(`${new Date().toISOString()} ${word}`);
  const consumer = kafka.consumer({ groupId: `e2e-${randomUUID()}`, maxWaitTimeInMs: 50, retry, ...session });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  consumer.on('consumer.group_join', ({ payload }) => tell(`joined in ${payload.duration} ms`));
  consumer.on('consumer.rebalancing', () => tell('rebalancing'));
  const run = (): Promise<void> => consumer.run({ eachMessage: async (payload) => keep(payload) });
  const again = (): Promise<void> => consumer.connect().then(run);
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    tell(`crash: ${error.message}, restart: ${restart}`);
    // Where kafkajs gives up, this does not.
    if (!restart) void again().catch(() => tell('gave up'));
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await run();
  await joined;
  return consumer;
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
