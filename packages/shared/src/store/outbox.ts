import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type CloudEvent, cloudEvent } from '../contracts/cloud-event.ts';
import { redactedEventType } from '../contracts/redacted-event.ts';
import { topicName } from '../contracts/topic-name.ts';
import type { Publication } from './capture-record.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { dropLeaseScript, holdLeaseScript, publishedScript, setAsideScript } from './scripts.ts';

/** An event that was decided and is not yet known to be in Kafka. */
export interface OutboxEntry {
  readonly id: string;
  /** The capture that it is about; null for an event about something else, of which no record is kept. */
  readonly captureId: string | null;
  readonly topic: string;
  readonly event: CloudEvent;
}

/** An entry that nobody could read, and its capture as far as that can be told. */
export interface SetAside {
  readonly entryId: string;
  readonly captureId: string | null;
}

/**
 * Events between decision and Kafka, oldest first.
 *
 * One relay at a time reads it, under a lease, so that events with the same key leave in the order in which they entered:
 * those of one person in the order of their decisions.
 */
export interface Outbox {
  /**
   * The oldest entries. Waits up to `waitMs` for one when there is none; needs a connection of its own for that. An entry
   * that can't be read is set aside, so that it keeps nobody waiting: a capture's event is made again from its record, another
   * one stays there for an operator.
   */
  read(count: number, waitMs: number): Promise<OutboxEntry[]>;
  /**
   * Takes the entries out and notes in each capture's record, where there is one, where its outcome stands. With its redaction there, what a
   * record kept to announce that is gone.
   */
  published(entries: readonly { entry: OutboxEntry; at: Publication }[]): Promise<void>;
  /** Events waiting. */
  depth(): Promise<number>;
  /** Entries that were set aside, the latest 1,000 at most. */
  asideCount(): Promise<number>;
  /** When the oldest waiting event was put in (epoch ms, Redis' clock); null when none waits. */
  oldestAt(): Promise<number | null>;
  /** True when `owner` holds the relay lease for the next `leaseMs`. */
  holdLease(owner: string, leaseMs: number): Promise<boolean>;
  dropLease(owner: string): Promise<void>;
}

/** How many entries stay in sight that nobody could read. */
const asideMax = 1_000;

const scripts = {
  published: script(publishedScript),
  setAside: script(setAsideScript),
  hold: script(holdLeaseScript),
  drop: script(dropLeaseScript),
};

/**
 * `blocking` is a connection that nothing else uses: waiting for an entry occupies it. `onSetAside` is told of each entry
 * that is set aside.
 */
export function createOutbox(redis: Redis, blocking: Redis, onSetAside?: (entry: SetAside) => void): Outbox {
  async function readable(found: readonly StreamEntry[]): Promise<OutboxEntry[]> {
    const entries: OutboxEntry[] = [];
    for (const each of found) {
      const entry = toEntry(each);
      if (entry) entries.push(entry);
      else await setAside(each);
    }
    return entries;
  }

  async function setAside([entryId, flat]: StreamEntry): Promise<void> {
    const moved = await runScript(redis, scripts.setAside, [keys.outbox, keys.outboxAside], [entryId, asideMax]);
    if (moved === 1) onSetAside?.({ entryId, captureId: toFields(flat).get('captureId') ?? null });
  }

  return {
    async read(count, waitMs) {
      const found = await whileRedisIsUp(async () => {
        if (waitMs <= 0) return redis.xrange(keys.outbox, '-', '+', 'COUNT', count);
        // Everything read so far is gone from the stream, so whatever is there or comes is new: start from 0.
        const reply = await blocking.xread('COUNT', count, 'BLOCK', waitMs, 'STREAMS', keys.outbox, '0');
        return reply?.[0]?.[1] ?? [];
      });
      return readable(found);
    },
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
    asideCount: () => whileRedisIsUp(() => redis.xlen(keys.outboxAside)),
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

type StreamEntry = readonly [id: string, flat: readonly string[]];

const storedEntry = z.object({
  captureId: z.string().min(1).nullable(),
  topic: topicName,
  event: cloudEvent,
});

/** Undefined for what can't be read. */
function toEntry([id, flat]: StreamEntry): OutboxEntry | undefined {
  const fields = toFields(flat);
  const captureId = fields.get('captureId') ?? null;
  const event = parseJson(fields.get('event') ?? '');
  const parsed = storedEntry.safeParse({ captureId, topic: fields.get('topic'), event }, { reportInput: false });
  return parsed.success ? { id, ...parsed.data } : undefined;
}

/** Names and values take turns. */
function toFields(flat: readonly string[]): ReadonlyMap<string, string> {
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : [])));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
