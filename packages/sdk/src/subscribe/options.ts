import type { Kafka } from 'kafkajs';
import type { UnreadableEventError } from '../errors.ts';
import type { IdentityEventOf, IdentityEventType } from './event-types.ts';
import type { SeenStore } from './seen-store.ts';

/** What a handler learns besides its event. */
export interface EventContext {
  /** Where the event stood first; its retries stand elsewhere. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** 1 for the first delivery to a handler; counts attempts in place and through retry topics. */
  readonly attempt: number;
  /** Names the replay that brought this event again on purpose; absent otherwise. */
  readonly replayId: string | undefined;
  /** W3C trace context of the record; without one, that of the submission. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** Aborted when the handler's time is up: end, and reject. */
  readonly signal: AbortSignal;
}

/** What to do with an event; resolving means that it is done for good. */
export type EventHandler<T extends IdentityEventType> = (
  event: IdentityEventOf<T>,
  context: EventContext,
) => Promise<void> | void;

/** One handler for each type that you care about; its topics are what is subscribed to. */
export type EventHandlers = { readonly [T in IdentityEventType]?: EventHandler<T> };

/** A topic for events whose handler failed, and how long they wait there. */
export interface RetryTopic {
  readonly topic: string;
  /** In ms. Limit: 24 hours. */
  readonly delayMs: number;
}

/** One record, once it is done with for now. For logs and metrics; holds nothing personal but what your errors say. */
export interface RecordReport {
  readonly outcome:
    | 'handled'
    | 'duplicate'
    | 'tombstone'
    | 'unreadable'
    | 'unknown_type'
    | 'retry_topic'
    | 'dead_letter'
    | 'held'
    | 'given_back';
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly durationMs: number;
  readonly eventId?: string;
  readonly type?: string;
  /** Why it was not handled. */
  readonly error?: unknown;
  /** For how long its partition is held. */
  readonly holdMs?: number;
}

/** How to subscribe. */
export interface SubscribeOptions {
  /** A client of kafkajs, with your brokers, TLS and credentials. */
  readonly kafka: Kafka;
  /** Processes with the same id share the events; another id gets every event for itself. */
  readonly groupId: string;
  readonly handlers: EventHandlers;
  /** Before the type in the names of the topics, as mirrored topics have one. Default: none. */
  readonly topicPrefix?: string;
  /** Further topics to read, such as the target of a replay. */
  readonly topics?: readonly string[];
  /** Default: in memory. */
  readonly seen?: SeenStore;
  /** Events that Kafka took before this are skipped, without being read. Default: a new group begins with the oldest. */
  readonly since?: Date;
  /** Told of a record without a value: whatever has this key (`<tenant>:<subject>`) is to be forgotten. */
  readonly onTombstone?: (key: string | undefined, context: EventContext) => Promise<void> | void;
  /** Takes records that can not be read, instead of the dead-letter topic; resolving means that they are passed over. */
  readonly onUnreadable?: (error: UnreadableEventError, context: EventContext) => Promise<void> | void;
  /** Attempts in place before an event counts as failed. Default: 3. Limit: 10. */
  readonly attempts?: number;
  /** Wait before the second attempt, in ms; doubled each time. Default: 200. */
  readonly attemptDelayMs?: number;
  /** Longest time for one attempt, in ms. Default: 30,000. Limit: 300,000. */
  readonly handlerTimeoutMs?: number;
  /** Where failed events go in turn. Default: none. Limit: 8. One person's later events do not wait for them. */
  readonly retryTopics?: readonly RetryTopic[];
  /** Where events go at last, and records that can not be read. Without it such a record holds its partition. */
  readonly deadLetterTopic?: string;
  /** Puts the messages of errors into the headers of retries and dead letters. Default: false; they may quote a person's data. */
  readonly exceptionMessages?: boolean;
  /** Makes retry and dead-letter topics that are missing. Default: they must exist. */
  readonly createTopics?: { readonly partitions: number; readonly replicationFactor: number };
  /** Shortest and longest wait of a held partition, in ms. Default: 1,000 and 30,000. */
  readonly hold?: { readonly minMs: number; readonly maxMs: number };
  /** Partitions that are worked on at the same time. Default: 4. Limit: 64. */
  readonly concurrency?: number;
  /** A process that says nothing for this long is taken for dead, in ms. Default: 30,000. */
  readonly sessionTimeoutMs?: number;
  /** How long a process may take to finish its event when the group changes, in ms. Default: 60,000. */
  readonly rebalanceTimeoutMs?: number;
  /** How long Kafka may keep an idle request, and a held partition wait for the next one, in ms. Default: 500. */
  readonly maxWaitMs?: number;
  /** Told of every record. What it throws is dropped. */
  readonly onRecord?: (report: RecordReport) => void;
  /** Told of every failure of the connection to Kafka; the subscription goes on by itself. */
  readonly onError?: (error: unknown) => void;
}
