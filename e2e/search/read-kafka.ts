import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import type { Haystack } from './needles.ts';

/** A record of any topic but Kafka's own. */
export interface KafkaHaystack extends Haystack {
  readonly topic: string;
  /** The id of the event in it. */
  readonly ceId: string;
}

const deadlineMs = 30_000;

/** Every record that can be read, of all topics. */
export async function readKafka(brokers: string): Promise<KafkaHaystack[]> {
  const kafka = new Kafka({ clientId: 'search', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const missing = await withAdmin(kafka, lastOffsets);
  const found: KafkaHaystack[] = [];
  if (missing.size === 0) return found;
  const consumer = kafka.consumer({ groupId: `search-${randomUUID()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  try {
    const topics = [...new Set([...missing.keys()].map((place) => place.split('/')[0] as string))];
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        const place = `${topic}/${partition}`;
        found.push({ topic, ceId: String(message.headers?.['ce_id'] ?? ''), ...toHaystack(place, message) });
        if (missing.get(place) === message.offset) missing.delete(place);
      },
    });
    for (const deadline = Date.now() + deadlineMs; missing.size > 0; await delay(25)) {
      if (Date.now() > deadline) throw new Error(`Kafka did not give all of ${[...missing.keys()].join(', ')}`);
    }
  } finally {
    await consumer.disconnect();
  }
  return found;
}

function toHaystack(place: string, { key, value, headers, offset }: KafkaMessage): Haystack {
  const parts = [key ?? '', value ?? '', JSON.stringify(headers, (_, part: unknown) => asText(part))];
  return { place: `kafka ${place}/${offset}`, bytes: Buffer.concat(parts.map((part) => Buffer.from(part as string))) };
}

/** Buffers write themselves as lists of numbers. */
function asText(part: unknown): unknown {
  const bytes = (part as { type?: string; data?: number[] } | null)?.type === 'Buffer';
  return bytes ? Buffer.from((part as { data: number[] }).data).toString() : part;
}

/**
 * Has all topics forget everything at once, as they do by and by: their retention is set to nothing. Resolves once no record
 * can be read.
 */
export async function letKafkaForget(brokers: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'search', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  await withAdmin(kafka, async (admin) => {
    const topics = (await admin.listTopics()).filter(isOurs);
    const settings = { 'retention.ms': '1', 'file.delete.delay.ms': '0', 'cleanup.policy': 'delete' };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries })),
    });
    for (const deadline = Date.now() + deadlineMs; (await lastOffsets(admin)).size > 0; await delay(100)) {
      if (Date.now() > deadline) throw new Error('Kafka did not forget');
    }
  });
}

const isOurs = (topic: string): boolean => !topic.startsWith('__');

/** The last offset of each partition that holds a record, by `topic/partition`. */
async function lastOffsets(admin: Admin): Promise<Map<string, string>> {
  const topics = (await admin.listTopics()).filter(isOurs);
  const last = new Map<string, string>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) last.set(`${topic}/${partition}`, String(BigInt(high) - 1n));
    }
  }
  return last;
}

async function withAdmin<T>(kafka: Kafka, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}
