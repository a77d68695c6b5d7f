import { createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { createCaptures } from '@identity-events/shared/store/captures';
import { clearTestRedis, openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newCaptureId } from '../captures/capture-id.ts';
import { type ApiFixture, apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

const start = Date.parse('2026-05-01T10:00:00Z');
let redis: Redis;
let fixture: ApiFixture;

beforeAll(async () => {
  redis = await openTestRedis(21);
  const captures = createCaptures(redis);
  fixture = createApiFixture(undefined, { captures, captureIndex: createCaptureIndex(redis, captures) });
});
beforeEach(() => clearTestRedis(redis));
afterAll(() => redis.quit());

async function accept(subject: string, at: number, kind: 'link' | 'national_id' = 'link'): Promise<string> {
  const id = newCaptureId(at);
  await createCaptures(redis).accept(
    { id, tenant: 'demo', subject, kind, lane: 'bulk', createdAt: at, expiresAt: at + 60_000, transactionId: 't' },
    { key: id, fingerprint: 'same', windowMs: 60_000 },
    [{ calls: 10, ms: 1_000 }],
  );
  return id;
}

const get = (path: string, key = apiKey): request.Test =>
  request(fixture.app).get(path).set('authorization', `Bearer ${key}`);
const idsOf = ({ body }: request.Response): string[] => body.captures.map(({ id }: { id: string }) => id);

it('pages lead from one to the next by their links, with the filters kept, until none is named', async () => {
  const wanted: string[] = [];
  for (let i = 0; i < 5; i++) wanted.unshift(await accept('user-1', start + i));
  await accept('user-2', start + 9);
  const first = await get('/v1/captures?subject=user-1&limit=3').expect(200);
  expect(first.headers['cache-control']).toBe('no-store');
  expect(first.body.links.next).toBe(`/v1/captures?subject=user-1&limit=3&cursor=${first.body.nextCursor}`);
  const second = await get(first.body.links.next).expect(200);
  expect([...idsOf(first), ...idsOf(second)]).toEqual(wanted);
  expect(second.body).toEqual({ captures: expect.any(Array), links: {} });
});

it('lists each capture as it is read alone', async () => {
  const id = await accept('user-1', start);
  const [list, one] = await Promise.all([get('/v1/captures'), get(`/v1/captures/${id}`)]);
  expect(list.body.captures).toEqual([one.body]);
});

it('filters by status, kind and times', async () => {
  const [a, b, c] = [
    await accept('user-1', start),
    await accept('user-1', start + 1_000, 'national_id'),
    await accept('user-1', start + 2_000),
  ];
  await createCaptures(redis).begin(a);
  expect(idsOf(await get('/v1/captures?status=processing'))).toEqual([a]);
  expect(idsOf(await get('/v1/captures?status=queued'))).toEqual([c, b]);
  expect(idsOf(await get('/v1/captures?kind=national_id'))).toEqual([b]);
  expect(idsOf(await get('/v1/captures?createdAfter=2026-05-01T12:00:01%2B02:00'))).toEqual([c, b]);
  expect(idsOf(await get('/v1/captures?createdBefore=2026-05-01T10:00:01Z'))).toEqual([a]);
});

it('shows a tenant its own captures only', async () => {
  await accept('user-1', start);
  expect((await get('/v1/captures', strangerKey).expect(200)).body).toEqual({ captures: [], links: {} });
});

it.each([
  ['status=done', 'status'],
  ['status=queued&status=failed', 'status'],
  ['kind=passport', 'kind'],
  ['subject=a%20b', 'subject'],
  ['createdAfter=yesterday', 'createdAfter'],
  ['createdBefore=2026-05-01', 'createdBefore'],
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['cursor=abc', 'cursor'],
  [`cursor=${Buffer.from('cap_0190f3a2b4c57d8e9f0011223344556z').toString('base64url')}`, 'cursor'],
  ['state=queued', 'state'],
])('refuses the query %s by its name', async (query, parameter) => {
  const { body } = await get(`/v1/captures?${query}`).expect(400);
  expect(body.type).toBe('/problems/invalid-query');
  expect(body.errors.map((error: { parameter: string }) => error.parameter)).toEqual([parameter]);
});
