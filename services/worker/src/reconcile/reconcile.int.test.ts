import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedBy } from '@identity-events/shared/contracts/decision';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import { openTestQueue, type TestQueue } from '@identity-events/shared/dead-letters/test-queue.fixture';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { type Captures, createCaptures, type NewCapture } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { eraseRecord } from '@identity-events/shared/store/erase-record';
import type { ImageOwner } from '@identity-events/shared/store/image-store';
import { createImageUsage, readImageUsage } from '@identity-events/shared/store/image-usage';
import { keys } from '@identity-events/shared/store/keys';
import { meterImages } from '@identity-events/shared/store/meter-images';
import { createOutbox, type Outbox } from '@identity-events/shared/store/outbox';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import { sealImages } from '@identity-events/shared/store/seal-images';
import { createWatchlist } from '@identity-events/shared/store/watchlist';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createCaptureJobs } from '../queue/capture-jobs.ts';
import { collectOrphans } from './collect-orphans.ts';
import { dropOldDeadLetters } from './drop-old-dead-letters.ts';
import { type LookAfterAllDeps, lookAfterCaptures } from './look-after-captures.ts';

const [minuteMs, hourMs] = [60_000, 3_600_000];
const sealer = createSealer(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
let redis: Redis;
let root: string;
let captures: Captures;
let outbox: Outbox;
let queue: TestQueue;
let jobs: ReturnType<typeof createCaptureJobs>;
let images: ReturnType<typeof createDiskImageStore>;
let lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
let now = 0;
let deps: LookAfterAllDeps;

const line =
  (level: string): Logger['info'] =>
  (message, fields = {}) =>
    void lines.push({ level, message, fields });
const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };

beforeAll(async () => {
  redis = await openTestRedis(8);
  root = await mkdtemp(join(tmpdir(), 'images-'));
  captures = createCaptures(redis);
  outbox = createOutbox(redis, redis);
  images = createDiskImageStore(root, sealer);
  queue = openTestQueue(redis);
  jobs = createCaptureJobs(redis);
});
beforeEach(async () => {
  await clearTestRedis(redis);
  now = Date.now();
  lines = [];
  const watchlist = createWatchlist(redis);
  const clock = {
    now: () => now,
    tenants: () => ['demo', 'other'],
    graceMs: minuteMs,
    againMs: 5 * minuteMs,
    retentionMsOf: () => hourMs,
    imageGraceMs: 0,
  };
  deps = { captures, watchlist, jobs, images, outbox, logger, ...clock };
});
afterAll(async () => {
  await jobs.close();
  await queue.close();
  await redis.quit();
  await rm(root, { recursive: true });
});

function putImages(owner: ImageOwner): Promise<void> {
  return images.put(owner, sealImages(sealer, owner, new Map([['front', Buffer.from('x')]])));
}

async function accepted(change: Partial<NewCapture> = {}): Promise<NewCapture> {
  const capture: NewCapture = {
    id: `cap_${randomUUID().replaceAll('-', '')}`,
    tenant: 'demo',
    subject: 'user-1',
    kind: 'national_id',
    lane: 'interactive',
    createdAt: now,
    expiresAt: now + hourMs,
    transactionId: randomUUID(),
    userToken: Buffer.from('sealed'),
    ...change,
  };
  await putImages({ tenant: capture.tenant, captureId: capture.id });
  await captures.accept(capture, { key: capture.id, fingerprint: 'f', windowMs: hourMs }, [{ calls: 10, ms: 1_000 }]);
  return capture;
}

async function queued(change: Partial<NewCapture> = {}): Promise<NewCapture> {
  const capture = await accepted(change);
  await queue.enqueue(capture);
  return capture;
}

/** One round, a while later. What it found is the last line but the warnings of single captures. */
async function round(laterMs: number): Promise<Readonly<Record<string, unknown>>> {
  now += laterMs;
  lines = [];
  await lookAfterCaptures(deps, new AbortController().signal);
  return lines.at(-1)?.fields ?? {};
}

const watched = (): Promise<string[]> => redis.zrange(keys.watchlist, '0', '-1');
const hasImages = async ({ id }: NewCapture): Promise<boolean> => {
  for await (const { captureId } of images.listOwners(Number.POSITIVE_INFINITY)) if (captureId === id) return true;
  return false;
};
const eventsOf = async (id: string) =>
  (await outbox.read(1_000, 0)).filter(({ captureId }) => captureId === id).map(({ event }) => event);

it('a capture that is not late yet is not looked at, however many there are', async () => {
  for (let i = 0; i < 20; i++) await queued();
  expect(await round(minuteMs - 1_000)).toMatchObject({ looks: 0 });
});

it('a capture whose job was never stored, or is lost, gets its job; one look at a time, and once', async () => {
  const { id } = await accepted({ lane: 'bulk' });
  expect(await round(2 * minuteMs)).toMatchObject({ looks: 1, job_lost_mended: 1 });
  expect(lines[0]).toMatchObject({ level: 'warn', message: 'reconcile.mended', fields: { captureId: id } });
  expect(await queue.queue.getJobState(id)).toBe('prioritized');
  expect(await round(minuteMs)).toMatchObject({ looks: 1, moving: 1 });
  expect(await round(minuteMs)).toMatchObject({ looks: 0 });
  expect((await queue.take())?.id).toBe(id);
});

it('a job that is in no list any more is made again', async () => {
  const { id } = await queued();
  await redis.del('{idv}:captures:wait');
  expect(await round(2 * minuteMs)).toMatchObject({ job_lost_mended: 1 });
  expect((await queue.take())?.id).toBe(id);
});

it('a redrive that died between its note and its job is ended, with its nonce', async () => {
  const { id } = await queued();
  const job = await queue.take();
  if (!job) expect.fail();
  await captures.begin(id);
  await queue.kill(job, 'bug: x');
  await captures.noteRedrive(id, { nonce: 'n1', failedAt: 1, at: now, redrivesMax: 3 });
  await queue.queue.remove(id);
  expect(await round(minuteMs)).toMatchObject({ job_lost_mended: 1 });
  expect((await queue.take())?.data).toEqual({ v: 1, captureId: id, nonce: 'n1' });
});

it('a capture beyond its deadline that nobody works on fails as expired, once; its images go', async () => {
  const waiting = await queued();
  const lost = await accepted();
  const later = await queued({ expiresAt: now + 2 * hourMs });
  expect(await round(hourMs + minuteMs)).toMatchObject({ overdue_mended: 2, moving: 1 });
  for (const { id } of [waiting, lost]) {
    expect(await captures.read(id)).toMatchObject({ outcome: { reason: { code: 'capture_expired' } } });
    expect(await eventsOf(id)).toMatchObject([{ id: `${id}.outcome`, type: 'identity.failed' }]);
  }
  expect([await hasImages(waiting), await hasImages(lost), await hasImages(later)]).toEqual([false, false, true]);
  expect(await captures.read(later.id)).toMatchObject({ status: 'queued' });
});

it('a capture that is being worked on at its deadline is left to its worker', async () => {
  const { id } = await queued();
  await queue.take();
  await captures.begin(id);
  expect(await round(hourMs + minuteMs)).toMatchObject({ moving: 1 });
  expect(await captures.read(id)).toMatchObject({ status: 'processing' });
  expect(await round(10 * minuteMs)).toMatchObject({ moving: 1 });
});

it('a dead letter waits for an operator until its deadline; then the capture has its outcome and the letter stays', async () => {
  const { id } = await queued();
  const job = await queue.take();
  if (!job) expect.fail();
  await captures.begin(id);
  await queue.kill(job, 'bug: x');
  expect(await round(2 * minuteMs)).toMatchObject({ dead_letter: 1 });
  expect(await captures.read(id)).toMatchObject({ status: 'processing' });
  expect(await round(hourMs)).toMatchObject({ overdue_mended: 1 });
  expect(await captures.read(id)).toMatchObject({ status: 'failed', outcome: { reason: { code: 'capture_expired' } } });
  expect(await queue.queue.getJobState(id)).toBe('failed');
});

it('an event that was lost on its way to Kafka is put into the outbox again, the same; one that waits is not', async () => {
  const [lost, waiting] = [await accepted(), await accepted()];
  for (const capture of [lost, waiting]) {
    const event = toIdentityEvent(capture, failedBy('aml_match'), now);
    const ending = { captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 2 * hourMs };
    await captures.finish(ending);
  }
  const [entry] = await outbox.read(1, 0);
  await redis.xdel(keys.outbox, entry?.id ?? '');
  expect(await round(2 * minuteMs)).toMatchObject({ not_announced_mended: 1, not_announced: 1 });
  expect(await eventsOf(lost.id)).toEqual([entry?.event]);
  expect(await eventsOf(waiting.id)).toHaveLength(1);
  expect(await round(minuteMs)).toMatchObject({ not_announced: 1 });
  const at = { topic: 't', partition: 0, offset: '1', at: now };
  await outbox.published((await outbox.read(10, 0)).map((each) => ({ entry: each, at })));
  expect(await watched()).toEqual([]);
  expect(await round(hourMs)).toMatchObject({ looks: 0 });
});

it('an event that was spoilt in the outbox is made again from the record', async () => {
  const capture = await accepted();
  const event = toIdentityEvent(capture, failedBy('aml_match'), now);
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 2 * hourMs });
  const [entry] = await redis.xrange(keys.outbox, '-', '+');
  await redis.del(keys.outbox);
  await redis.xadd(keys.outbox, entry?.[0] ?? '', 'event', '{"id":', 'topic', 't', 'captureId', capture.id);
  expect(await outbox.read(10, 0)).toEqual([]);
  expect(await round(2 * minuteMs)).toMatchObject({ not_announced_mended: 1, outboxAside: 1, outboxDepth: 1 });
  expect(await eventsOf(capture.id)).toEqual([event]);
});

it('an event of which a newer version wrote more than this one knows is made again as it was', async () => {
  const capture = await accepted();
  const event = toIdentityEvent(capture, failedBy('aml_match'), now);
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 2 * hourMs });
  const data = {
    ...event.data,
    checks: { ...event.data.checks, voice: 'failed' },
    reason: { code: 'voice_mismatch', category: 'face', recapture: true, providerCode: null, hint: 'x' },
    more: 1,
  };
  await redis.hset(keys.capture(capture.id), 'outcome', JSON.stringify(data));
  await redis.del(keys.outbox);
  expect(await round(2 * minuteMs)).toMatchObject({ not_announced_mended: 1 });
  expect(await eventsOf(capture.id)).toEqual([{ ...event, data }]);
});

it('events that wait in the outbox for too long are reported', async () => {
  const capture = await accepted();
  const event = toIdentityEvent(capture, failedBy('aml_match'), now);
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: hourMs });
  expect(await round(0)).toMatchObject({ outboxDepth: 1 });
  expect(lines.at(-1)).toMatchObject({ level: 'debug' });
  const report = await round(2 * minuteMs);
  expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'reconcile.outbox_late' });
  expect(report['outboxAgeMs']).toBeGreaterThan(minuteMs);
});

it('what was erased leaves the watchlist; what a newer version wrote stays, is reported and keeps nobody waiting', async () => {
  const [erased, newer, fine] = [await queued(), await queued(), await accepted()];
  await redis.del(keys.capture(erased.id));
  await redis.hset(keys.capture(newer.id), 'v', '9');
  expect(await round(2 * minuteMs)).toMatchObject({ looks: 3, erased: 1, newer: 1, job_lost_mended: 1 });
  expect((await watched()).sort()).toEqual([newer.id, fine.id].sort());
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'reconcile.newer' }));
  expect(await round(2 * hourMs)).toMatchObject({ newer: 1 });
  expect(await redis.hget(keys.capture(newer.id), 'status')).toBe('queued');
});

/** Ways in which a record may be damaged, each leaving whose it is. */
const damages: [string, (key: string) => Promise<unknown>][] = [
  ['a step that is no JSON', (key) => redis.hset(key, 'step:front', '{"finishedAt":')],
  ['a count that is no number', (key) => redis.hset(key, { failedCalls: 'NaN', callsLeft: 'x' })],
  ['neither lane nor times', (key) => redis.hdel(key, 'lane', 'createdAt', 'expectedBy')],
  ['no version', (key) => redis.hdel(key, 'v')],
  [
    'neither id nor tenant, kind and status, nor a count',
    async (key) => {
      await redis.hdel(key, 'id', 'tenant', 'kind', 'status');
      await redis.hset(key, 'failedCalls', 'x');
    },
  ],
];

it.each(damages)(
  'a damaged record (%s) waits for an operator until its deadline, then fails, once',
  async (_, damage) => {
    const capture = await queued();
    await damage(keys.capture(capture.id));
    expect(await round(2 * minuteMs)).toMatchObject({ unreadable: 1, outboxDepth: 0 });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'reconcile.unreadable' }));
    expect(await round(hourMs)).toMatchObject({ unreadable_mended: 1 });
    const [event, ...more] = await eventsOf(capture.id);
    expect(event).toMatchObject({
      id: `${capture.id}.outcome`,
      type: 'identity.failed',
      partitionkey: 'demo:user-1',
      data: { reason: { code: 'internal_error' }, transactionId: capture.transactionId },
    });
    expect(more).toEqual([]);
    expect(await hasImages(capture)).toBe(false);
    expect(await round(hourMs)).not.toHaveProperty('unreadable_mended');
    const at = { topic: 't', partition: 0, offset: '1', at: now };
    await outbox.published((await outbox.read(10, 0)).map((each) => ({ entry: each, at })));
    expect(await watched()).toEqual([]);
  },
);

it('a record that lacks only what the index knows is whole again, and its capture goes on', async () => {
  const capture = await queued();
  await redis.hdel(keys.capture(capture.id), 'tenant', 'kind', 'status');
  expect(await round(2 * minuteMs)).toMatchObject({ unreadable: 1, outboxDepth: 0 });
  expect(await captures.begin(capture.id)).toMatchObject({ tenant: 'demo', kind: capture.kind, status: 'processing' });
});

it('a damaged record whose deadline can not be read fails at once; one that does not tell whose it is stays in sight', async () => {
  const [timeless, nobodys] = [await queued(), await queued()];
  await redis.hset(keys.capture(timeless.id), 'expiresAt', 'x');
  await redis.hdel(keys.capture(nobodys.id), 'subject');
  expect(await round(2 * minuteMs)).toMatchObject({ unreadable_mended: 1, unreadable: 1 });
  expect(await eventsOf(timeless.id)).toHaveLength(1);
  expect(await round(2 * hourMs)).toMatchObject({ unreadable: 2 });
  expect(await watched()).toContain(nobodys.id);
});

it('the outcome of a record that was damaged later stands, and is announced again when it was lost', async () => {
  const capture = await accepted();
  const event = toIdentityEvent(capture, failedBy('aml_match'), now);
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 2 * hourMs });
  await redis.hset(keys.capture(capture.id), 'step:front', 'x');
  await redis.del(keys.outbox);
  expect(await round(2 * minuteMs)).toMatchObject({ unreadable_mended: 1 });
  expect(await eventsOf(capture.id)).toEqual([event]);
});

it('dead letters go after their time, by themselves and some at a time; younger ones stay', async () => {
  const [old, young] = [await queued(), await queued()];
  for (const [capture, age] of [
    [old, 15],
    [young, 13],
  ] as const) {
    const job = await queue.take();
    if (job?.id !== capture.id) expect.fail();
    await queue.kill(job, 'bug: x');
    const diedAt = Date.now() - age * 24 * hourMs;
    await redis.zadd('{idv}:captures:failed', diedAt, capture.id);
    await redis.hset(`{idv}:captures:${capture.id}`, 'finishedOn', diedAt);
  }
  await dropOldDeadLetters({ jobs, logger, deadLetterAgeMs: 14 * 24 * hourMs });
  expect(await queue.queue.getJobState(old.id)).toBe('unknown');
  expect(await queue.queue.getJobState(young.id)).toBe('failed');
  expect(lines.at(-1)).toMatchObject({ message: 'reconcile.dead_letters_dropped', fields: { dropped: 1 } });
});

it('one capture that can not be mended keeps nobody else from it', async () => {
  const [broken, fine] = [await accepted({ tenant: 'broken' }), await accepted()];
  const remove: typeof images.remove = (owner) =>
    owner.tenant === 'broken' ? Promise.reject(new Error('the disk is gone')) : images.remove(owner);
  deps = { ...deps, images: { remove } };
  expect(await round(hourMs + minuteMs)).toMatchObject({ fault: 1, overdue_mended: 1 });
  expect(await captures.read(fine.id)).toMatchObject({ status: 'failed' });
  expect(await captures.read(broken.id)).toMatchObject({ status: 'failed' });
});

it('five reconcilers at once mend everything once', async () => {
  const lost = await Promise.all(Array.from({ length: 60 }, () => accepted()));
  const overdue = await Promise.all(Array.from({ length: 60 }, () => accepted({ expiresAt: now + minuteMs })));
  now += 2 * minuteMs;
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 5 }, () => lookAfterCaptures(deps, signal)));
  expect(await outbox.depth()).toBe(60);
  expect(new Set((await outbox.read(100, 0)).map(({ captureId }) => captureId))).toEqual(
    new Set(overdue.map(({ id }) => id)),
  );
  const taken = new Set<string | undefined>();
  for (let job = await queue.take(); job; job = await queue.take()) taken.add(job.id);
  expect(taken).toEqual(new Set(lost.map(({ id }) => id)));
});

it('a round that is told to stop ends after the captures under way', async () => {
  for (let i = 0; i < 60; i++) await accepted();
  now += 2 * minuteMs;
  const stop = new AbortController();
  const stopping = { ...jobs, makeAgain: async () => stop.abort() };
  await lookAfterCaptures({ ...deps, jobs: stopping }, stop.signal);
  expect(lines.at(-1)?.fields).toMatchObject({ looks: 50 });
});

const collect = () =>
  collectOrphans(
    { images, captures, logger, now: Date.now, imageGraceMs: 0, orphanAgeMs: hourMs },
    AbortSignal.any([]),
  );
async function age({ tenant, captureId }: { tenant: string; captureId: string }): Promise<void> {
  const longAgo = new Date(Date.now() - 2 * hourMs);
  await utimes(join(root, tenant, captureId.slice(-2), captureId), longAgo, longAgo);
}

it('images without an open capture go once they are an hour old; all others stay', async () => {
  const [open, unreadable, ended, otherTenants] = [
    await accepted(),
    await accepted(),
    await accepted(),
    await accepted(),
  ];
  await redis.hset(keys.capture(unreadable.id), 'v', '9');
  await redis.hset(keys.capture(ended.id), 'status', 'verified');
  const orphans = ['cap_00aa', 'cap_00bb'].map((captureId) => ({ tenant: 'demo', captureId }));
  const wrong = { tenant: 'other', captureId: otherTenants.id };
  for (const owner of [...orphans, wrong]) await putImages(owner);
  const [orphan, young] = orphans;
  if (!orphan || !young) expect.fail();
  const demo = [open, unreadable, ended, otherTenants].map(({ id }) => ({ tenant: 'demo', captureId: id }));
  for (const owner of [...demo, orphan, wrong]) await age(owner);
  await collect();
  expect(lines.at(-1)).toMatchObject({ message: 'reconcile.orphans', fields: { removed: 3 } });
  const left: string[] = [];
  for await (const { tenant, captureId } of images.listOwners(Number.POSITIVE_INFINITY))
    left.push(`${tenant}/${captureId}`);
  expect(left).toEqual(expect.arrayContaining([open, unreadable, otherTenants].map(({ id }) => `demo/${id}`)));
  expect(left).toContain('demo/cap_00bb');
  expect(left).not.toContain('demo/cap_00aa');
  expect(left).not.toContain(`demo/${ended.id}`);
  expect(left).not.toContain(`other/${otherTenants.id}`);
});

it('what an erased capture has to announce is restored when it is lost, in its order, until it is in Kafka', async () => {
  const { id } = await queued();
  const record = await captures.read(id);
  if (!record) expect.fail();
  await eraseRecord(captures, record, now);
  const announced = await eventsOf(id);
  expect(await round(2 * minuteMs)).toMatchObject({ erased: 1 });
  await redis.del(keys.outbox);
  expect(await round(10 * minuteMs)).toMatchObject({ erased_mended: 1 });
  expect(await eventsOf(id)).toEqual(announced);
  expect(announced.map((event) => event.id)).toEqual([`${id}.outcome`, `${id}.redacted`]);

  const entries = await outbox.read(10, 0);
  const at = { topic: 't', partition: 0, offset: '1', at: now };
  await outbox.published(entries.map((entry) => ({ entry, at })));
  expect(await watched()).toEqual([]);
});

it('images of an erased capture that a crash left are collected', async () => {
  const capture = await queued();
  const record = await captures.read(capture.id);
  if (!record) expect.fail();
  await eraseRecord(captures, record, now);
  now += 2 * hourMs;
  await collectOrphans({ ...deps, images, orphanAgeMs: hourMs }, new AbortController().signal);
  expect(await hasImages(capture)).toBe(false);
});

it('images of an ended capture are collected once their grace is over', async () => {
  const capture = await queued();
  const event = toIdentityEvent(capture, failedBy('aml_match'), now);
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 9 * hourMs });
  const collect = async (): Promise<boolean> => {
    await collectOrphans(
      { ...deps, images, imageGraceMs: 3 * hourMs, orphanAgeMs: hourMs },
      new AbortController().signal,
    );
    return hasImages(capture);
  };
  now += 2 * hourMs;
  expect(await collect()).toBe(true);
  now += hourMs;
  expect(await collect()).toBe(false);
});

it('room that an API took before it died, without storing anything, is given back; that of an open capture is not', async () => {
  const usage = createImageUsage(redis);
  const open = await accepted();
  for (const captureId of [open.id, 'cap_00cc']) await usage.reserve({ tenant: 'demo', captureId }, 10);
  const metered = meterImages(images, usage);
  now += 2 * hourMs;
  await collectOrphans({ ...deps, images: metered, orphanAgeMs: hourMs }, new AbortController().signal);
  expect(await readImageUsage(redis, ['demo'])).toEqual([10]);
});
