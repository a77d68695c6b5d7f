import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Captures, createCaptures, type NewCapture } from '../store/captures.ts';
import { keys } from '../store/keys.ts';
import { createOutbox } from '../store/outbox.ts';
import { clearTestRedis, openTestRedis } from '../store/redis.fixture.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { openTestQueue, type TestQueue } from './test-queue.fixture.ts';

let redis: Redis;
let captures: Captures;
let jobs: TestQueue;
let letters: DeadLetters;
let removed: string[] = [];
const start = Date.now();
const fast = { perSecond: 100 };

beforeAll(async () => {
  redis = await openTestRedis(6);
  captures = createCaptures(redis);
});
beforeEach(async () => {
  await letters?.close();
  await jobs?.close();
  await clearTestRedis(redis);
  removed = [];
  jobs = openTestQueue(redis);
  letters = createDeadLetters({
    tenants: () => ['demo', 'other'],
    redis,
    captures,
    images: { remove: async ({ captureId }) => void removed.push(captureId) },
    now: Date.now,
    newNonce: randomUUID,
    retentionMsOf: () => 60_000,
    imageGraceMs: 0,
    redrivesMax: 2,
  });
});
afterAll(async () => {
  await letters.close();
  await jobs.close();
  await redis.quit();
});

async function accepted(change: Partial<NewCapture> = {}): Promise<NewCapture> {
  const capture: NewCapture = {
    id: `cap_${randomUUID().replaceAll('-', '')}`,
    tenant: 'demo',
    subject: 'user-1',
    kind: 'link',
    lane: 'interactive',
    createdAt: start,
    expiresAt: start + 3_600_000,
    transactionId: randomUUID(),
    userToken: Buffer.from('sealed'),
    ...change,
  };
  await captures.accept(capture, { key: capture.id, fingerprint: 'f', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  await jobs.enqueue(capture);
  return capture;
}

/** Kills the next job, which is the given capture's. */
async function die({ id }: NewCapture, failedReason = "bug: see the worker's log"): Promise<void> {
  const job = await jobs.take();
  if (job?.id !== id) expect.fail(`took ${job?.id}, not ${id}`);
  await captures.begin(id);
  await jobs.kill(job, failedReason);
}

async function dead(failedReason?: string, change: Partial<NewCapture> = {}): Promise<NewCapture> {
  const capture = await accepted(change);
  await die(capture, failedReason);
  return capture;
}

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const result of results) found.push(result);
  return found;
}

const redrive = (captureIds: string[], options = {}) => all(letters.redrive({ captureIds }, { ...fast, ...options }));
const abandon = (captureIds: string[], options = {}) => all(letters.abandon({ captureIds }, { ...fast, ...options }));
const eventsOf = async (id: string) =>
  (await createOutbox(redis, redis).read(1_000, 0)).filter((entry) => entry.captureId === id).map(({ event }) => event);

it('shows why, when and how often, and nothing of the person', async () => {
  const { id } = await dead('image_missing: see the log');
  const letter = await letters.show(id);
  expect(letter).toMatchObject({
    captureId: id,
    cause: 'image_missing',
    starts: 1,
    stalls: 0,
    nonce: null,
    tenant: 'demo',
    capture: { kind: 'link', lane: 'interactive', status: 'processing', redrives: 0, steps: [] },
  });
  expect(letter?.failedAt).toBeGreaterThanOrEqual(start);
  expect(JSON.stringify(letter)).not.toMatch(/user-1|sealed/);
  const alive = await accepted();
  expect(await letters.show(alive.id)).toBeNull();
  expect(await letters.show('cap_none')).toBeNull();
  expect(await letters.count()).toBe(1);
});

it('lists by cause, tenant, kind and age, oldest first, in bounded pages', async () => {
  const bugs = [await dead(), await dead(), await dead()].map(({ id }) => id);
  const missing = await dead('image_missing: x', { kind: 'national_id' });
  const others = await dead(undefined, { tenant: 'other' });
  const ids = async (filter: Parameters<DeadLetters['list']>[0], from = 0, count = 100) => {
    const page = await letters.list(filter, { from, count });
    return { ids: page.letters.map(({ captureId }) => captureId), next: page.next };
  };
  expect(await ids({})).toEqual({ ids: [...bugs, missing.id, others.id], next: null });
  expect(await ids({ cause: 'image_missing' })).toEqual({ ids: [missing.id], next: null });
  expect(await ids({ tenant: 'other', cause: 'bug' })).toEqual({ ids: [others.id], next: null });
  expect(await ids({ kind: 'national_id' })).toEqual({ ids: [missing.id], next: null });
  const at = (await letters.show(missing.id))?.failedAt ?? 0;
  expect((await ids({ failedAfter: at })).ids).not.toContain(bugs[0]);
  expect((await ids({ failedBefore: at })).ids).not.toContain(others.id);
  expect(await ids({ cause: 'bug' }, 0, 2)).toEqual({ ids: bugs.slice(0, 2), next: 2 });
  expect(await ids({ cause: 'bug' }, 2, 2)).toEqual({ ids: [bugs[2], others.id], next: 5 });
  expect(await ids({}, 5)).toEqual({ ids: [], next: null });
  expect(await ids({}, -1, 0)).toEqual({ ids: [bugs[0]], next: 1 });
});

it('a letter whose record is gone, or whose job nobody can read, is listed and can be dismissed', async () => {
  const gone = await dead();
  await redis.del(keys.capture(gone.id));
  await jobs.queue.add('capture', { v: 2, something: 'else' }, { jobId: 'foreign' });
  const job = await jobs.take();
  if (!job) expect.fail();
  await jobs.kill(job, 'unreadable: x');
  const { letters: found } = await letters.list({}, { from: 0, count: 10 });
  expect(found.map(({ captureId, capture }) => [captureId, capture])).toEqual([
    [gone.id, 'missing'],
    ['foreign', 'missing'],
  ]);
  expect(await redrive([gone.id])).toEqual([{ captureId: gone.id, result: 'refused', why: 'missing' }]);
  expect(await abandon([gone.id, 'foreign'])).toEqual([
    { captureId: gone.id, result: 'dismissed' },
    { captureId: 'foreign', result: 'dismissed' },
  ]);
  expect(await letters.count()).toBe(0);
});

it('a record that this version can not read stays as it is', async () => {
  const { id } = await dead();
  await redis.hset(keys.capture(id), 'v', '9');
  expect(await letters.show(id)).toMatchObject({ capture: 'unreadable' });
  expect(await redrive([id], { force: true })).toEqual([{ captureId: id, result: 'refused', why: 'unreadable' }]);
  expect(await abandon([id])).toEqual([{ captureId: id, result: 'refused', why: 'unreadable' }]);
  expect(await letters.count()).toBe(1);
});

it("a damaged record is mended from the index as far as that knows it, and its letter is known as the tenant's", async () => {
  const { id } = await dead('record_invalid: x');
  await redis.hdel(keys.capture(id), 'tenant', 'kind');
  expect(await letters.show(id)).toMatchObject({ tenant: 'demo', capture: 'unreadable' });
  expect((await letters.list({ tenant: 'other' }, { from: 0, count: 10 })).letters).toEqual([]);
  expect((await letters.list({ tenant: 'demo' }, { from: 0, count: 10 })).letters).toHaveLength(1);
  expect(await abandon([id])).toEqual([{ captureId: id, result: 'abandoned' }]);
  expect(await eventsOf(id)).toMatchObject([
    { data: { tenant: 'demo', kind: 'link', reason: { code: 'internal_error' } } },
  ]);
  expect(await captures.read(id)).toMatchObject({ tenant: 'demo', status: 'failed' });
});

it('a capture of which nobody can tell whom to inform is refused, and erased when that is insisted on', async () => {
  const [subjectless, nobodys] = [await dead('record_invalid: x'), await dead('record_invalid: x')];
  await redis.hdel(keys.capture(subjectless.id), 'subject');
  await redis.del(keys.capture(nobodys.id), ...(await redis.keys('{idv}:index:*')));
  await redis.hset(keys.capture(nobodys.id), 'v', '1');
  const ids = [subjectless.id, nobodys.id];
  const refused = ids.map((captureId) => ({ captureId, result: 'refused', why: 'unreadable' }));
  expect(await abandon(ids)).toEqual(refused);
  expect(await abandon(ids, { force: true, dryRun: true })).toMatchObject([
    { result: 'would_erase' },
    { result: 'would_erase' },
  ]);
  expect(await letters.count()).toBe(2);
  expect(await abandon(ids, { force: true })).toMatchObject([{ result: 'erased' }, { result: 'erased' }]);
  expect([await letters.count(), removed, await redis.zcard(keys.watchlist)]).toEqual([0, [subjectless.id], 0]);
  expect(await captures.readErased(subjectless.id)).toMatchObject({ tenant: 'demo' });
  expect(await redis.exists(keys.capture(nobodys.id))).toBe(0);
  expect([await eventsOf(subjectless.id), await eventsOf(nobodys.id)]).toEqual([[], []]);
});

it('a redrive is a fresh attempt with its own nonce, in job and record, in the lane of the capture', async () => {
  const capture = await dead('poison: died 21 times', { lane: 'bulk' });
  const person = await accepted();
  const [result] = await redrive([capture.id]);
  if (result?.result !== 'redriven') expect.fail(result?.result);
  expect(await captures.read(capture.id)).toMatchObject({ redrives: 1, redriveNonce: result.nonce });
  expect((await jobs.take())?.id).toBe(person.id);
  const job = await jobs.take();
  expect(job?.data).toEqual({ v: 1, captureId: capture.id, nonce: result.nonce });
  expect(job).toMatchObject({ attemptsStarted: 1, stalledCounter: 0 });
  expect(await redrive([capture.id])).toEqual([{ captureId: capture.id, result: 'refused', why: 'not_dead' }]);
});

it('a redrive mends a job that nobody could read', async () => {
  const capture = await accepted();
  const job = await jobs.queue.getJob(capture.id);
  await job?.updateData({ v: 2 });
  await die(capture, 'unreadable: x');
  await redrive([capture.id]);
  expect((await jobs.take())?.data).toMatchObject({ v: 1, captureId: capture.id });
});

it('a dry run tells what would happen and changes nothing', async () => {
  const { id } = await dead();
  const before = await redis.hgetall(keys.capture(id));
  expect(await redrive([id], { dryRun: true })).toEqual([{ captureId: id, result: 'would_redrive' }]);
  expect(await abandon([id], { dryRun: true })).toEqual([{ captureId: id, result: 'would_abandon' }]);
  expect(await redis.hgetall(keys.capture(id))).toEqual(before);
  expect(await letters.count()).toBe(1);
  expect(removed).toEqual([]);
  await redis.hset(keys.capture(id), 'redrives', 2);
  expect(await redrive([id], { dryRun: true })).toEqual([{ captureId: id, result: 'refused', why: 'too_often' }]);
});

it('a capture that dies again and again is redriven no more, unless forced', async () => {
  const capture = await dead();
  const nonces = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const [result] = await redrive([capture.id]);
    if (result?.result === 'redriven') nonces.add(result.nonce);
    await die(capture);
  }
  expect(nonces.size).toBe(2);
  expect(await redrive([capture.id])).toEqual([{ captureId: capture.id, result: 'refused', why: 'too_often' }]);
  expect(await letters.count()).toBe(1);
  expect(await redrive([capture.id], { force: true })).toMatchObject([{ result: 'redriven' }]);
  expect(await captures.read(capture.id)).toMatchObject({ redrives: 3 });
});

it('ten operators who redrive the same letter at once give it one attempt', async () => {
  const { id } = await dead();
  const results = (await Promise.all(Array.from({ length: 10 }, () => redrive([id])))).flat();
  expect(results.filter(({ result }) => result === 'redriven').length).toBeGreaterThan(0);
  expect(new Set(results.flatMap((each) => (each.result === 'redriven' ? [each.nonce] : []))).size).toBe(1);
  expect(await captures.read(id)).toMatchObject({ redrives: 1 });
  expect((await jobs.take())?.id).toBe(id);
  expect(await jobs.take()).toBeNull();
});

it('a redrive that died halfway is ended by the next one, with the first nonce', async () => {
  const { id } = await dead();
  const failedAt = (await letters.show(id))?.failedAt ?? 0;
  await captures.noteRedrive(id, { nonce: 'first', failedAt, at: Date.now(), redrivesMax: 2 });
  expect(await redrive([id])).toEqual([{ captureId: id, result: 'redriven', nonce: 'first' }]);
  expect(await captures.read(id)).toMatchObject({ redrives: 1, redriveNonce: 'first' });
});

it('an abandoned capture fails as internal_error, once; its images and its letter go', async () => {
  const { id } = await dead(undefined, { kind: 'national_id' });
  const results = (await Promise.all(Array.from({ length: 10 }, () => abandon([id])))).flat();
  expect(results.filter(({ result }) => result === 'abandoned')).toHaveLength(1);
  expect(await captures.read(id)).toMatchObject({
    status: 'failed',
    outcome: { outcome: 'failed', reason: { code: 'internal_error', category: 'internal' } },
  });
  expect(await eventsOf(id)).toMatchObject([{ id: `${id}.outcome`, type: 'identity.failed' }]);
  expect(removed).toContain(id);
  expect(await letters.count()).toBe(0);
  expect(await abandon([id])).toEqual([{ captureId: id, result: 'refused', why: 'not_dead' }]);
});

it('what is alive can not be abandoned, and what has ended is only dismissed', async () => {
  const alive = await accepted();
  expect(await abandon([alive.id])).toEqual([{ captureId: alive.id, result: 'refused', why: 'not_dead' }]);
  await die(alive);
  const before = await captures.read(alive.id);
  await redis.hset(keys.capture(alive.id), 'status', 'verified');
  expect(before?.status).toBe('processing');
  expect(await redrive([alive.id], { dryRun: true })).toMatchObject([{ why: 'ended' }]);
  expect(await redrive([alive.id])).toMatchObject([{ why: 'ended' }]);
  expect(await abandon([alive.id])).toEqual([{ captureId: alive.id, result: 'dismissed' }]);
  expect(await eventsOf(alive.id)).toEqual([]);
});

it('abandon and redrive at once leave one outcome at most, and no letter', async () => {
  for (let i = 0; i < 20; i++) {
    const { id } = await dead();
    await Promise.all([redrive([id]), abandon([id]), redrive([id])]);
    const record = await captures.read(id);
    expect(await eventsOf(id)).toHaveLength(record?.status === 'failed' ? 1 : 0);
    expect(await letters.count()).toBe(0);
    const job = await jobs.take();
    if (record?.status !== 'failed') expect(job?.id).toBe(id);
    if (job) await jobs.complete(job);
  }
});

it('acts on what passes the filter only, oldest first, up to the limit, no faster than told, until told to stop', async () => {
  const bugs: string[] = [];
  for (let i = 0; i < 5; i++) {
    bugs.push((await dead()).id);
    await dead('image_missing: x');
  }
  const startedAt = performance.now();
  const results = await all(letters.redrive({ filter: { cause: 'bug' }, limit: 3 }, { perSecond: 20 }));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
  expect(results.map(({ captureId }) => captureId)).toEqual(bugs.slice(0, 3));
  expect(await letters.count()).toBe(7);

  const stop = new AbortController();
  let seen = 0;
  for await (const _ of letters.abandon({ filter: {}, limit: 100 }, { ...fast, signal: stop.signal })) {
    seen += 1;
    if (seen === 2) stop.abort();
  }
  expect(seen).toBe(2);
  expect(await letters.count()).toBe(5);
});

it('abandons one whose record is damaged, as long as that tells whose it is', async () => {
  const [damaged, nobodys] = [await dead('record_invalid: x'), await dead('record_invalid: x')];
  await redis.hset(keys.capture(damaged.id), 'step:link', 'no JSON');
  await redis.hdel(keys.capture(nobodys.id), 'subject');
  expect(await abandon([damaged.id], { dryRun: true })).toMatchObject([{ result: 'would_abandon' }]);
  expect(await abandon([damaged.id, nobodys.id])).toMatchObject([
    { result: 'abandoned' },
    { result: 'refused', why: 'unreadable' },
  ]);
  expect(await eventsOf(damaged.id)).toMatchObject([
    { id: `${damaged.id}.outcome`, type: 'identity.failed', data: { reason: { code: 'internal_error' } } },
  ]);
  expect(await letters.show(damaged.id)).toBeNull();
});
