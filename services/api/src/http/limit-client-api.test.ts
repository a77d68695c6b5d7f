import { randomUUID } from 'node:crypto';
import type { Express } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createFakeAllowances } from '../limits/allowance.fixture.ts';
import { apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

const link = {
  kind: 'link',
  subject: 'user-1',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  userToken: 'token',
};
const read = (app: Express, key = apiKey) =>
  request(app).get('/v1/captures/cap_1').set('authorization', `Bearer ${key}`);
const submit = (app: Express, body: object = link) =>
  request(app)
    .post('/v1/captures')
    .set({ authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() })
    .send(body);
const submitBatch = (app: Express, captures: readonly object[]) =>
  request(app).post('/v1/captures/batch').set('authorization', `Bearer ${apiKey}`).send({ captures });
const item = (): object => ({ idempotencyKey: randomUUID(), ...link });

it('a client is told how its limits stand, also when it is refused for something else', async () => {
  const { app } = createApiFixture(undefined, { allowances: createFakeAllowances({ requests: 10, captures: 5 }) });
  const { headers, status } = await read(app);
  expect(status).toBe(404);
  expect(headers).toMatchObject({
    'ratelimit-policy': '"rate";q=10;w=60, "daily";q=5;w=86400',
    ratelimit: '"rate";r=9;t=60',
  });
  expect((await submit(app)).headers['ratelimit']).toBe('"rate";r=8;t=60, "daily";r=4;t=86400');
});

it('a client that makes too many requests is refused until it may make another; others are not', async () => {
  const { app } = createApiFixture(undefined, { allowances: createFakeAllowances({ requests: 2 }) });
  await read(app);
  await read(app);
  const refused = await read(app);
  expect(refused.status).toBe(429);
  expect(refused.headers).toMatchObject({ 'retry-after': '30', ratelimit: '"rate";r=0;t=60' });
  expect(refused.body).toMatchObject({ type: '/problems/rate-limited', status: 429 });
  expect((await read(app, strangerKey)).status).toBe(404);
});

it('nobody without a key is told of limits', async () => {
  const { app } = createApiFixture();
  expect((await read(app, 'unknown')).headers).not.toHaveProperty('ratelimit');
});

it('a quota counts captures that were accepted, and nothing else', async () => {
  const { app, stored } = createApiFixture(undefined, { allowances: createFakeAllowances({ captures: 3 }) });
  expect((await submit(app, { ...link, transactionId: 'none' })).status).toBe(422);
  expect((await submit(app)).status).toBe(202);
  const batch = await submitBatch(app, [item(), { ...item(), subject: '' }]);
  expect(batch.body.results.map(({ status }: { status: number }) => status)).toEqual([202, 422]);
  expect((await submitBatch(app, [item(), item()])).body).toMatchObject({
    type: '/problems/quota-exceeded',
    status: 429,
  });
  expect((await submit(app)).status).toBe(202);
  const refused = await submit(app);
  expect(refused.body).toMatchObject({ type: '/problems/quota-exceeded', status: 429 });
  expect(refused.headers).toMatchObject({ 'retry-after': '30', ratelimit: expect.stringContaining('"daily";r=0;') });
  expect(stored.size).toBe(3);
  expect((await read(app)).status).toBe(404);
});
