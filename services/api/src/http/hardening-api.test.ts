import { brotliCompressSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { type ApiFixture, apiKey, createApiFixture } from './http.fixture.ts';

const link = {
  kind: 'link',
  subject: 'user-1',
  userToken: 'end.user.token',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};
const bearer = { authorization: `Bearer ${apiKey}` };
const post = ({ app }: ApiFixture, type = 'application/json'): request.Test =>
  request(app).post('/v1/captures').set(bearer).set('idempotency-key', 'k').set('content-type', type);

describe('headers', () => {
  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/metrics', 200],
    ['GET', '/docs', 200],
    ['GET', '/docs/start.js', 200],
    ['GET', '/docs/swagger-ui.css', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/problems/not-found', 200],
    ['GET', '/nothing', 404],
    ['GET', '/v1/captures', 200],
    ['POST', '/v1/captures', 400],
    ['PUT', '/v1/captures', 405],
    ['DELETE', '/v1/captures/cap_00000000000000000000000000000000', 404],
    ['GET', '/%c0', 404],
  ])('keep %s %s from being framed, run, sniffed or told elsewhere', async (method, path, status) => {
    const { app } = createApiFixture();
    const answer = await request(app)[method.toLowerCase() as 'get'](path).set(bearer);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/default-src 'none';.*frame-ancestors 'none'/),
    });
    expect(answer.headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
    const open = path.startsWith('/docs/') || path === '/openapi.json';
    expect(answer.headers['cache-control']).toMatch(open ? /^public/ : /^no-store/);
    expect(Object.keys(answer.headers)).not.toContain('x-powered-by');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('bodies', () => {
  const bomb = Buffer.alloc(20_000_000, ' ');

  it.each([
    ['gzip', gzipSync(bomb), 'application/json', 415],
    ['br', brotliCompressSync(bomb), 'application/json', 415],
    ['gzip', gzipSync(bomb), 'multipart/form-data; boundary=b', 400],
  ])('compressed as %s are not unpacked', async (encoding, body, type, status) => {
    const fixture = createApiFixture();
    const answer = await post(fixture, type).set('content-encoding', encoding).send(body);
    expect(answer.status).toBe(status);
    expect(fixture.stored.size).toBe(0);
  });

  it.each([
    ['deep lists', `{"kind":${'['.repeat(1_000_000)}`],
    ['deep objects', `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`],
    ['many values', `{"kind":[${'{},'.repeat(1_000_000)}{}]}`],
    ['deep lists that close', JSON.stringify({ ...link, colour: [[[[[[[[[1]]]]]]]]] })],
  ])('of %s are refused before they are parsed', async (_, body) => {
    const answer = await post(createApiFixture()).send(body).expect(400);
    expect(answer.body.detail).toContain('8 deep');
  });

  it('in another encoding than UTF-8 are refused', async () => {
    const body = Buffer.from(JSON.stringify(link), 'utf16le');
    await post(createApiFixture(), 'application/json; charset=utf-16').send(body).expect(400);
  });

  it.each([
    ['__proto__', `{"__proto__":${JSON.stringify(link)}}`],
    ['__proto__ beside others', `{"__proto__":{"lane":"bulk"},${JSON.stringify(link).slice(1)}`],
    ['constructor', JSON.stringify({ ...link, constructor: { prototype: { polluted: true } } })],
  ])('with a member %s are refused and reach no prototype', async (_, body) => {
    const fixture = createApiFixture();
    await post(fixture).send(body).expect(422);
    expect(fixture.stored.size).toBe(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['lane']).toBeUndefined();
  });

  it('with a part named __proto__ are refused', async () => {
    const test = request(createApiFixture().app).post('/v1/captures').set(bearer).set('idempotency-key', 'k');
    for (const [name, value] of Object.entries(link)) test.field(name, value);
    await test.field('__proto__', '{"polluted":true}').expect(422);
  });
});

it.each([
  '/docs/..%2f..%2fpackage.json',
  '/docs/%2e%2e%2fstart.js',
  '/schemas/..%2f..%2fetc%2fpasswd',
  '/schemas/__proto__',
  '/problems/constructor',
  '/v1/captures/..%2f..%2fetc%2fpasswd',
  '/v1/captures/cap_%00',
  '/v1/ops/dead-letters/..%2fredrive',
])('a path that leads out of its folder, %s, leads nowhere', async (path) => {
  const answer = await request(createApiFixture().app).get(path).set(bearer);
  expect([400, 404]).toContain(answer.status);
  expect(answer.text).not.toMatch(/identity-events\/|root:/);
});
