import { randomUUID } from 'node:crypto';
import {
  deadLetterListView,
  deadLetterResults,
  deadLetterView,
} from '@identity-events/shared/contracts/dead-letter-view';
import { createDeadLetters, type DeadLetters } from '@identity-events/shared/dead-letters/dead-letters';
import { openTestQueue, type TestQueue } from '@identity-events/shared/dead-letters/test-queue.fixture';
import { createCaptures } from '@identity-events/shared/store/captures';
import { keys } from '@identity-events/shared/store/keys';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOwnDeadLetters } from '../ops/own-dead-letters.ts';
import { type ApiFixture, apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

let redis: Redis;
let jobs: TestQueue;
let letters: DeadLetters;
let fixture: ApiFixture;
let alone = false;
const path = '/v1/ops/dead-letters';

beforeAll(async () => {
  redis = await openTestRedis(42);
  const captures = createCaptures(redis);
  jobs = openTestQueue(redis);
  letters = createDeadLetters({
    tenants: () => ['demo', 'other'],
    redis,
    captures,
    images: { remove: async () => undefined },
    now: Date.now,
    newNonce: randomUUID,
    retentionMsOf: () => 60_000,
    imageGraceMs: 0,
    redrivesMax: 1,
  });
  const deadLetters = createOwnDeadLetters({ letters, isAlone: () => alone });
  fixture = createApiFixture(undefined, { captures, deadLetters });
});
beforeEach(async () => {
  alone = false;
  fixture.lines.length = 0;
  await clearTestRedis(redis);
});
afterAll(async () => {
  await letters.close();
  await jobs.close();
  await redis.quit();
});

async function dead(cause = 'bug', tenant = 'demo'): Promise<string> {
  const id = `cap_${randomUUID().replaceAll('-', '')}`;
  const now = Date.now();
  const [subject, kind, lane] = ['person-1', 'link', 'interactive'] as const;
  const times = { createdAt: now, expiresAt: now + 60_000 };
  await createCaptures(redis).accept(
    { id, tenant, subject, kind, lane, transactionId: randomUUID(), userToken: Buffer.from('sealed'), ...times },
    { key: id, fingerprint: 'f', windowMs: 60_000 },
    [{ calls: 10, ms: 1_000 }],
  );
  await jobs.enqueue({ id, lane });
  await die(id, cause);
  return id;
}

async function die(id: string, cause: string): Promise<void> {
  const job = await jobs.take();
  if (job?.id !== id) expect.fail(`took ${job?.id}, not ${id}`);
  await createCaptures(redis).begin(id);
  await jobs.kill(job, `${cause}: see the log`);
}

const get = (address: string, key = apiKey): request.Test =>
  request(fixture.app).get(address).set('authorization', `Bearer ${key}`);
const post = (action: 'redrive' | 'abandon', body: object, key = apiKey): request.Test =>
  request(fixture.app).post(`${path}/${action}`).set('authorization', `Bearer ${key}`).send(body);
const idsOf = ({ body }: request.Response): string[] =>
  deadLetterListView.parse(body).deadLetters.map(({ captureId }) => captureId);
const audits = () => fixture.lines.filter(({ message }) => message === 'ops.dead_letters').map(({ fields }) => fields);

it('lists the oldest first, page after page, by cause and time, as the document says and without the person', async () => {
  const [a, b, c] = [await dead(), await dead('image_missing'), await dead()];
  const first = await get(`${path}?limit=2`).expect(200);
  expect(idsOf(first)).toEqual([a, b]);
  expect(idsOf(await get(first.body.links.next).expect(200))).toEqual([c]);
  expect(idsOf(await get(`${path}?cause=image_missing`))).toEqual([b]);
  const { failedAt } = (await get(`${path}/${b}`).expect(200)).body;
  expect(idsOf(await get(`${path}?failedAfter=${failedAt}`))).not.toContain(b);
  const one = await get(`${path}/${b}`).expect(200);
  expect(deadLetterView.parse(one.body)).toEqual(one.body);
  expect(one.body).toMatchObject({
    cause: 'image_missing',
    record: 'readable',
    capture: { kind: 'link', redrives: 0 },
  });
  expect(JSON.stringify(one.body)).not.toMatch(/person-1|sealed|demo/);
});

it("another tenant's letters are none: not listed, not shown, not touched", async () => {
  const [own, others] = [await dead(), await dead('bug', 'other')];
  expect(idsOf(await get(path))).toEqual([own]);
  await get(`${path}/${others}`).expect(404);
  const named = await post('abandon', { captureIds: [others, own], dryRun: true }).expect(200);
  expect(named.body.results).toEqual([
    { captureId: own, result: 'would_abandon' },
    { captureId: others, result: 'refused', why: 'not_dead' },
  ]);
  await post('abandon', { filter: {} }).expect(200);
  expect(idsOf(await get(path, strangerKey))).toEqual([others]);
});

it('letters without a record are those of a tenant that is alone, and of nobody otherwise', async () => {
  const id = await dead();
  await redis.del(keys.capture(id));
  expect(idsOf(await get(path))).toEqual([]);
  await get(`${path}/${id}`).expect(404);
  alone = true;
  expect(idsOf(await get(path))).toEqual([id]);
  expect((await get(`${path}/${id}`).expect(200)).body).toMatchObject({ record: 'missing' });
  expect((await post('abandon', { captureIds: [id] }).expect(200)).body.counts).toEqual({ dismissed: 1 });
});

it('redrives what is selected, says what it would do first, and refuses what was redriven too often unless forced', async () => {
  const [a, b] = [await dead(), await dead('image_missing')];
  const dry = await post('redrive', { filter: { cause: 'bug' }, dryRun: true }).expect(200);
  expect(deadLetterResults.parse(dry.body)).toEqual({
    dryRun: true,
    results: [{ captureId: a, result: 'would_redrive' }],
    counts: { would_redrive: 1 },
    complete: true,
  });
  expect(idsOf(await get(path))).toEqual([a, b]);
  expect((await post('redrive', { filter: { cause: 'bug' } }).expect(200)).body.counts).toEqual({ redriven: 1 });
  expect(idsOf(await get(path))).toEqual([b]);
  await die(a, 'bug');
  const again = await post('redrive', { captureIds: [a] }).expect(200);
  expect(again.body.results).toEqual([{ captureId: a, result: 'refused', why: 'too_often' }]);
  expect((await post('redrive', { captureIds: [a], force: true }).expect(200)).body.counts).toEqual({ redriven: 1 });
});

it('acts on as many as allowed, the oldest first, and the next call goes on', async () => {
  const ids = [await dead(), await dead(), await dead()];
  const first = await post('abandon', { filter: {}, limit: 2 }).expect(200);
  expect(first.body.results.map(({ captureId }: { captureId: string }) => captureId)).toEqual(ids.slice(0, 2));
  expect(idsOf(await get(path))).toEqual(ids.slice(2));
});

it('a line says who did what to how many; the audit log names the captures that were changed, and those alone', async () => {
  const [id, other] = [await dead(), await dead('image_missing')];
  fixture.audited.length = 0;
  await get(`${path}/${other}`);
  await post('redrive', { filter: {}, dryRun: true });
  await post('redrive', { captureIds: [id] });
  await post('abandon', { filter: { cause: 'bug' }, perSecond: 50 });
  const who = { client: 'portal', tenant: 'demo', requestId: 'request-1234' };
  expect(audits()).toEqual([
    expect.objectContaining({ ...who, action: 'redrive', selectedBy: 'filter', dryRun: true, would_redrive: 2 }),
    expect.objectContaining({ ...who, action: 'redrive', selectedBy: 'ids', dryRun: false, redriven: 1 }),
    expect.objectContaining({
      ...who,
      action: 'abandon',
      selectedBy: 'filter',
      cause: 'bug',
      perSecond: 50,
      limit: 100,
    }),
  ]);
  expect(JSON.stringify(audits())).not.toMatch(/cap_|person-1/);
  await expect
    .poll(() => fixture.audited.map(({ action, object }) => [action, object]))
    .toEqual([
      ['dead_letter.read', other],
      ['dead_letter.redrive', null],
      ['dead_letter.redrive', id],
      ['dead_letter.abandon', null],
    ]);
});

it.each([
  ['nothing selected', {}, ['#/captureIds']],
  ['both selections', { captureIds: [`cap_${'0'.repeat(32)}`], filter: {} }, ['#/captureIds']],
  ['a slow call', { filter: {}, limit: 1_000, perSecond: 10 }, ['#/perSecond']],
  ['unknown members', { filter: { tenant: 'other' }, all: true }, ['#/filter/tenant', '#/all']],
  ['bad ids', { captureIds: ['cap_1'] }, ['#/captureIds/0']],
])('refuses %s, and does nothing', async (_, body, pointers) => {
  const id = await dead();
  const response = await post('abandon', body).expect(422);
  expect(response.body.type).toBe('/problems/invalid-request');
  expect(response.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  expect(idsOf(await get(path))).toEqual([id]);
});

it.each(['cause=BUG', 'limit=101', 'cursor=x', 'tenant=other', 'failedAfter=yesterday'])(
  'refuses the query %s',
  async (query) => {
    expect((await get(`${path}?${query}`).expect(400)).body.type).toBe('/problems/invalid-query');
  },
);

it('a damaged capture is told from one that never was, to its tenant alone, and its letter can be got rid of', async () => {
  const id = await dead('record_invalid');
  await redis.hdel(keys.capture(id), 'subject', 'tenant');
  const read = await get(`/v1/captures/${id}`).expect(409);
  expect(read.body.type).toBe('/problems/capture-damaged');
  await get(`/v1/captures/${id}`, strangerKey).expect(404);
  await get(`${path}/${id}`, strangerKey).expect(404);
  expect(deadLetterView.parse((await get(`${path}/${id}`).expect(200)).body)).toMatchObject({ record: 'unreadable' });
  const refused = await post('abandon', { captureIds: [id] }).expect(200);
  expect(refused.body.results).toEqual([{ captureId: id, result: 'refused', why: 'unreadable' }]);
  const strange = await post('abandon', { captureIds: [id], force: true }, strangerKey).expect(200);
  expect(strange.body.results).toEqual([{ captureId: id, result: 'refused', why: 'not_dead' }]);
  const erased = await post('abandon', { captureIds: [id], force: true }).expect(200);
  expect(deadLetterResults.parse(erased.body).counts).toEqual({ erased: 1 });
  expect((await get(`/v1/captures/${id}`)).body.type).toBe('/problems/gone');
  await redis.hdel(keys.capture(id), 'tenant');
  for (const key of [apiKey, strangerKey]) await get(`/v1/captures/${id}`, key).expect(404);
});
