import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import request from 'supertest';
import { expect, it } from 'vitest';
import { jpegOf } from '../captures/image.fixture.ts';
import { type ApiFixture, apiKey, createApiFixture, strangerKey } from './http.fixture.ts';

const link = {
  kind: 'link',
  subject: 'user-1',
  userToken: 'end.user.token',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};

function post({ app }: ApiFixture, key = 'key-1'): request.Test {
  return request(app).post('/v1/captures').set('authorization', `Bearer ${apiKey}`).set('idempotency-key', key);
}

const names = ['front', 'back', 'face1', 'face2', 'face3'];

function postImages(
  fixture: ApiFixture,
  key = 'key-1',
  imageOf = (seed: number) => jpegOf(300, 200, seed),
): request.Test {
  const test = post(fixture, key).field('kind', 'national_id').field('subject', 'user-1').field('userToken', 'token');
  names.forEach((name, seed) => {
    test.attach(name, imageOf(seed), { filename: '../../etc/passwd', contentType: 'text/html' });
  });
  return test;
}

it('accepts a link: stored, queued, 202 with its address', async () => {
  const fixture = createApiFixture();
  const response = await post(fixture).send(link).expect(202);
  const { id } = response.body;
  expect(id).toMatch(/^cap_[0-9a-f]{32}$/);
  expect(response.headers['location']).toBe(`/v1/captures/${id}`);
  expect(response.body).toEqual({
    id,
    kind: 'link',
    subject: 'user-1',
    status: 'queued',
    createdAt: expect.any(String),
    expectedBy: expect.any(String),
    expiresAt: expect.any(String),
    links: { self: `/v1/captures/${id}` },
  });
  expect(fixture.queued).toEqual([id]);
  const stored = JSON.stringify(fixture.stored.get(id));
  expect(stored).not.toContain('end.user.token');
});

it.each([
  ['small', 0],
  ['large', 300_000],
])('accepts %s images as multipart, and the same images as JSON are the same capture', async (_, moreBytes) => {
  const fixture = createApiFixture();
  const imageOf = (seed: number): Buffer => Buffer.concat([jpegOf(300, 200, seed), Buffer.alloc(moreBytes, seed)]);
  const first = await postImages(fixture, 'key-1', imageOf).expect(202);
  expect([...(fixture.images.get(first.body.id)?.keys() ?? [])]).toEqual(names);
  const json: Record<string, string> = { kind: 'national_id', subject: 'user-1', userToken: 'token' };
  names.forEach((name, seed) => {
    json[name] = imageOf(seed).toString('base64');
  });
  const second = await post(fixture).send(json).expect(202);
  expect(second.body).toEqual(first.body);
  expect(fixture.images.size).toBe(1);
});

it('holds no image in memory once it has answered', async () => {
  const fixture = createApiFixture();
  const { body } = await postImages(fixture, 'key-1', (seed) =>
    Buffer.concat([jpegOf(300, 200, seed), Buffer.alloc(300_000)]),
  ).expect(202);
  const images = [...(fixture.submitted.get(body.id)?.values() ?? [])];
  expect(images.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0, 0]);
});

it('answers 500 when the images could not be sealed, and keeps nothing: the same key is free', async () => {
  const fixture = createApiFixture();
  fixture.sealingFails = true;
  const { body } = await postImages(fixture).expect(500);
  expect(body.type).toBe('/problems/internal');
  expect([fixture.images.size, fixture.stored.size, fixture.queued.length]).toEqual([0, 0, 0]);
  fixture.sealingFails = false;
  await postImages(fixture).expect(202);
  expect([fixture.images.size, fixture.stored.size, fixture.queued.length]).toEqual([1, 1, 1]);
});

it('images of requests that come in one piece, one behind the other, stay apart', async () => {
  const fixture = createApiFixture();
  const form = new FormData();
  for (const [name, value] of Object.entries({ kind: 'national_id', subject: 'user-1', userToken: 'token' })) {
    form.set(name, value);
  }
  names.forEach((name, seed) => {
    form.set(name, new Blob([Buffer.concat([jpegOf(300, 200, seed), Buffer.alloc(20_000, seed)])]));
  });
  const encoded = new Response(form);
  const contentType = encoded.headers.get('content-type') ?? '';
  const body = Buffer.from(await encoded.arrayBuffer());
  const head = (key: string, then: string): string =>
    `POST /v1/captures HTTP/1.1\r\nHost: x\r\nConnection: ${then}\r\nAuthorization: Bearer ${apiKey}\r\nIdempotency-Key: ${key}\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const server = createServer(fixture.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end(
    Buffer.concat([Buffer.from(head('key-1', 'keep-alive')), body, Buffer.from(head('key-2', 'close')), body]),
  );
  const answers = Buffer.concat(await socket.toArray()).toString();
  server.close();
  expect(answers.match(/HTTP\/1.1 202/g)).toHaveLength(2);
  // The same key with other images would be a conflict.
  const again = await post(fixture, 'key-2').set('content-type', contentType).send(body);
  expect(again.status).toBe(202);
});

it('answers the same key and body with the same capture, and queues it once more only as the same job', async () => {
  const fixture = createApiFixture();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(fixture).send(link).expect(202)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  expect(fixture.stored.size).toBe(1);
  expect(new Set(fixture.queued).size).toBe(1);
});

it('refuses the same key with another body', async () => {
  const fixture = createApiFixture();
  await post(fixture).send(link).expect(202);
  const response = await post(fixture)
    .send({ ...link, subject: 'user-2' })
    .expect(422);
  expect(response.body.type).toBe('/problems/idempotency-key-reused');
  expect(fixture.stored.size).toBe(1);
});

it('keeps the keys of tenants apart, and their captures', async () => {
  const fixture = createApiFixture();
  const { body } = await post(fixture).send(link).expect(202);
  const stranger = { authorization: `Bearer ${strangerKey}` };
  const other = await post(fixture).set(stranger).send(link).expect(202);
  expect(other.body.id).not.toBe(body.id);
  await request(fixture.app).get(`/v1/captures/${body.id}`).set(stranger).expect(404);
  await request(fixture.app).get(`/v1/captures/${other.body.id}`).set(stranger).expect(200);
});

it('shows where a capture stands, and neither token nor image', async () => {
  const fixture = createApiFixture();
  const { body } = await post(fixture).send(link).expect(202);
  const read = await request(fixture.app).get(body.links.self).set('authorization', `Bearer ${apiKey}`).expect(200);
  expect(read.body).toMatchObject({ id: body.id, status: 'queued', steps: [], transactionId: link.transactionId });
  expect(read.headers['cache-control']).toBe('no-store');
  expect(JSON.stringify(read.body)).not.toContain('oken');
});

it('names every bad field in a problem body', async () => {
  const response = await post(createApiFixture()).send({ kind: 'link', subject: '', colour: 1 }).expect(422);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.body).toMatchObject({ type: '/problems/invalid-capture', status: 422, requestId: 'request-1234' });
  expect(response.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
    '#/colour',
    '#/subject',
    '#/transactionId',
    '#/userToken',
  ]);
});

it.each([
  ['no key', {}, 401, 'unauthenticated'],
  ['a wrong key', { authorization: 'Bearer nobody' }, 401, 'unauthenticated'],
  ['Basic instead of Bearer', { authorization: 'Basic dGVzdA==' }, 401, 'unauthenticated'],
])('refuses %s', async (_, headers, status, problem) => {
  const response = await request(createApiFixture().app).post('/v1/captures').set(headers).send(link).expect(status);
  expect(response.body.type).toBe(`/problems/${problem}`);
  expect(response.headers['www-authenticate']).toBe('Bearer');
});

it.each([
  ['no Idempotency-Key', '', link, 'application/json', 400, 'idempotency-key-missing'],
  ['broken JSON', 'k', '{"kind":', 'application/json', 400, 'malformed-body'],
  ['a JSON list', 'k', '[]', 'application/json', 400, 'malformed-body'],
  ['text', 'k', 'hello', 'text/plain', 415, 'unsupported-media-type'],
  ['a form', 'k', 'kind=link', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
  ['multipart without a boundary', 'k', 'x', 'multipart/form-data', 400, 'malformed-body'],
  [
    'multipart that ends early',
    'k',
    '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx',
    'multipart/form-data; boundary=b',
    400,
    'malformed-body',
  ],
])('refuses %s', async (_, key, body, type, status, problem) => {
  const fixture = createApiFixture();
  const response = await post(fixture, key)
    .set('content-type', type)
    .send(body as string)
    .expect(status);
  expect(response.body.type).toBe(`/problems/${problem}`);
  expect(fixture.stored.size).toBe(0);
});

it('refuses an image that is not base64, by its name', async () => {
  const response = await post(createApiFixture())
    .send({ kind: 'national_id', front: 'data:image/png;base64,AAAA' })
    .expect(422);
  expect(response.body.errors).toEqual([{ pointer: '#/front', detail: expect.stringContaining('base64') }]);
});

it('refuses an image above 5 MiB with 413, and stores nothing', async () => {
  const fixture = createApiFixture();
  const big = Buffer.concat([jpegOf(300, 200, 9), Buffer.alloc(5 * 1024 * 1024)]);
  const test = post(fixture).field('kind', 'national_id').field('subject', 'user-1').field('userToken', 'token');
  for (const [name, image] of Object.entries({ front: big, back: jpegOf(1, 1), face1: jpegOf(1, 1, 1) })) {
    test.attach(name, image, name);
  }
  test.attach('face2', jpegOf(1, 1, 2), 'f').attach('face3', jpegOf(1, 1, 3), 'f');
  const response = await test.expect(413);
  expect(response.body.errors).toEqual([{ pointer: '#/front', detail: expect.stringContaining('larger than') }]);
  expect(fixture.stored.size + fixture.images.size).toBe(0);
});

it('refuses a file that no capture has, and more parts than a capture has', async () => {
  const stranger = await post(createApiFixture()).attach('selfie', jpegOf(1, 1), 'x').expect(400);
  expect(stranger.body.detail).toContain('selfie');
  const test = post(createApiFixture());
  for (let i = 0; i < 20; i++) test.field(`field${i}`, 'x');
  await test.expect(413);
});

it('refuses a body above the limit before it is sent', async () => {
  const response = await post(createApiFixture())
    .set('content-type', 'application/json')
    .set('content-length', String(40 * 1024 * 1024))
    .send('{');
  expect(response.status).toBe(413);
});

it('answers 503 with Retry-After when too many bytes are under way, and takes bodies again afterwards', async () => {
  const fixture = createApiFixture(200);
  const busy = await post(fixture)
    .send({ ...link, userToken: 'x'.repeat(300) })
    .expect(503);
  expect(busy.headers['retry-after']).toBe('1');
  const roomy = createApiFixture(400);
  await post(roomy).send(link).expect(202);
  await post(roomy, 'key-2').send(link).expect(202);
});

it('answers 503 with Retry-After while too many images wait, keeps nothing, and takes the same request once there is room', async () => {
  const fixture = createApiFixture();
  fixture.imagesOverloaded = true;
  const refused = await postImages(fixture).expect(503);
  expect(refused.headers['retry-after']).toBe('2');
  expect(refused.body.type).toBe('/problems/overloaded');
  expect([fixture.images.size, fixture.stored.size, fixture.queued.length]).toEqual([0, 0, 0]);
  await post(fixture, 'key-2').send(link).expect(202);
  fixture.imagesOverloaded = false;
  await postImages(fixture).expect(202);
});

it('answers 503 with Retry-After while Redis is away, and says so in readiness', async () => {
  const fixture = createApiFixture();
  fixture.away = true;
  const response = await post(fixture).send(link).expect(503);
  expect(response.headers['retry-after']).toBe('2');
  expect(response.body.type).toBe('/problems/unavailable');
  const ready = await request(fixture.app).get('/readyz').expect(503);
  expect(ready.body).toEqual({ status: 'unavailable', checks: { redis: 'away' } });
  await request(fixture.app).get('/healthz').expect(200);
  fixture.away = false;
  await request(fixture.app).get('/readyz').expect(200);
  await post(fixture).send(link).expect(202);
});

it('answers unknown paths and methods as problems', async () => {
  const { app } = createApiFixture();
  expect((await request(app).get('/v2/captures').expect(404)).body.type).toBe('/problems/not-found');
  expect((await request(app).put('/v1/captures').expect(405)).headers['allow']).toBe('GET, POST');
});

it('takes over a usable X-Request-Id, and logs one line a request without anything of the body', async () => {
  const fixture = createApiFixture();
  const response = await post(fixture).set('x-request-id', 'caller-0001').send(link).expect(202);
  expect(response.headers['x-request-id']).toBe('caller-0001');
  const lines = fixture.lines.filter((line) => line.message === 'http.request');
  expect(lines).toEqual([
    { message: 'http.request', fields: expect.objectContaining({ requestId: 'caller-0001', status: 202 }) },
  ]);
  expect(JSON.stringify(fixture.lines)).not.toMatch(/end\.user\.token|user-1/);
});

it.each([
  ['keeps the connection of a client that is refused while it sends little more', 4 * 1024 ** 2, 'keep-alive'],
  ['ends the one of a client that would send more than a capture', 64 * 1024 ** 2, 'close'],
])('%s', async (_, bytes, connection) => {
  const server = createServer(createApiFixture().app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { authorization: 'Bearer nobody', 'content-type': 'application/json', 'content-length': bytes };
  const call = httpRequest({ host: '127.0.0.1', port, path: '/v1/captures', method: 'POST', headers });
  call.on('error', () => undefined);
  call.write(Buffer.alloc(1_000));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(401);
  expect(response.headers.connection).toBe(connection);
  response.resume();
  if (connection === 'keep-alive') {
    call.end(Buffer.alloc(bytes - 1_000));
    await once(call, 'finish');
  }
  call.destroy();
  server.close();
  await once(server, 'close');
});
