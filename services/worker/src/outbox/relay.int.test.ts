import { toBusinessRequestEvent } from '@identity-events/shared/contracts/business-request-event';
import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { createAnnouncements } from '@identity-events/shared/store/announcements';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox, type SetAside } from '@identity-events/shared/store/outbox';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { EventPublisher } from '../captures/event-publisher.ts';
import { type Relay, startRelay } from './relay.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let redis: Redis;
let relays: Relay[] = [];
let connections: Redis[] = [];

beforeAll(async () => {
  redis = await openTestRedis(12);
});
beforeEach(() => redis.del(keys.outbox, keys.outboxAside, keys.outboxLease));
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await Promise.all(connections.map((connection) => connection.quit()));
  [relays, connections] = [[], []];
});
afterAll(() => redis.quit());

/** Readers that keep what they accepted, and fail while told to. */
class Readers implements EventPublisher {
  readonly got: string[] = [];
  away = false;
  async publish(events: readonly { topic: string; event: CloudEvent }[]) {
    if (this.away) throw new Error('away');
    this.got.push(...events.map(({ event }) => event.id));
    return events.map(({ topic }, i) => ({ topic, partition: 0, offset: String(this.got.length - events.length + i) }));
  }
}

function start(publisher: EventPublisher, owner: string, onSetAside?: (entry: SetAside) => void): Relay {
  const blocking = redis.duplicate();
  connections.push(blocking);
  const outbox = createOutbox(redis, blocking, onSetAside);
  const relay = startRelay({ outbox, publisher, logger: silent, owner, now: Date.now });
  relays.push(relay);
  return relay;
}

async function decide(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const event: CloudEvent = {
      specversion: '1.0',
      id,
      source: '/test',
      type: 'identity.verified',
      time: '2026-01-01T00:00:00.000Z',
      subject: 'user-1',
      datacontenttype: 'application/json',
      partitionkey: 'demo:user-1',
      data: {},
    };
    await redis.xadd(keys.outbox, '*', 'event', JSON.stringify(event), 'topic', event.type, 'captureId', `cap_${id}`);
  }
}

const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

it('relays what was decided before and after it started, in order, and empties the outbox', async () => {
  const readers = new Readers();
  await decide(...ids(0, 5));
  start(readers, 'a');
  await vi.waitFor(() => expect(readers.got).toEqual(ids(0, 5)));
  await decide(...ids(5, 8));
  await vi.waitFor(() => expect(readers.got).toEqual(ids(0, 8)));
  await vi.waitFor(async () => expect(await redis.xlen(keys.outbox)).toBe(0));
});

it('sends the first event after a quiet moment at once, and what follows closely together', async () => {
  const begun: number[] = [];
  const readers = new Readers();
  const timing: EventPublisher = {
    publish: (events) => {
      begun.push(performance.now());
      return readers.publish(events);
    },
  };
  start(timing, 'a');
  for (const id of ids(0, 200)) await decide(id);
  await vi.waitFor(() => expect(readers.got).toEqual(ids(0, 200)));
  const gaps = begun.slice(1).map((at, i) => at - (begun[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(18);
});

it('keeps everything while the readers are away, says so, and sends it in order when they are back', async () => {
  const readers = new Readers();
  readers.away = true;
  const relay = start(readers, 'a');
  await decide(...ids(0, 20));
  await vi.waitFor(() => expect(relay.isPublishing()).toBe(false));
  expect(await redis.xlen(keys.outbox)).toBe(20);
  readers.away = false;
  await vi.waitFor(() => expect(readers.got).toEqual(ids(0, 20)), 10_000);
  expect(relay.isPublishing()).toBe(true);
});

it('relays with one of several relays, and the next takes over when it stops', async () => {
  const [first, second] = [new Readers(), new Readers()];
  const leading = start(first, 'a');
  await decide('e0');
  await vi.waitFor(() => expect(first.got).toEqual(['e0']));
  start(second, 'b');
  await decide('e1');
  await vi.waitFor(() => expect(first.got).toEqual(['e0', 'e1']));
  expect(second.got).toEqual([]);
  await leading.stop();
  await decide('e2');
  await vi.waitFor(() => expect(second.got).toEqual(['e2']), 10_000);
});

it('relays events that are about no capture among the others, in order', async () => {
  const readers = new Readers();
  await decide('e0');
  await createAnnouncements(redis).once(
    toBusinessRequestEvent({
      tenant: 'demo',
      businessRequestId: 'r',
      status: 'Unheard',
      notificationId: 'n',
      notifiedAt: null,
      receivedAt: '2026-01-01T00:00:00.000Z',
    }),
    { tenant: 'demo', id: 'n', windowMs: 1_000 },
  );
  await decide('e1');
  start(readers, 'a');
  await vi.waitFor(() => expect(readers.got).toEqual(['e0', 'vlens.n', 'e1']));
  await vi.waitFor(async () => expect(await redis.xlen(keys.outbox)).toBe(0));
});

/** Entries as nobody writes them: no JSON, no event, no topic, a topic that Kafka refuses, nothing that is known. */
const spoilt = [
  ['event', '{"id":', 'topic', 't', 'captureId', 'cap_1'],
  ['event', '{"id":"e"}', 'topic', 't', 'captureId', 'cap_2'],
  ['event', '{}', 'captureId', 'cap_3'],
  ['topic', 'event', 'event', 'topic', 'captureId', 'captureId'],
  ['something', 'else'],
];

it('sets entries aside that can not be read, in sight and with a word, and relays the others in order', async () => {
  const readers = new Readers();
  const aside: SetAside[] = [];
  await decide('e0');
  for (const entry of spoilt.slice(0, 3)) await redis.xadd(keys.outbox, '*', ...entry);
  await decide('e1', 'e2');
  for (const entry of spoilt.slice(3)) await redis.xadd(keys.outbox, '*', ...entry);
  await decide('e3');
  start(readers, 'a', (entry) => aside.push(entry));
  await vi.waitFor(() => expect(readers.got).toEqual(['e0', 'e1', 'e2', 'e3']));
  await vi.waitFor(async () => expect(await redis.xlen(keys.outbox)).toBe(0));
  expect(aside.map(({ captureId }) => captureId)).toEqual(['cap_1', 'cap_2', 'cap_3', 'captureId', null]);
  const kept = await redis.xrange(keys.outboxAside, '-', '+');
  expect(kept.map(([, [, entryId, ...fields]]) => [entryId, fields])).toEqual(
    spoilt.map((fields, i) => [aside[i]?.entryId, fields]),
  );
});

it('keeps no more than about 1,000 of them', async () => {
  const readers = new Readers();
  for (let i = 0; i < 1_300; i += 1) await redis.xadd(keys.outbox, '*', 'something', 'else');
  await decide('e0');
  start(readers, 'a');
  await vi.waitFor(() => expect(readers.got).toEqual(['e0']), 10_000);
  expect(await redis.xlen(keys.outboxAside)).toBeLessThanOrEqual(1_100);
});
