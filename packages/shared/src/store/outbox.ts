import type { Redis } from 'ioredis';
import { type CloudEvent, cloudEvent } from '../contracts/cloud-event.ts';
import { redactedEventType } from '../contracts/redacted-event.ts';
import type { Publication } from './capture-record.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { dropLeaseScript, holdLeaseScript, publishedScript } from './scripts.ts';

/** An event that was decided and is not yet known to be in Kafka. */
export interface OutboxEntry {
  readonly id: string;
  /** The capture that it is about; null for an event about something else, of which no record is kept. */
  readonly captureId: string | null;
  readonly topic: string;
  readonly event: CloudEvent;
}

/**
 * Events between decision and Kafka, oldest first.
 *
 * One relay at a time reads it, under a lease, so that events with the same key leave in the order in which they entered:
 * those of one person in the order of their decisions.
 */
export interface Outbox {
  /** The oldest entries. Waits up to `waitMs` for one when there is none; needs a connection of its own for that. */
  read(count: number, waitMs: number): Promise<OutboxEntry[]>;
  /**
   * Takes the entries out and notes in each capture's record, where there is one, where its outcome stands. With its redaction there, what a
   * record kept to announce that is gone.
   */
  published(entries: readonly { entry: OutboxEntry; at: Publication }[]): Promise<void>;
  /** Events waiting. */
  depth(): Promise<number>;
  /** When the oldest waiting event was put in (epoch ms, Redis' clock); null when none waits. */
  oldestAt(): Promise<number | null>;
  /** True when `owner` holds the relay lease for the next `leaseMs`. */
  holdLease(owner: string, leaseMs: number): Promise<boolean>;
  dropLease(owner: string): Promise<void>;
}

const scripts = {
  published: script(publishedScript),
  hold: script(holdLeaseScript),
  drop: script(dropLeaseScript),
};

/** `blocking` is a connection that nothing else uses: waiting for an entry occupies it. */
export function createOutbox(redis: Redis, blocking: Redis): Outbox {
  return {
    read: (count, waitMs) =>
      whileRedisIsUp(async () => {
        const ready = await redis.xrange(keys.outbox, '-', '+', 'COUNT', count);
        if (ready.length > 0 || waitMs <= 0) return ready.map(toEntry);
        // Everything read so far is gone from the stream, so whatever is there or comes is new: start from 0.
        const reply = await blocking.xread('COUNT', count, 'BLOCK', waitMs, 'STREAMS', keys.outbox, '0');
        return (reply?.[0]?.[1] ?? []).map(toEntry);
      }),
    async published(entries) {
      const ofCaptures = entries.flatMap(({ entry, at }) => {
        const { captureId } = entry;
        return captureId === null ? [] : [{ entry, at, captureId }];
      });
      const others = entries.filter(({ entry }) => entry.captureId === null).map(({ entry }) => entry.id);
      if (others.length > 0) await whileRedisIsUp(() => redis.xdel(keys.outbox, ...others));
      if (ofCaptures.length === 0) return;
      await runScript(
        redis,
        scripts.published,
        [keys.outbox, keys.watchlist, ...ofCaptures.map(({ captureId }) => keys.capture(captureId))],
        ofCaptures.flatMap(({ entry, at, captureId }) => {
          const word = entry.event.type === redactedEventType ? 'redaction' : 'outcome';
          return [entry.id, JSON.stringify(at), captureId, word];
        }),
      );
    },
    depth: () => whileRedisIsUp(() => redis.xlen(keys.outbox)),
    async oldestAt() {
      const [oldest] = await whileRedisIsUp(() => redis.xrange(keys.outbox, '-', '+', 'COUNT', 1));
      // A stream's ids begin with the time at which they were given: https://redis.io/docs/latest/commands/xadd/
      return oldest ? Number.parseInt(oldest[0], 10) : null;
    },
    holdLease: async (owner, leaseMs) =>
      (await runScript(redis, scripts.hold, [keys.outboxLease], [owner, leaseMs])) === 1,
    dropLease: async (owner) => void (await runScript(redis, scripts.drop, [keys.outboxLease], [owner])),
  };
}

function toEntry([id, flat]: [string, string[]]): OutboxEntry {
  const fields = new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : [])));
  return {
    id,
    captureId: fields.get('captureId') ?? null,
    topic: fields.get('topic') ?? '',
    event: cloudEvent.parse(JSON.parse(fields.get('event') ?? '')),
  };
}
