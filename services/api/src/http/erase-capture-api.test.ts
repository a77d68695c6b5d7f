import request from 'supertest';
import { expect, it } from 'vitest';
import { jpegOf } from '../captures/image.fixture.ts';
import { type ApiFixture, apiKey, createApiFixture, keyWith, strangerKey } from './http.fixture.ts';

const as = (key: string) => ({ authorization: `Bearer ${key}` });

async function submitImages({ app }: ApiFixture, key = 'key-1'): Promise<request.Response> {
  const test = request(app).post('/v1/captures').set(as(apiKey)).set('idempotency-key', key);
  test.field('kind', 'national_id').field('subject', 'user-1').field('userToken', 'token');
  ['front', 'back', 'face1', 'face2', 'face3'].forEach((name, seed) => {
    test.attach(name, jpegOf(300, 200, seed), `${name}.jpg`);
  });
  return test;
}

it('an erased capture has neither record nor images nor job, however often it is erased', async () => {
  const fixture = createApiFixture();
  const { body } = await submitImages(fixture);
  for (let i = 0; i < 3; i++) await request(fixture.app).delete(body.links.self).set(as(apiKey)).expect(204, {});
  expect([fixture.stored.size, fixture.images.size, fixture.queued.length]).toEqual([0, 0, 0]);
});

it('an erased capture is gone for its tenant, whoever reads it or uses its key again', async () => {
  const fixture = createApiFixture();
  const { body } = await submitImages(fixture);
  await request(fixture.app).delete(body.links.self).set(as(apiKey)).expect(204);
  const read = await request(fixture.app)
    .get(body.links.self)
    .set(as(keyWith('captures:read')));
  expect([read.status, read.body.type]).toEqual([410, '/problems/gone']);
  const again = await submitImages(fixture);
  expect([again.status, again.body.type]).toEqual([410, '/problems/gone']);
  expect(fixture.images.size).toBe(0);
});

it('nobody else can erase a capture, or learn that it was erased', async () => {
  const fixture = createApiFixture();
  const { body } = await submitImages(fixture);
  await request(fixture.app).delete(body.links.self).set(as(strangerKey)).expect(404);
  await request(fixture.app)
    .delete(body.links.self)
    .set(as(keyWith('captures:read')))
    .expect(403);
  expect(fixture.stored.size).toBe(1);
  await request(fixture.app).delete(body.links.self).set(as(apiKey)).expect(204);
  await request(fixture.app).get(body.links.self).set(as(strangerKey)).expect(404);
  await request(fixture.app).delete(body.links.self).set(as(strangerKey)).expect(404);
});

it('erasing is answered 503 while Redis is away, and 404 when there is nothing to erase', async () => {
  const fixture = createApiFixture();
  await request(fixture.app).delete('/v1/captures/cap_1').set(as(apiKey)).expect(404);
  fixture.away = true;
  const away = await request(fixture.app).delete('/v1/captures/cap_1').set(as(apiKey)).expect(503);
  expect(away.headers['retry-after']).toBe('2');
});
