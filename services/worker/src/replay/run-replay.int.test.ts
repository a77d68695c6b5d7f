import { randomBytes } from 'node:crypto';
import { failedBy } from '@identity-events/shared/contracts/decision';
import { nothingReplayed, type ReplayJob, type ReplayProgress } from '@identity-events/shared/contracts/replay-job';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import { createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { type Captures, createCaptures } from '@identity-events/shared/store/captures';
import { eraseRecord } from '@identity-events/shared/store/erase-record';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox } from '@identity-events/shared/store/outbox';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { createReplayMarks } from '@identity-events/shared/store/replay-marks';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AddressedEvent, EventPublisher } from '../captures/event-publisher.ts';
import { type RunReplayDeps, runReplay } from './run-replay.ts';

const start = 1_700_000_000_000;
let redis: Redis;
let captures: Captures;
let sent: AddressedEvent[];
let saved: ReplayProgress[];
/** Called with each batch before it is taken. */
let onPublish: (batch: readonly AddressedEvent[]) => Promise<void> | void;
let isCancelled: () => boolean;

beforeAll(async () => {
  redis = await openTestRedis(60);
  captures = createCaptures(redis);
});
beforeEach(async () => {
  await clearTestRedis(redis);
  [sent, saved] = [[], []];
  onPublish = () => undefined;
  isCancelled = () => false;
});
afterAll(() => redis.quit());

const publisher: EventPublisher = {
  async publish(events) {
    await onPublish(events);
    sent.push(...events);
    return events.map(({ topic }) => ({ topic, partition: 0, offset: '0' }));
  },
};

interface Made {
  readonly tenant?: string;
  readonly subject?: string;
  readonly at?: number;
  readonly verified?: boolean;
}

async function accepted({ tenant = 'demo', subject = 'user-1', at = start }: Made = {}) {
  const id = `cap_${at.toString(16).padStart(12, '0')}7${randomBytes(10).toString('hex').slice(1)}`;
  const times = { createdAt: at, expiresAt: at + 60_000 };
  const capture = { id, tenant, subject, kind: 'link', lane: 'bulk', transactionId: 't', ...times } as const;
  await captures.accept(capture, { key: id, fingerprint: 'f', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  return capture;
}

async function ended(made: Made = {}) {
  const capture = await accepted(made);
  const no = failedBy('aml_match');
  const event = toIdentityEvent(capture, made.verified ? { outcome: 'verified', checks: no.checks } : no, start);
  const { id: captureId, tenant } = capture;
  await captures.finish({ captureId, tenant, event, decidedAt: start, retentionMs: 600_000 });
  return { ...capture, event };
}

/** A capture whose event is in Kafka. */
async function published(made: Made & { readonly publishedAt?: number } = {}) {
  const capture = await ended(made);
  const outbox = createOutbox(redis, redis);
  const at = { topic: capture.event.type, partition: 0, offset: '7', at: made.publishedAt ?? start + 1_000 };
  const entries = (await outbox.read(10, 0)).filter(({ captureId }) => captureId === capture.id);
  await outbox.published(entries.map((entry) => ({ entry, at })));
  return capture;
}

const erase = (captureId: string) =>
  captures.read(captureId).then((record) => record && eraseRecord(captures, record, start + 5_000));

const job = (change: Partial<ReplayJob> = {}): ReplayJob => ({
  v: 1,
  replayId: `rpl_${'1'.repeat(32)}`,
  tenant: 'demo',
  limit: 1_000,
  perSecond: 1_000,
  dryRun: false,
  force: false,
  createdAt: start + 10_000,
  ...change,
});

function run(replay: ReplayJob, change: Partial<RunReplayDeps> = {}, begun = nothingReplayed, signal?: AbortSignal) {
  const deps: RunReplayDeps = {
    captures,
    index: createCaptureIndex(redis, captures),
    marks: createReplayMarks(redis),
    publisher,
    topicsAllowed: ['replays'],
    replaysMax: 3,
    now: () => start + 20_000,
    ...change,
  };
  const log = { isCancelled: async () => isCancelled(), save: async (now: ReplayProgress) => void saved.push(now) };
  return runReplay(deps, replay, begun, log, signal ?? new AbortController().signal);
}
const idsSent = (): string[] => sent.map(({ event }) => event.id);
const idsOf = (made: readonly { event: { id: string } }[]): string[] => made.map(({ event }) => event.id);

it('publishes outcomes again as they were, to their own topics, the oldest first, and the replay in a header', async () => {
  const made = [];
  for (let i = 4; i >= 0; i--) made.unshift(await published({ at: start + i, verified: i % 2 === 0 }));
  await published({ tenant: 'other' });
  expect(await run(job())).toBe('completed');
  expect(idsSent()).toEqual(idsOf(made));
  expect(sent.map(({ topic }) => topic)).toEqual(
    [0, 1, 2, 3, 4].map((i) => `identity.${i % 2 ? 'failed' : 'verified'}`),
  );
  expect(JSON.parse(JSON.stringify(sent[0]?.event))).toEqual(JSON.parse(JSON.stringify(made[0]?.event)));
  expect(new Set(sent.map(({ headers }) => headers?.['replay_id']))).toEqual(new Set([job().replayId]));
  expect(saved.at(-1)).toMatchObject({ byType: { 'identity.verified': 3, 'identity.failed': 2 }, skipped: {} });
});

it('leaves the records as they were but for the count of replays', async () => {
  const { id } = await published();
  const before = await redis.hgetall(keys.capture(id));
  await run(job());
  expect(await redis.hgetall(keys.capture(id))).toEqual({ ...before, replays: '1', lastReplay: job().replayId });
  expect(await createOutbox(redis, redis).depth()).toBe(0);
});

it('chooses by type and time of acceptance, and sends all to the topic that was asked for', async () => {
  const made = [];
  for (let i = 0; i < 6; i++) made.push(await published({ at: start + i, verified: i % 2 === 0 }));
  const between = { createdFrom: start + 1, createdBefore: start + 5 };
  await run(job({ ...between, types: ['identity.verified'], topic: 'replays' }));
  expect(idsSent()).toEqual(idsOf([made[2], made[4]] as typeof made));
  expect(sent.every(({ topic, event }) => topic === 'replays' && event.type === 'identity.verified')).toBe(true);
});

it('says of each named capture why there is no event for it', async () => {
  const good = await published({ at: start + 1 });
  const since = await published({ at: start + 2, publishedAt: start + 10_000 });
  const [open, waiting] = [await accepted({ at: start + 3 }), await ended({ at: start + 4 })];
  const others = await published({ tenant: 'other', at: start + 5 });
  const erased = await published({ at: start + 6 });
  await erase(erased.id);
  const damaged = await published({ at: start + 7 });
  await redis.hset(keys.capture(damaged.id), 'createdAt', 'never');
  const never = `cap_${'f'.repeat(32)}`;
  const captureIds = [good, since, open, waiting, others, erased, damaged].map(({ id }) => id);
  expect(await run(job({ captureIds: [...captureIds, never] }))).toBe('completed');
  expect(idsSent()).toEqual([good.event.id]);
  expect(saved.at(-1)).toMatchObject({
    byType: { 'identity.failed': 1 },
    skipped: { published_since: 1, not_published: 2, not_found: 2, erased: 1, unreadable: 1 },
  });
});

it('goes on behind what was saved, and repeats no more than the batch during which it was cut off', async () => {
  const made = [];
  for (let i = 0; i < 250; i++) made.push(await published({ at: start + i }));
  let batches = 0;
  onPublish = () => {
    batches += 1;
    if (batches === 2) throw new Error('away');
  };
  await expect(run(job())).rejects.toMatchObject({ code: 'kafka_unavailable', retriable: true });
  expect(saved).toMatchObject([{ byType: { 'identity.failed': 100 } }]);
  expect(await run(job(), { replaysMax: 1 }, saved.at(-1))).toBe('completed');
  expect(idsSent()).toEqual(idsOf(made));
  expect(saved.at(-1)).toMatchObject({ byType: { 'identity.failed': 250 }, skipped: {} });
});

it('is cancelled, or stopped, between two batches', async () => {
  for (let i = 0; i < 150; i++) await published({ at: start + i });
  isCancelled = () => saved.length === 1;
  expect(await run(job())).toBe('cancelled');
  expect(sent).toHaveLength(100);
  isCancelled = () => false;
  const stopping = new AbortController();
  onPublish = () => stopping.abort();
  expect(await run(job(), {}, saved[0], stopping.signal)).toBe('completed');
  expect(await run(job(), {}, nothingReplayed, stopping.signal)).toBe('stopped');
});

it('stops at its limit, and says so', async () => {
  const made = [];
  for (let i = 0; i < 5; i++) made.push(await published({ at: start + i }));
  expect(await run(job({ limit: 3 }))).toBe('completed');
  expect(idsSent()).toEqual(idsOf(made.slice(0, 3)));
  expect(saved.at(-1)).toMatchObject({ limitReached: true });
  expect(await run(job({ limit: 3 }), {}, saved.at(-1))).toBe('completed');
  expect(sent).toHaveLength(3);
});

it('a dry run counts the same, and neither publishes nor marks anything', async () => {
  const { id } = await published();
  await redis.hset(keys.capture(id), 'replays', '3');
  const other = await published({ at: start + 1 });
  expect(await run(job({ dryRun: true, limit: 5 }))).toBe('completed');
  expect(sent).toEqual([]);
  expect(saved.at(-1)).toMatchObject({ byType: { 'identity.failed': 1 }, skipped: { too_often: 1 } });
  expect(await redis.hget(keys.capture(other.id), 'replays')).toBeNull();
});

it('an event is replayed so many times and no more, unless forced', async () => {
  await published();
  for (const digit of '123') await run(job({ replayId: `rpl_${digit.repeat(32)}` }));
  expect(sent).toHaveLength(3);
  await run(job({ replayId: `rpl_${'4'.repeat(32)}` }));
  expect(saved.at(-1)).toMatchObject({ byType: {}, skipped: { too_often: 1 } });
  await run(job({ replayId: `rpl_${'4'.repeat(32)}`, force: true }));
  expect(sent).toHaveLength(4);
});

it('what is erased just before it is published is not, and an erasure just behind it is told again after it', async () => {
  const [before, behind] = [await published(), await published({ at: start + 1 })];
  const marks = createReplayMarks(redis);
  const late: RunReplayDeps['marks'] = {
    async mark(captureIds, options) {
      await erase(before.id);
      return marks.mark(captureIds, options);
    },
  };
  onPublish = async (batch) => {
    if (batch.some(({ event }) => event.id === behind.event.id)) await erase(behind.id);
  };
  await run(job(), { marks: late });
  expect(saved.at(-1)).toMatchObject({ skipped: { erased: 1 } });
  expect(sent.map(({ topic, event }) => [topic, event.id])).toEqual([
    ['identity.failed', behind.event.id],
    ['identity.redacted', `${behind.id}.redacted`],
  ]);
  expect(sent[1]?.headers).toEqual(sent[0]?.headers);
});

it('publishes no faster than asked', async () => {
  for (let i = 0; i < 8; i++) await published({ at: start + i });
  const times: number[] = [];
  onPublish = () => void times.push(performance.now());
  await run(job({ perSecond: 4 }), { now: () => start + 20_000 + performance.now() });
  expect(sent).toHaveLength(8);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900);
});

it('refuses a topic that is not allowed here, and ends one that takes more than a day', async () => {
  await published();
  await expect(run(job({ topic: 'elsewhere' }))).rejects.toMatchObject({ code: 'topic_not_allowed', retriable: false });
  const late = { now: () => start + 10_000 + 86_400_001 };
  await expect(run(job(), late)).rejects.toMatchObject({ code: 'too_long', retriable: false });
  expect(sent).toEqual([]);
});
