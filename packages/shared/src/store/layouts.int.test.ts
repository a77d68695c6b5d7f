import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { captureJob } from '../contracts/capture-job.ts';
import { failedBy } from '../contracts/decision.ts';
import { toIdentityEvent } from '../contracts/to-identity-event.ts';
import { openTestQueue } from '../dead-letters/test-queue.fixture.ts';
import { createCaptures } from './captures.ts';
import { eraseRecord } from './erase-record.ts';
import { keys } from './keys.ts';
import { createOutbox } from './outbox.ts';
import { clearTestRedis, openTestRedis } from './redis.fixture.ts';
import { type Layout, layoutCaptures, layoutClaim, restoreLayout, writeLayout } from './write-layout.fixture.ts';

const folder = join(import.meta.dirname, 'layouts');
const released = readdirSync(folder).filter((name) => name !== 'current.json');
const layoutOf = (name: string): Layout => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const { waiting, decided } = layoutCaptures;
const windows = [{ calls: 10, ms: 1_000 }];
let redis: Redis;

beforeAll(async () => {
  redis = await openTestRedis(44);
});
beforeEach(() => clearTestRedis(redis));
afterAll(() => redis.quit());

it('this version writes the layout that is kept as current.json', async () => {
  const written = `${JSON.stringify(await writeLayout(redis), null, 2)}\n`;
  await expect(written).toMatchFileSnapshot(join(folder, 'current.json'));
});

it.each([...released, 'current.json'])(
  'what the version of %s left is taken up, ended, told and erased',
  async (name) => {
    const layout = layoutOf(name);
    await restoreLayout(redis, layout);
    const captures = createCaptures(redis);
    const jobs = openTestQueue(redis);
    for (const { name: called, data, opts } of layout.jobs) await jobs.queue.add(called, data, opts);
    const job = await jobs.take();
    expect(captureJob.parse(job?.data).captureId).toBe(waiting.id);
    await jobs.close();

    const record = await captures.begin(waiting.id);
    if (!record) expect.fail('there is no record');
    const { userToken, ...rest } = waiting;
    expect(record).toMatchObject({ ...rest, status: 'processing' });
    const inBase64 = Buffer.from(userToken.toString(), 'base64');
    expect(record.userToken).toEqual(record.v === '1' ? inBase64 : userToken);
    expect(await captures.keepStep(record, 'link', { finishedAt: 1, durationMs: 1 })).toBe(true);
    const event = toIdentityEvent(record, failedBy('aml_match'), record.createdAt);
    const ending = { captureId: record.id, tenant: 'demo', event, decidedAt: record.createdAt, retentionMs: 60_000 };
    expect(await captures.finish(ending)).toBe(true);

    const outbox = createOutbox(redis, redis);
    const entries = await outbox.read(10, 0);
    expect(entries.map(({ captureId }) => captureId)).toEqual([decided.id, waiting.id]);
    const at = { topic: 't', partition: 0, offset: '1', at: 1 };
    await outbox.published(entries.map((entry) => ({ entry, at })));
    expect(await captures.read(decided.id)).toMatchObject({ status: 'failed', published: at });
    expect(await eraseRecord(captures, record, record.createdAt)).toBe(true);
  },
);

it.each(released)('a submission that the version of %s took is the same capture when it is repeated', async (name) => {
  await restoreLayout(redis, layoutOf(name));
  const captures = createCaptures(redis);
  const claim = layoutClaim(waiting);
  const again = { ...waiting, id: decided.id };
  expect(await captures.accept(again, claim, windows)).toEqual({ verdict: 'replayed', captureId: waiting.id });
  const other = await captures.accept(again, { ...claim, fingerprint: 'other' }, windows);
  expect(other).toEqual({ verdict: 'conflict', captureId: waiting.id });
});

/**
 * The other way round, for a rollback: an older version finds all that it wrote itself, under the same names and with the same
 * values, and reads no further; or records of a later version, which it leaves to those who know it. A job's data it takes only as it is.
 */
it.each(released)(
  'the version of %s finds in what this one writes all that it reads, or what it leaves alone',
  (name) => {
    const [older, current] = [layoutOf(name), layoutOf('current.json')];
    expect(current.jobs).toEqual(older.jobs);
    if (recordVersionOf(current) === recordVersionOf(older)) {
      expect(parsed(current.keys)).toMatchObject(parsed(older.keys) as object);
    } else expect(recordVersionOf(current)).toBeGreaterThan(recordVersionOf(older));
  },
);

function recordVersionOf({ keys: { [keys.capture(waiting.id)]: record } }: Layout): number {
  return record && 'hash' in record ? Number(record.hash['v']) : Number.NaN;
}

/** JSON in strings as what it is, and flat fields by name, so that what was added does not hide what was there. */
function parsed(value: unknown): unknown {
  if (typeof value === 'string') return /^[[{]/.test(value) ? parsed(JSON.parse(value)) : value;
  if (!Array.isArray(value)) {
    return value instanceof Object ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, parsed(v)])) : value;
  }
  const isFields = value.length % 2 === 0 && value.every((each) => typeof each === 'string');
  if (!isFields) return value.map(parsed);
  return Object.fromEntries(value.flatMap((each, i) => (i % 2 === 0 ? [[each, parsed(value[i + 1])]] : [])));
}
