import { eventTypes } from '@identity-events/shared/contracts/event-contracts';
import type { KafkaSecurity } from '@identity-events/shared/contracts/kafka-security';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import kafkajs, {
  type ICustomPartitioner,
  Kafka,
  logLevel,
  type Message,
  Partitioners,
  type Producer,
  type RecordMetadata,
} from 'kafkajs';
import type { EventPublisher } from '../captures/event-publisher.ts';
import { ensureTopics, type TopicSettings } from './ensure-topics.ts';
import { type KafkaMessage, toKafkaMessage } from './to-kafka-message.ts';

export interface KafkaSettings {
  readonly brokers: string[];
  readonly security: KafkaSecurity;
  readonly clientId: string;
  readonly topics: TopicSettings;
  /** Topics that are needed beside the events' own. */
  readonly otherTopics?: readonly string[];
  /** Where the API is for those who read events; without it they are told of no schemas. */
  readonly publicUrl?: string | undefined;
}

export interface KafkajsPublisher extends EventPublisher {
  /** Resolves when Kafka answers now, with the topics made. */
  check(): Promise<void>;
  close(): Promise<void>;
}

// Quick ones until a broker is found are kafkajs'; waiting longer, and sending again, is the relay's.
const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 };

/**
 * Publishes through kafkajs: idempotent producer, one request in flight, acknowledged by all in-sync replicas.
 *
 * After any failure the producer is thrown away: the state of an idempotent producer after an error is not to be
 * trusted, and kafkajs' own `retriable` marks are not either (a broker that is down is reported as not retriable).
 */
export function createKafkajsPublisher(settings: KafkaSettings, logger: Logger): KafkajsPublisher {
  const kafka = openClient(settings, logger);
  const partitionOf = new WeakMap<object, number>();
  let ready: Promise<Producer> | undefined;

  async function connected(): Promise<Producer> {
    ready ??= openProducer(kafka, settings, partitionOf, logger);
    try {
      return await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
  }

  async function discard(): Promise<void> {
    const opened = ready;
    ready = undefined;
    const producer = await opened?.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  return {
    async check() {
      await connected();
      await describeCluster(kafka);
    },
    close: discard,
    async publish(events) {
      const producer = await connected();
      const { publicUrl } = settings;
      const messages = events.map(({ topic, event, headers, traceparent }) => {
        const message = toKafkaMessage(event, { publicUrl, traceparent });
        return { topic, message: { ...message, headers: { ...headers, ...message.headers } } };
      });
      try {
        const places = await producer.sendBatch({ acks: -1, topicMessages: byTopic(messages) });
        return toPlaces(messages, places, partitionOf);
      } catch (error) {
        await discard();
        throw error;
      }
    },
  };
}

interface Addressed {
  readonly topic: string;
  readonly message: KafkaMessage;
}

function byTopic(messages: readonly Addressed[]) {
  const groups = Map.groupBy(messages, ({ topic }) => topic);
  return [...groups].map(([topic, group]) => ({ topic, messages: group.map(({ message }) => message) }));
}

/**
 * The answer names the first offset of each partition; the messages of one partition follow each other. Throws when it says nothing of a
 * message's partition: then nobody knows whether Kafka has it.
 */
function toPlaces(
  messages: readonly Addressed[],
  answer: readonly RecordMetadata[],
  partitionOf: WeakMap<object, number>,
): { topic: string; partition: number; offset: string }[] {
  const next = new Map(
    answer.map(({ topicName, partition, baseOffset }) => [`${topicName}/${partition}`, BigInt(baseOffset ?? 0)]),
  );
  return messages.map(({ topic, message }) => {
    const partition = partitionOf.get(message);
    const place = `${topic}/${partition}`;
    const offset = next.get(place);
    if (partition === undefined || offset === undefined)
      throw new AppError('kafka_unanswered', 'Kafka did not answer for every event.', { retriable: true });
    next.set(place, offset + 1n);
    return { topic, partition, offset: String(offset) };
  });
}

function openClient({ brokers, security, clientId }: KafkaSettings, logger: Logger): Kafka {
  return new Kafka({
    ...security,
    brokers,
    clientId,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => logger.debug('kafka.client', { namespace: entry.namespace, label: entry.label }),
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    retry,
  });
}

async function openProducer(
  kafka: Kafka,
  { topics, otherTopics = [] }: KafkaSettings,
  partitionOf: WeakMap<object, number>,
  logger: Logger,
): Promise<Producer> {
  await ensureTopics(kafka, [...new Set([...eventTypes, ...otherTopics])], topics, logger);
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: notingPartitioner(partitionOf),
    retry,
  });
  try {
    await producer.connect();
  } catch (error) {
    // It may hold connections although it has no producer id.
    await producer.disconnect().catch(() => undefined);
    throw error;
  }
  return producer;
}

/**
 * The Java-compatible default, which also tells where it put each message: the answer names only first offsets. It is asked once for each
 * attempt at a batch and refuses the second: kafkajs 2.2.4 tries again only at brokers that have not answered, and what has moved
 * meanwhile to one that has is sent nowhere, without an error (its `producer/sendMessages.js`). The relay tries again, with all of it.
 */
function notingPartitioner(noted: WeakMap<object, number>): ICustomPartitioner {
  return () => {
    const choose = Partitioners.DefaultPartitioner();
    return (args) => {
      if (noted.has(args.message)) throw new kafkajs.KafkaJSNonRetriableError('the batch is not sent in a second try');
      const partition = choose(args);
      noted.set(args.message satisfies Message, partition);
      return partition;
    };
  };
}

async function describeCluster(kafka: Kafka): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}
