import { headerOf, type KafkaRecord } from './kafka-record.ts';

/** Headers of a record that was put aside, on top of those that it had. */
const asideHeaders = {
  topic: 'original_topic',
  partition: 'original_partition',
  offset: 'original_offset',
  timestamp: 'original_timestamp',
  group: 'original_group',
  exceptionName: 'exception_name',
  exceptionCode: 'exception_code',
  exceptionMessage: 'exception_message',
  failedAt: 'failed_at',
  attempts: 'attempts',
  retry: 'retry_number',
  notBefore: 'retry_not_before',
} as const;

/** Where a record stood first, and what it has been through. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: string;
  /** Attempts of handlers before this delivery. */
  readonly attempts: number;
  /** Which retry topics it has been through, by their number. */
  readonly retries: number;
  /** Epoch ms before which it is not to be handled. */
  readonly notBefore: number;
}

const messageCharsMax = 500;

/** Where a record comes from; from itself, when it was never put aside by this group. */
export function originOf(record: KafkaRecord, groupId: string): Origin {
  const own = headerOf(record, asideHeaders.group) === groupId;
  const text = (name: keyof typeof asideHeaders): string | undefined =>
    own ? headerOf(record, asideHeaders[name]) : undefined;
  return {
    topic: text('topic') ?? record.topic,
    partition: Number(text('partition') ?? record.partition),
    offset: text('offset') ?? record.offset,
    timestamp: text('timestamp') ?? record.timestamp,
    attempts: Number(text('attempts') ?? 0),
    retries: Number(text('retry') ?? 0),
    notBefore: Number(text('notBefore') ?? 0),
  };
}

/** Why and for how long a record is put aside. */
export interface Aside {
  readonly groupId: string;
  readonly error: unknown;
  readonly attempts: number;
  readonly now: number;
  /** Of the retry topic that it goes to; absent for a dead letter. */
  readonly delayMs?: number | undefined;
  readonly exceptionMessages: boolean;
}

/** The record as it is put aside: the same key, value and headers, and where it comes from. */
export function toAsideMessage(record: KafkaRecord, aside: Aside) {
  const origin = originOf(record, aside.groupId);
  const { delayMs } = aside;
  const headers: Record<string, string> = {
    [asideHeaders.topic]: origin.topic,
    [asideHeaders.partition]: String(origin.partition),
    [asideHeaders.offset]: origin.offset,
    [asideHeaders.timestamp]: origin.timestamp,
    [asideHeaders.group]: aside.groupId,
    [asideHeaders.failedAt]: new Date(aside.now).toISOString(),
    [asideHeaders.attempts]: String(aside.attempts),
    [asideHeaders.retry]: String(delayMs === undefined ? 0 : origin.retries + 1),
    [asideHeaders.notBefore]: String(delayMs === undefined ? 0 : aside.now + delayMs),
    ...exceptionHeaders(aside),
  };
  return { key: record.key, value: record.value, headers: { ...record.headers, ...headers } };
}

function exceptionHeaders({ error, exceptionMessages }: Aside): Record<string, string> {
  if (!(error instanceof Error)) return { [asideHeaders.exceptionName]: typeof error };
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : '';
  return {
    [asideHeaders.exceptionName]: error.name,
    [asideHeaders.exceptionCode]: String(code),
    ...(exceptionMessages ? { [asideHeaders.exceptionMessage]: error.message.slice(0, messageCharsMax) } : {}),
  };
}
