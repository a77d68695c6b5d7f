import { type Decision, failedBy } from '@identity-events/shared/contracts/decision';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import { type Captures, createCaptures } from '@identity-events/shared/store/captures';
import { eraseRecord } from '@identity-events/shared/store/erase-record';
import { keys } from '@identity-events/shared/store/keys';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import { sealIdentity } from '@identity-events/shared/store/sealed-identity';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newCaptureId } from '../captures/capture-id.ts';
import { type ApiFixture, apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

const sealer = createSealer(`k1:${Buffer.alloc(32, 3).toString('base64')}`);
let redis: Redis;
let captures: Captures;
let fixture: ApiFixture;
let now = Date.now();

beforeAll(async () => {
  redis = await openTestRedis(25);
  captures = createCaptures(redis);
  fixture = createApiFixture(undefined, { captures, identity: { captures, sealer, now: () => now } });
});
beforeEach(async () => {
  now = Date.now();
  await clearTestRedis(redis);
});
afterAll(() => redis.quit());

const front = { name: 'Layla', idNumber: '29901010100000', religion: 'none of anybody', address: null };
const back = { idNumber: '29901010100000', husbandName: 'another', job: 'Engineer' };

/** A capture whose steps brought both sides of the card. */
async function begin(kind: 'national_id' | 'national_id_ocr' = 'national_id') {
  const id = newCaptureId(now);
  const capture = { id, tenant: 'demo', subject: 'user-1', kind, lane: 'bulk', transactionId: 't' } as const;
  const times = { createdAt: now, expiresAt: now + 60_000 };
  const claim = { key: id, fingerprint: 'f', windowMs: 60_000 };
  await captures.accept({ ...capture, ...times }, claim, [{ calls: 10, ms: 1_000 }]);
  await captures.begin(id);
  const whole = { ...capture, ...times };
  const sides = { id_front: front, id_back: back };
  for (const [step, side] of Object.entries(sides)) {
    await captures.keepStep(whole, step, { finishedAt: 1, durationMs: 1 }, sealIdentity(sealer, whole, step, [side]));
  }
  return whole;
}

async function end(
  capture: Awaited<ReturnType<typeof begin>>,
  outcome: Decision['outcome'],
  identityRetentionMs?: number,
): Promise<void> {
  const no = failedBy('aml_match');
  const decision: Decision = outcome === 'failed' ? no : { outcome, checks: no.checks };
  const event = toIdentityEvent(capture, decision, now);
  const ending = { captureId: capture.id, tenant: 'demo', event, decidedAt: now, retentionMs: 600_000 };
  expect(await captures.finish({ ...ending, identityRetentionMs })).toBe(true);
}

const get = ({ id }: { id: string }, key = apiKey): request.Test =>
  request(fixture.app).get(`/v1/captures/${id}/identity`).set('authorization', `Bearer ${key}`);

it('gives out what both sides of a verified card said, but for what nobody may keep, and lets nobody store it', async () => {
  const capture = await begin();
  await end(capture, 'verified', 300_000);
  const response = await get(capture).expect(200);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.body).toEqual({
    captureId: capture.id,
    subject: 'user-1',
    keptUntil: new Date(now + 300_000).toISOString(),
    identity: { name: 'Layla', idNumber: '29901010100000', job: 'Engineer' },
  });
  expect(await redis.pttl(keys.identity(capture.id))).toBeGreaterThan(290_000);
  await get(capture, strangerKey).expect(404);
});

it.each([
  ['has no outcome', null, undefined, 409, 'identity-not-ready'],
  ['failed', 'failed', 300_000, 404, 'identity-not-kept'],
  ['was captured before login', 'captured', 300_000, 404, 'identity-not-kept'],
  ['was verified where nothing is kept', 'verified', undefined, 404, 'identity-not-kept'],
] as const)('has nothing of a capture that %s', async (_, outcome, retentionMs, status, problem) => {
  const capture = await begin();
  if (outcome) await end(capture, outcome, retentionMs);
  const response = await get(capture).expect(status);
  expect(response.body.type).toBe(`/problems/${problem}`);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(await redis.exists(keys.identity(capture.id))).toBe(outcome ? 0 : 1);
});

it('says so when the time is up', async () => {
  const capture = await begin();
  await end(capture, 'verified', 300_000);
  now += 300_000;
  expect((await get(capture).expect(410)).body.type).toBe('/problems/identity-gone');
  now -= 300_000;
  await redis.del(keys.identity(capture.id));
  await get(capture).expect(410);
});

it('nothing is left of an erased person', async () => {
  const capture = await begin();
  await end(capture, 'verified', 300_000);
  const record = await captures.read(capture.id);
  if (!record) expect.fail();
  await eraseRecord(captures, record, now);
  expect(await redis.exists(keys.identity(capture.id))).toBe(0);
  expect((await get(capture).expect(410)).body.type).toBe('/problems/gone');
});

it('fields moved to another capture do not open, and the answer does not quote them', async () => {
  const [one, other] = [await begin(), await begin()];
  await Promise.all([end(one, 'verified', 300_000), end(other, 'verified', 300_000)]);
  await redis.copy(keys.identity(one.id), keys.identity(other.id), 'REPLACE');
  const response = await get(other).expect(500);
  expect(JSON.stringify([response.body, fixture.lines])).not.toContain('29901010100000');
});

it('fields of an open capture go by themselves a day after its deadline, should nobody end it', async () => {
  const capture = await begin();
  const leftMs = await redis.pttl(keys.identity(capture.id));
  expect(leftMs).toBeGreaterThan(86_400_000);
  expect(leftMs).toBeLessThanOrEqual(86_400_000 + 60_000);
});
