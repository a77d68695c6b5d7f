import { randomUUID } from 'node:crypto';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { type ReplayProgress, replayQueueName } from '@identity-events/shared/contracts/replay-job';
import { replayView } from '@identity-events/shared/contracts/replay-view';
import { createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { createCaptures } from '@identity-events/shared/store/captures';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newCaptureId, newId } from '../captures/capture-id.ts';
import { createOwnReplays } from '../ops/own-replays.ts';
import { createBullmqReplays } from '../queue/bullmq-replays.ts';
import { type ApiFixture, apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

const path = '/v1/ops/replays';
let redis: Redis;
let jobs: ReturnType<typeof createBullmqReplays>;
let worker: Worker;
let fixture: ApiFixture;

beforeAll(async () => {
  redis = await openTestRedis(62);
  const captures = createCaptures(redis);
  jobs = createBullmqReplays(redis);
  // Every step of it is taken by hand.
  worker = new Worker(replayQueueName, null, { connection: redis, prefix: redisPrefix, lockDuration: 600_000 });
  const replays = createOwnReplays({
    jobs,
    index: createCaptureIndex(redis, captures),
    topicsAllowed: ['identity.replayed'],
    newReplayId: (at) => newId('rpl', at),
    now: Date.now,
  });
  fixture = createApiFixture(undefined, { replays });
});
beforeEach(async () => {
  fixture.lines.length = 0;
  fixture.audited.length = 0;
  await clearTestRedis(redis);
});
afterAll(async () => {
  await worker.close();
  await jobs.close();
  await redis.quit();
});

async function accept(subject: string, at: number, tenant = 'demo'): Promise<string> {
  const capture = {
    ...({ id: newCaptureId(at), tenant, subject, kind: 'link', lane: 'bulk' } as const),
    ...{ transactionId: randomUUID(), createdAt: at, expiresAt: at + 60_000 },
  };
  const windows = [{ calls: 10, ms: 1_000 }];
  await createCaptures(redis).accept(capture, { key: capture.id, fingerprint: 'f', windowMs: 60_000 }, windows);
  return capture.id;
}

const post = (body: object, key = apiKey): request.Test =>
  request(fixture.app).post(path).set('authorization', `Bearer ${key}`).send(body);
const see = (id: string, method: 'get' | 'delete' = 'get', key = apiKey): request.Test =>
  request(fixture.app)[method](`${path}/${id}`).set('authorization', `Bearer ${key}`);
const take = async (): Promise<Job> => worker.getNextJob('test', { block: false });

it('answers 202 with where it can be seen, and queues it for the workers', async () => {
  const filter = {
    types: ['identity.failed'],
    createdAfter: '2026-01-01T00:00:00Z',
    createdBefore: '2026-01-02T00:00:00Z',
  };
  const response = await post({ filter, topic: 'identity.replayed', limit: 50, perSecond: 5 }).expect(202);
  const view = replayView.parse(response.body);
  expect(view).toMatchObject({ status: 'queued', topic: 'identity.replayed', limit: 50, replayed: 0, dryRun: false });
  expect(response.headers['location']).toBe(`${path}/${view.id}`);
  expect((await see(view.id).expect(200)).body).toEqual(response.body);
  expect((await take()).data).toEqual({
    ...{ v: 1, replayId: view.id, tenant: 'demo', types: ['identity.failed'], topic: 'identity.replayed' },
    ...{ createdFrom: Date.UTC(2026, 0, 1), createdBefore: Date.UTC(2026, 0, 2), limit: 50, perSecond: 5 },
    ...{ dryRun: false, force: false, createdAt: Date.parse(view.createdAt) },
  });
});

it("a person's captures are looked up at once, oldest first, so that nobody is named in the queue, the log or the audit", async () => {
  const at = Date.UTC(2026, 0, 1);
  const [third, first, second] = [await accept('p-1', at + 2), await accept('p-1', at), await accept('p-1', at + 1)];
  await accept('p-2', at);
  await accept('p-1', at, 'other');
  await post({ filter: { subject: 'p-1' } }).expect(202);
  const job = await take();
  expect(job.data.captureIds).toEqual([first, second, third]);
  await post({ filter: { subject: 'p-1', createdAfter: new Date(at + 1).toISOString() }, dryRun: true }).expect(202);
  expect((await take()).data).toMatchObject({ captureIds: [second, third], dryRun: true });
  const keys = await redis.keys(`${redisPrefix}:${replayQueueName}*`);
  expect(JSON.stringify([keys, await redis.hgetall(`${redisPrefix}:${replayQueueName}:${job.id}`)])).not.toContain(
    'p-1',
  );
  expect(JSON.stringify([fixture.lines, fixture.audited])).not.toContain('p-1');
  expect(fixture.lines).toContainEqual({
    message: 'ops.replay',
    fields: expect.objectContaining({ client: 'portal', replayId: job.id, selectedBy: 'subject', captures: 3 }),
  });
});

it('shows how far it is, and how it ended', async () => {
  const { id } = (await post({ filter: {} }).expect(202)).body;
  const job = await take();
  expect((await see(id)).body).toMatchObject({ status: 'running', replayed: 0 });
  const progress: ReplayProgress = {
    ...{ byType: { 'identity.failed': 2, 'identity.verified': 5 }, skipped: { erased: 1 }, limitReached: true },
  };
  await job.updateProgress(progress);
  expect((await see(id)).body).toMatchObject({ status: 'running', replayed: 7, ...progress });
  await job.moveToCompleted('completed', 'test', false);
  const { body } = await see(id);
  expect(replayView.parse(body)).toMatchObject({ status: 'completed', replayed: 7, endedAt: expect.any(String) });
  expect((await see(id, 'delete').expect(200)).body).toEqual(body);
});

it('one that failed says why by a code', async () => {
  const { id } = (await post({ filter: {} }).expect(202)).body;
  await (await take()).moveToFailed(new UnrecoverableError('topic_not_allowed: see the log'), 'test', false);
  expect((await see(id)).body).toMatchObject({ status: 'failed', why: 'topic_not_allowed' });
});

it('the same selection is refused until the first has ended, in whatever order it is written, and no other', async () => {
  const [a, b] = [newCaptureId(1_700_000_000_000), newCaptureId(1_700_000_000_001)];
  const { id } = (await post({ captureIds: [a, b] }).expect(202)).body;
  const again = await post({ captureIds: [b, a, a], perSecond: 7 }).expect(409);
  expect(again.body).toMatchObject({ type: '/problems/replay-running', detail: `It is ${id}.` });
  await post({ captureIds: [a, b], dryRun: true }).expect(202);
  await post({ captureIds: [a, b], topic: 'identity.replayed' }).expect(202);
  await post({ captureIds: [a] }).expect(202);
  await post({ captureIds: [a, b] }, strangerKey).expect(202);
  await (await take()).moveToCompleted('completed', 'test', false);
  await post({ captureIds: [a, b] }).expect(202);
});

it('many that ask for the same at once get one replay', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => post({ filter: {} })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, ...Array<number>(9).fill(409)]);
});

it('cancelling marks it for its worker; cancelling again does no harm', async () => {
  const { id } = (await post({ filter: {} }).expect(202)).body;
  for (let i = 0; i < 2; i++) {
    expect((await see(id, 'delete').expect(200)).body).toMatchObject({ id, status: 'cancelling' });
  }
  const job = await take();
  expect(job.data.cancelled).toBe(true);
  await job.moveToCompleted('cancelled', 'test', false);
  expect((await see(id)).body).toMatchObject({ status: 'cancelled' });
});

it("another tenant's replay is none", async () => {
  const { id } = (await post({ filter: {} }).expect(202)).body;
  await see(id, 'get', strangerKey).expect(404);
  await see(id, 'delete', strangerKey).expect(404);
  expect((await see(id)).body).toMatchObject({ status: 'queued' });
  await see('rpl_1').expect(404);
});

it('no more than a hundred wait or run', async () => {
  const ask = (i: number): request.Test => post({ captureIds: [newCaptureId(1_700_000_000_000 + i)] });
  for (let i = 0; i < 100; i++) await ask(i).expect(202);
  const refused = await ask(100).expect(503);
  expect([refused.body.type, refused.headers['retry-after']]).toEqual(['/problems/overloaded', '60']);
});

it.each([
  ['nothing selected', {}, ['#/captureIds']],
  ['both selections', { captureIds: [`cap_${'0'.repeat(32)}`], filter: {} }, ['#/captureIds']],
  ['more than a day', { filter: {}, limit: 1_000_000, perSecond: 10 }, ['#/perSecond']],
  ['a topic that is not allowed', { filter: {}, topic: 'identity.verified' }, ['#/topic']],
  ['unknown types', { filter: { types: ['identity.redacted'] } }, ['#/filter/types/0']],
  ['unknown members', { filter: { tenant: 'other' }, all: true }, ['#/filter/tenant', '#/all']],
])('refuses %s', async (_, body, pointers) => {
  const response = await post(body).expect(422);
  expect(response.body.type).toBe('/problems/invalid-request');
  expect(response.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  expect(await jobs.countOpen()).toBe(0);
});

it('refuses a person with more captures than one replay may name', async () => {
  const at = 1_700_000_000_000;
  await Promise.all(Array.from({ length: 1_001 }, (_, i) => accept('p-1', at + i)));
  const response = await post({ filter: { subject: 'p-1' } }).expect(422);
  expect(response.body.errors).toMatchObject([{ pointer: '#/filter/subject' }]);
});

it('the audit log has every call, and names the replay', async () => {
  const { id } = (await post({ filter: {} }).expect(202)).body;
  await see(id);
  await see(id, 'delete');
  await post({ filter: {} }).expect(409);
  await expect
    .poll(() => fixture.audited.map(({ action, object, outcome }) => [action, object, outcome]))
    .toEqual([
      ['event.replay', id, 'done'],
      ['event.replay_read', id, 'done'],
      ['event.replay_cancel', id, 'done'],
      ['event.replay', id, 'refused'],
    ]);
});
