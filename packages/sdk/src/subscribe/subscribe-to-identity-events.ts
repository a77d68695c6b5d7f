import type { Consumer, Kafka } from 'kafkajs';
import { toAsideMessage } from './aside-message.ts';
import { createAsideProducer } from './aside-producer.ts';
import { type BatchDeps, consumeBatch } from './consume-batch.ts';
import { createMissingTopics } from './create-missing-topics.ts';
import { keepOpen } from './keep-open.ts';
import type { SubscribeOptions } from './options.ts';
import { createPartitionHolds } from './partition-holds.ts';
import { createRecordProcessor } from './process-record.ts';
import { type SubscribeSettings, toSettings } from './settings.ts';
import { createSkipper } from './skip-to.ts';

export type { IdentityEvent, IdentityEventOf, IdentityEventType } from './event-types.ts';
export type {
  EventContext,
  EventHandler,
  EventHandlers,
  RecordReport,
  RetryTopic,
  SubscribeOptions,
} from './options.ts';

/** A member of a consumer group at work. */
export interface Subscription {
  /**
   * Ends it: the events in hand are finished, their offsets committed, and the group left. Handlers that take longer than
   * `timeoutMs` (default: 10,000) are told by their signal, and their events go to another process.
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Hands every event to its handler, at least once, one person's events of a type in their order. Resolves once the group is joined,
 * or its joining goes on in spite of a fault.
 *
 * Per partition one event is in hand at a time. An event is done with when its handler has resolved, when it was seen before, or
 * when it stands in a retry or dead-letter topic; until then nothing behind it is handled. Outages of Kafka are waited for.
 *
 * @throws RangeError for options out of their limits; kafkajs' errors when Kafka can not be reached, or a topic is not there.
 */
export async function subscribeToIdentityEvents(options: SubscribeOptions): Promise<Subscription> {
  const { kafka } = options;
  const settings = toSettings(options);
  const stopping = new AbortController();
  const ending = new AbortController();
  const holds = createPartitionHolds(settings.hold);
  const asides = createAsideProducer(kafka);
  const processRecord = createRecordProcessor({
    settings,
    now: Date.now,
    stopping: ending.signal,
    putAside: (topic, record, reason) =>
      asides.send(topic, toAsideMessage(record, { ...settings, ...reason, now: Date.now() })),
  });
  const skipTo = createSkipper(kafka, settings);
  const shared = { processRecord, skipTo, holds, isStopping: () => stopping.signal.aborted };

  if (settings.createTopics) await createMissingTopics(kafka, asideTopics(settings), settings.createTopics);
  const consumer = await keepOpen({
    open: (onCrash) => openConsumer(kafka, settings, shared, onCrash),
    onError: (error) => settings.onError?.(error),
    stopping: stopping.signal,
  });
  return {
    async stop({ timeoutMs = 10_000 } = {}) {
      stopping.abort();
      const deadline = setTimeout(() => ending.abort(), timeoutMs);
      await consumer.close();
      clearTimeout(deadline);
      holds.clear();
      await asides.close();
    },
  };
}

async function openConsumer(
  kafka: Kafka,
  settings: SubscribeSettings,
  shared: Omit<BatchDeps, 'seek' | 'heartbeatMs'>,
  onCrash: (error: Error) => void,
): Promise<Consumer> {
  const heartbeatMs = Math.ceil(settings.sessionTimeoutMs / 10);
  const consumer = kafka.consumer({
    groupId: settings.groupId,
    sessionTimeout: settings.sessionTimeoutMs,
    rebalanceTimeout: settings.rebalanceTimeoutMs,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: settings.maxWaitMs,
    maxBytesPerPartition: 256 * 1024,
    allowAutoTopicCreation: false,
  });
  // Where kafkajs gives up, keepOpen does not.
  consumer.on('consumer.crash', ({ payload }) => void (payload.restart || onCrash(payload.error)));
  const deps = { ...shared, heartbeatMs, seek: (place: Parameters<Consumer['seek']>[0]) => consumer.seek(place) };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...settings.sources, ...retryTopics(settings)], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      autoCommitInterval: 1_000,
      partitionsConsumedConcurrently: settings.concurrency,
      eachBatch: (payload) => consumeBatch(payload, deps),
    });
    return consumer;
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw error;
  }
}

function retryTopics({ retryTopics: retries }: SubscribeSettings): string[] {
  return retries.map(({ topic }) => topic);
}

function asideTopics(settings: SubscribeSettings): string[] {
  return [...retryTopics(settings), ...(settings.deadLetterTopic ? [settings.deadLetterTopic] : [])];
}
