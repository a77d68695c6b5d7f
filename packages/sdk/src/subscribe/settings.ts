import { z } from 'zod';
import { isIdentityEventType } from './event-types.ts';
import type { SubscribeOptions } from './options.ts';
import { createMemorySeenStore } from './seen-store.ts';

const ms = (max: number) => z.number().min(0).max(max);
const topic = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'must be a name of Kafka: 1 to 249 letters, digits or . _ -');
const dayMs = 24 * 3_600_000;

/** The limits of what can be counted; the rest of the options is held by its types. */
const numbers = z.object({
  groupId: z.string().min(1).max(249),
  topicPrefix: z.string().max(128).default(''),
  topics: z.array(topic).max(64).default([]),
  attempts: z.number().int().min(1).max(10).default(3),
  attemptDelayMs: ms(60_000).default(200),
  handlerTimeoutMs: ms(300_000).default(30_000),
  retryTopics: z
    .array(z.object({ topic, delayMs: ms(dayMs) }))
    .max(8)
    .default([]),
  deadLetterTopic: topic.optional(),
  exceptionMessages: z.boolean().default(false),
  hold: z
    .object({ minMs: z.number().min(1).max(300_000), maxMs: z.number().min(1).max(300_000) })
    .default({ minMs: 1_000, maxMs: 30_000 }),
  concurrency: z.number().int().min(1).max(64).default(4),
  sessionTimeoutMs: z.number().min(1_000).max(300_000).default(30_000),
  rebalanceTimeoutMs: z.number().min(1_000).max(900_000).default(60_000),
  maxWaitMs: z.number().min(10).max(10_000).default(500),
});

/** Options with their defaults. */
export type SubscribeSettings = ReturnType<typeof toSettings>;

/** Fills in the defaults. Throws `RangeError` that names every option out of its limits. */
export function toSettings(options: SubscribeOptions) {
  const checked = numbers.safeParse(options);
  if (!checked.success) throw new RangeError(z.prettifyError(checked.error));
  const types = Object.keys(options.handlers).filter(isIdentityEventType);
  if (types.length !== Object.keys(options.handlers).length) throw new RangeError('a handler is for no known type');
  const sources = [...new Set([...types.map((type) => checked.data.topicPrefix + type), ...checked.data.topics])];
  if (sources.length === 0) throw new RangeError('there must be a handler, or a topic');
  return { ...options, ...checked.data, seen: options.seen ?? createMemorySeenStore(), sources };
}
