import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { IdentityEvent } from '../contracts/identity-event.ts';
import { type Captures, createCaptures, type NewCapture } from './captures.ts';
import { keys } from './keys.ts';
import { createOutbox } from './outbox.ts';
import { openTestRedis } from './redis.fixture.ts';

let redis: Redis;
let captures: Captures;

beforeAll(async () => {
  redis = await openTestRedis(10);
  captures = createCaptures(redis);
});
afterAll(() => redis.quit());

const newCapture = (): NewCapture => ({
  id: `cap_${randomUUID().replaceAll('-', '')}`,
  tenant: 'demo',
  subject: 'user-1',
  kind: 'link',
  lane: 'interactive',
  createdAt: 1_700_000_000_000,
  expiresAt: 1_700_086_400_000,
  transactionId: randomUUID(),
  userToken: Buffer.from('sealed'),
});
const windows = [
  { calls: 10, ms: 1_000 },
  { calls: 60, ms: 60_000 },
];
const claim = (key: string = randomUUID(), fingerprint = 'same') => ({ key, fingerprint, windowMs: 60_000 });

function eventOf({ id }: NewCapture, outcome: 'verified' | 'failed'): IdentityEvent {
  const checks = Object.fromEntries(
    [
      'document_genuine',
      'document_valid',
      'face_match',
      'liveness',
      'aml',
      'source',
      'process_completed',
      'identity_confirmed',
    ].map((name) => [name, 'passed']),
  ) as IdentityEvent['data']['checks'];
  const common = {
    captureId: id,
    tenant: 'demo',
    subject: 'user-1',
    kind: 'link',
    transactionId: null,
    checks,
    acceptedAt: '2026-01-01T00:00:00.000Z',
    decidedAt: '2026-01-01T00:00:01.000Z',
  } as const;
  const reason = { code: 'aml_match', category: 'aml', recapture: false, providerCode: null } as const;
  return {
    specversion: '1.0',
    id: `${id}.outcome`,
    source: '/identity-events/demo',
    type: `identity.${outcome}`,
    time: '2026-01-01T00:00:01.000Z',
    subject: 'user-1',
    datacontenttype: 'application/json',
    partitionkey: 'demo:user-1',
    data: outcome === 'verified' ? { outcome, ...common } : { outcome, ...common, reason },
  };
}

const ending = (capture: NewCapture, outcome: 'verified' | 'failed') => ({
  captureId: capture.id,
  tenant: capture.tenant,
  event: eventOf(capture, outcome),
  decidedAt: 1_700_000_001_000,
  retentionMs: 60_000,
});

it('a capture accepted by 100 callers with one key is stored once, and all learn which', async () => {
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => captures.accept({ ...newCapture() }, claim(key), windows)),
  );
  expect(new Set(answers.map((answer) => answer.captureId)).size).toBe(1);
  expect(answers.filter((answer) => answer.verdict === 'accepted')).toHaveLength(1);
  expect(answers.filter((answer) => answer.verdict === 'replayed')).toHaveLength(99);
});

it('the same key with another fingerprint is a conflict, and stores nothing', async () => {
  const [first, second] = [newCapture(), newCapture()];
  const key = randomUUID();
  await captures.accept(first, claim(key, 'a'), windows);
  expect(await captures.accept(second, claim(key, 'b'), windows)).toEqual({ verdict: 'conflict', captureId: first.id });
  expect(await captures.read(second.id)).toBeNull();
});

const kept = { live: true, finishedAt: 5, durationMs: 2 };

it('a record goes from queued to processing to its end, and no further', async () => {
  const capture = newCapture();
  await captures.accept(capture, claim(), windows);
  expect(await captures.read(capture.id)).toMatchObject({ status: 'queued', failedCalls: 0 });
  expect(await captures.noteFailedCalls(capture.id, 1)).toBe(false);
  expect(await captures.begin(capture.id)).toMatchObject({ status: 'processing', userToken: capture.userToken });
  expect(await captures.keepStep(capture, 'link', kept)).toBe(true);
  expect(await captures.noteFailedCalls(capture.id, 1)).toBe(true);
  expect(await captures.keepStep(capture, 'link', { ...kept, live: false })).toBe(true);
  const record = await captures.begin(capture.id);
  expect(record).toMatchObject({ status: 'processing', failedCalls: 1 });
  expect(record?.steps.get('link')).toEqual(kept);

  expect(await captures.finish(ending(capture, 'verified'))).toBe(true);
  expect(await captures.finish(ending(capture, 'failed'))).toBe(false);
  expect(await captures.noteFailedCalls(capture.id, 9)).toBe(false);
  expect(await captures.keepStep(capture, 'link', kept)).toBe(false);
  const ended = await captures.begin(capture.id);
  expect(ended).toMatchObject({ status: 'verified', failedCalls: 1, outcome: { outcome: 'verified' } });
  expect(ended?.userToken).toBeUndefined();
  expect(await redis.exists(keys.userToken(capture.id))).toBe(0);
  expect(await redis.pttl(keys.capture(capture.id))).toBeGreaterThan(0);
});

it('the step that decides is kept with the outcome, or not at all, and the first to bring a step wins', async () => {
  const tenant = `last-${randomUUID().slice(0, 8)}`;
  const [alone, late] = [
    { ...newCapture(), tenant, expiresAt: Date.now() + 60_000 },
    { ...newCapture(), tenant, expiresAt: Date.now() + 60_000 },
  ];
  for (const capture of [alone, late]) {
    await captures.accept(capture, claim(), windows);
    await captures.begin(capture.id);
  }
  const last = (live: boolean) => ({ step: 'link', evidence: { ...kept, live }, sealedIdentity: `sealed ${live}` });
  const ends = (capture: NewCapture, live: boolean) =>
    captures.finish({ ...ending(capture, 'verified'), identityRetentionMs: 60_000, lastStep: last(live) });
  expect(await ends(alone, true)).toBe(true);
  expect(await ends(alone, false)).toBe(false);
  await captures.keepStep(late, 'link', kept, 'sealed before');
  expect(await ends(late, false)).toBe(true);
  for (const [{ id }, sealed] of [
    [alone, 'sealed true'],
    [late, 'sealed before'],
  ] as const) {
    expect((await captures.read(id))?.steps.get('link')).toEqual(kept);
    expect(await captures.readSealedIdentity(id)).toEqual(new Map([['link', sealed]]));
    expect(await redis.pttl(keys.identity(id))).toBeLessThanOrEqual(60_000);
  }
  expect(await redis.hgetall(keys.backlog(tenant))).toEqual({ interactive: '0', callMs: '2' });
});

it('what the step that decides read from the card goes with the outcome, unless that verifies and fields are kept', async () => {
  const lastStep = { step: 'link', evidence: kept, sealedIdentity: 'sealed' };
  for (const [outcome, identityRetentionMs] of [
    ['failed', 60_000],
    ['verified', 0],
  ] as const) {
    const capture = newCapture();
    await captures.accept(capture, claim(), windows);
    await captures.finish({ ...ending(capture, outcome), identityRetentionMs, lastStep });
    expect((await captures.read(capture.id))?.steps.get('link')).toEqual(kept);
    expect(await redis.exists(keys.identity(capture.id))).toBe(0);
  }
});

it('twenty workers that end a capture at once end it once, with one event', async () => {
  const capture = newCapture();
  await captures.accept(capture, claim(), windows);
  const before = await redis.xlen(keys.outbox);
  const ends = await Promise.all(
    Array.from({ length: 20 }, (_, i) => captures.finish(ending(capture, i % 2 ? 'verified' : 'failed'))),
  );
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect((await redis.xlen(keys.outbox)) - before).toBe(1);
});

it('what is not there can neither begin nor end', async () => {
  const capture = newCapture();
  expect(await captures.begin(capture.id)).toBeNull();
  expect(await captures.finish(ending(capture, 'verified'))).toBe(false);
  expect(await redis.exists(keys.capture(capture.id))).toBe(0);
});

it('a script that Redis lost is sent again', async () => {
  await redis.script('FLUSH');
  const capture = newCapture();
  expect(await captures.accept(capture, claim(), windows)).toMatchObject({
    verdict: 'accepted',
    captureId: capture.id,
  });
});

it('the outbox gives events oldest first until they are published, and notes where they stand', async () => {
  const blocking = redis.duplicate();
  const outbox = createOutbox(redis, blocking);
  await redis.del(keys.outbox);
  const [a, b] = [newCapture(), newCapture()];
  for (const capture of [a, b]) {
    await captures.accept(capture, claim(), windows);
    await captures.finish(ending(capture, 'failed'));
  }
  const entries = await outbox.read(10, 0);
  expect(entries.map((entry) => [entry.captureId, entry.topic])).toEqual([
    [a.id, 'identity.failed'],
    [b.id, 'identity.failed'],
  ]);
  const at = { topic: 'identity.failed', partition: 3, offset: '41', at: 1_700_000_002_000 };
  await redis.del(keys.capture(b.id));
  await outbox.published(entries.map((entry) => ({ entry, at })));
  expect(await outbox.depth()).toBe(0);
  expect((await captures.read(a.id))?.published).toEqual(at);
  expect(await redis.exists(keys.capture(b.id))).toBe(0);

  const waiting = outbox.read(10, 5_000);
  const late = newCapture();
  await captures.accept(late, claim(), windows);
  await captures.finish(ending(late, 'verified'));
  expect((await waiting).map((entry) => entry.captureId)).toEqual([late.id]);
  await blocking.quit();
});

it.each(['identity.failed', 'identity.redacted'])(
  'where something else stands in a record’s place, its %s and the events beside it are noted all the same',
  async (type) => {
    const outbox = createOutbox(redis, redis);
    await redis.del(keys.outbox);
    const ended = [newCapture(), newCapture(), newCapture()];
    for (const capture of ended) {
      await captures.accept(capture, claim(), windows);
      await captures.finish(ending(capture, 'failed'));
    }
    const entries = await outbox.read(10, 0);
    const at = { topic: 'identity.failed', partition: 3, offset: '41', at: 1_700_000_002_000 };
    const [before, broken, after] = ended.map(({ id }) => id);
    if (!before || !broken || !after) expect.fail();
    await redis.set(keys.capture(broken), 'no record');
    const ofBroken = ({ captureId }: (typeof entries)[number]): boolean => captureId === broken;
    await outbox.published(
      entries.map((entry) => {
        return { entry: ofBroken(entry) ? { ...entry, event: { ...entry.event, type } } : entry, at };
      }),
    );
    for (const id of [before, after]) expect((await captures.read(id))?.published).toEqual(at);
    expect(await outbox.depth()).toBe(0);
    expect(await redis.zmscore(keys.watchlist, before, broken, after)).toEqual([null, null, null]);
    expect(await redis.get(keys.capture(broken))).toBe('no record');
  },
);

it('one owner at a time holds the relay lease', async () => {
  const outbox = createOutbox(redis, redis);
  expect(await outbox.holdLease('a', 5_000)).toBe(true);
  expect(await outbox.holdLease('b', 5_000)).toBe(false);
  expect(await outbox.holdLease('a', 5_000)).toBe(true);
  await outbox.dropLease('b');
  expect(await outbox.holdLease('b', 5_000)).toBe(false);
  await outbox.dropLease('a');
  expect(await outbox.holdLease('b', 5_000)).toBe(true);
  await outbox.dropLease('b');
});

it('fills whole windows, the longest first, when it says what to expect', async () => {
  const tenant = `nested-${randomUUID().slice(0, 8)}`;
  const now = Date.now();
  const budget = [
    { calls: 2, ms: 100 },
    { calls: 4, ms: 1_000 },
  ];
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    const acceptance = await captures.accept({ ...newCapture(), tenant, createdAt: now }, claim(), budget);
    if (acceptance.verdict !== 'accepted') expect.fail(acceptance.verdict);
    waits.push(acceptance.expectedBy - now);
  }
  expect(waits).toEqual([0, 0, 100, 100, 1_000, 1_000, 1_100, 1_100, 2_000]);
});

it('says when an outcome can be expected, from the budget and the calls that are ahead', async () => {
  const tenant = `paced-${randomUUID().slice(0, 8)}`;
  const now = Date.now();
  const budget = [{ calls: 10, ms: 1_000 }];
  const accept = async (change: Partial<NewCapture>) => {
    const capture = { ...newCapture(), tenant, createdAt: now, ...change };
    const acceptance = await captures.accept(capture, claim(), budget);
    if (acceptance.verdict !== 'accepted') expect.fail(acceptance.verdict);
    return { capture, waitMs: acceptance.expectedBy - now };
  };
  const first = await accept({ kind: 'national_id' });
  expect(first.waitMs).toBe(0);
  // Calls 4 to 24: the tenth call ends a window, so the 24th stands in the third.
  for (let i = 0; i < 6; i++) await accept({ kind: 'national_id' });
  expect((await accept({ kind: 'national_id' })).waitMs).toBe(2_000);
  const bulk = await accept({ kind: 'link', lane: 'bulk' });
  expect(bulk.waitMs).toBe(2_000);
  // Bulk calls are not ahead of people; interactive ones are ahead of bulk.
  for (let i = 0; i < 10; i++) await accept({ kind: 'link', lane: 'bulk' });
  expect((await accept({ kind: 'link' })).waitMs).toBe(2_000);
  expect((await accept({ kind: 'link', lane: 'bulk' })).waitMs).toBe(3_000);

  await captures.begin(first.capture.id);
  await captures.keepStep(first.capture, 'id_front', { finishedAt: now, durationMs: 100 });
  await captures.finish(ending(first.capture, 'failed'));
  expect(await redis.hgetall(keys.backlog(tenant))).toMatchObject({ interactive: '22', bulk: '12', callMs: '100' });
});

it.each([
  ['v', '3'],
  ['status', 'resting'],
  ['kind', 'passport'],
  ['lane', 'night'],
])('a record whose %s a newer version wrote is left to newer workers, as it is', async (field, value) => {
  const capture = newCapture();
  await captures.accept(capture, claim(), windows);
  await redis.hset(keys.capture(capture.id), field, value);
  await expect(captures.read(capture.id)).rejects.toMatchObject({ code: 'record_newer', retriable: true });
  await expect(captures.begin(capture.id)).rejects.toMatchObject({ code: 'record_newer' });
  if (field === 'v') expect(await redis.hget(keys.capture(capture.id), 'status')).toBe('queued');
});

it('a key stands for its first capture until its window ends, and for another one afterwards', async () => {
  const key = randomUUID();
  const [first, second] = [newCapture(), newCapture()];
  const short = { ...claim(key), windowMs: 300 };
  expect(await captures.accept(first, short, windows)).toMatchObject({ verdict: 'accepted' });
  await captures.finish(ending(first, 'failed'));
  expect(await captures.accept(second, short, windows)).toEqual({ verdict: 'replayed', captureId: first.id });
  await vi.waitFor(async () =>
    expect(await captures.accept(second, short, windows)).toMatchObject({ verdict: 'accepted', captureId: second.id }),
  );
});
