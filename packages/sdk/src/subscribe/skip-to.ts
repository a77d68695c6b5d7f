import type { Kafka } from 'kafkajs';
import type { KafkaRecord } from './kafka-record.ts';
import type { SubscribeSettings } from './settings.ts';

/**
 * Tells where to go on reading from a record that is older than `since`: at the first one that is not, by Kafka's own index of
 * times. Asked once for each topic.
 */
export function createSkipper(kafka: Kafka, { since, sources }: Pick<SubscribeSettings, 'since' | 'sources'>) {
  const asked = new Map<string, Promise<Map<number, string>>>();
  return async ({ topic, partition, offset, timestamp }: KafkaRecord): Promise<string | undefined> => {
    if (!since || Number(timestamp) >= since.getTime() || !sources.includes(topic)) return undefined;
    const offsets = asked.get(topic) ?? offsetsAt(kafka, topic, since);
    asked.set(topic, offsets);
    offsets.catch(() => asked.delete(topic));
    const first = (await offsets).get(partition) ?? offset;
    // Records need not be in the order of their times: one that is older than some before it is skipped by itself.
    return BigInt(first) > BigInt(offset) ? first : String(BigInt(offset) + 1n);
  };
}

/** The first offset of each partition whose record is not older; behind the last one where all are. */
export async function offsetsAt(kafka: Kafka, topic: string, time: Date): Promise<Map<number, string>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, time.getTime());
    return new Map(offsets.map(({ partition, offset }) => [partition, offset]));
  } finally {
    await admin.disconnect();
  }
}
