import { type ApiScope, apiScopes } from '@identity-events/shared/contracts/scopes';
import type { AuditAction } from '@identity-events/shared/runtime/audit-log';
import request from 'supertest';
import { expect, it } from 'vitest';
import { type ApiFixture, apiKey, createApiFixture, keyWith, strangerKey } from './http.fixture.ts';

interface Row {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly scope: ApiScope;
  readonly audit: AuditAction | null;
}
const row = (method: Row['method'], path: string, scope: ApiScope, audit: Row['audit'] = null): Row => {
  return { method, path, scope, audit };
};

/** Every call that needs an API key; what it needs, and what is accounted for. */
const rows: readonly Row[] = [
  row('post', '/v1/captures', 'captures:write', 'capture.submit'),
  row('get', '/v1/captures', 'captures:read'),
  row('post', '/v1/captures/batch', 'captures:write', 'capture.submit'),
  row('get', '/v1/captures/:id', 'captures:read'),
  row('get', '/v1/captures/:id/events', 'captures:read'),
  row('delete', '/v1/captures/:id', 'captures:write', 'capture.erase'),
  row('get', '/v1/captures/:id/identity', 'identity:read', 'identity.read'),
  row('delete', '/v1/subjects/:subject', 'captures:write', 'subject.erase'),
  row('get', '/v1/identities/images', 'evidence:read', 'evidence.list'),
  row('get', '/v1/identities/images/content', 'evidence:read', 'evidence.read'),
  row('get', '/v1/ops/dead-letters', 'ops', 'dead_letter.list'),
  row('get', '/v1/ops/dead-letters/:id', 'ops', 'dead_letter.read'),
  row('post', '/v1/ops/dead-letters/redrive', 'ops', 'dead_letter.redrive'),
  row('post', '/v1/ops/dead-letters/abandon', 'ops', 'dead_letter.abandon'),
  row('post', '/v1/ops/replays', 'ops', 'event.replay'),
  row('get', '/v1/ops/replays/:id', 'ops', 'event.replay_read'),
  row('delete', '/v1/ops/replays/:id', 'ops', 'event.replay_cancel'),
];

/** Calls under /v1 that know who asks by something else than an API key, and are held to that in tests of their own. */
const keyless: readonly string[] = ['post /v1/webhooks/vlens/:tenant', 'post /v1/webhooks/vlens/:tenant/:secret'];

function ask({ app }: ApiFixture, { method, path }: Row, key: string, id = 'cap_1') {
  const url = path.replace(':id', id).replace(':subject', 'person_1');
  return request(app)[method](url).set('authorization', `Bearer ${key}`);
}

const cases = rows.flatMap((one) => apiScopes.map((given) => ({ ...one, given, may: given === one.scope })));

it.each(cases)('$method $path with $given: $may', async ({ given, may, ...one }) => {
  const fixture = createApiFixture();
  const response = await ask(fixture, one, keyWith(given));
  expect(response.status === 403).toBe(!may);
  // What the request lacks beside its scope is told only to those who may ask.
  expect([200, 400, 404, 403, 415]).toContain(response.status);
  if (may) return;
  expect(response.body).toMatchObject({ type: '/problems/forbidden', detail: expect.stringContaining(one.scope) });
  expect(response.headers['www-authenticate']).toBe('Bearer error="insufficient_scope"');
  expect(fixture.calls).toEqual([]);
});

it.each(rows)('$method $path without a key, or with one that nobody has, asks nothing of the stores', async (one) => {
  const fixture = createApiFixture();
  for (const key of ['nobody', '']) expect((await ask(fixture, one, key)).status).toBe(401);
  expect(fixture.calls).toEqual([]);
  expect(fixture.audited).toEqual([]);
});

const link = {
  kind: 'link',
  subject: 'person_1',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  userToken: 'token',
};

async function submitAs({ app }: ApiFixture, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': 'k' };
  const { body } = await request(app).post('/v1/captures').set(headers).send(link).expect(202);
  return (body as { id: string }).id;
}

/** All that the caller sees, and all that was done for it. */
async function seen(fixture: ApiFixture, one: Row, id: string) {
  fixture.calls.length = 0;
  const { status, body, headers } = await ask(fixture, one, apiKey, id);
  const { date: _date, ratelimit: _left, ...others } = headers as Record<string, string>;
  return { status, body: JSON.stringify(body), headers: others, calls: [...fixture.calls] };
}

it.each(rows.filter(({ path }) => path.includes(':id')))(
  "$method $path of another tenant's capture is as of one that never was, in answer and in work, also when it was erased",
  async (one) => {
    const fixture = createApiFixture();
    const id = await submitAs(fixture, strangerKey);
    const never = await seen(fixture, one, 'cap_00000000000000000000000000000000');
    expect(never.status).toBe(404);
    expect(await seen(fixture, one, id)).toEqual(never);
    expect(fixture.stored.has(id)).toBe(true);
    await request(fixture.app).delete(`/v1/captures/${id}`).set('authorization', `Bearer ${strangerKey}`).expect(204);
    expect(await seen(fixture, one, id)).toEqual(never);
  },
);

it.each([
  ['/v1/captures', 'get', 'page'],
  ['/v1/subjects/:subject', 'delete', 'ofSubject'],
])("%s, which names no capture, looks among the client's own only", async (path, method, call) => {
  const fixture = createApiFixture();
  const one = rows.find((other) => other.path === path && other.method === method);
  if (!one) throw new Error(`no row for ${path}`);
  await submitAs(fixture, strangerKey);
  fixture.calls.length = 0;
  await ask(fixture, one, apiKey);
  await ask(fixture, one, strangerKey);
  expect([...new Set(fixture.calls)]).toEqual([`${call} demo`, `${call} other`]);
});

it('the same Idempotency-Key of two tenants stands for a capture of each', async () => {
  const fixture = createApiFixture();
  expect(await submitAs(fixture, strangerKey)).not.toBe(await submitAs(fixture, apiKey));
});

it('covers every call under /v1', () => {
  const { app } = createApiFixture();
  const stack = app.router.stack as unknown as { route?: { path: string; methods: Record<string, boolean> } }[];
  const calls = stack.flatMap(({ route }) =>
    route?.path.startsWith('/v1/') ? Object.keys(route.methods).map((method) => `${method} ${route.path}`) : [],
  );
  const known = [...rows.map(({ method, path }) => `${method} ${path}`), ...keyless];
  expect(calls.filter((call) => !call.startsWith('_all')).toSorted()).toEqual(known.toSorted());
});

it.each(rows)('$method $path accounts for $audit, whether it is done or refused', async (one) => {
  const fixture = createApiFixture();
  const { status } = await ask(fixture, one, apiKey);
  const other: ApiScope = one.scope === 'ops' ? 'captures:read' : 'ops';
  await ask(fixture, one, keyWith(other));
  const common = { action: one.audit, tenant: 'demo', object: null, requestId: 'request-1234' };
  const entries = [
    { ...common, client: 'portal', status, outcome: status < 400 ? 'done' : 'refused' },
    { ...common, client: `with-${other}`, status: 403, outcome: 'refused', problem: 'forbidden' },
  ];
  await expect.poll(() => fixture.audited).toMatchObject(one.audit ? entries : []);
});

it('whatever changes something, or tells something personal, is accounted for', () => {
  const personal: readonly ApiScope[] = ['identity:read', 'evidence:read', 'ops'];
  const must = rows.filter(({ method, scope }) => method !== 'get' || personal.includes(scope));
  expect(must.filter(({ audit }) => audit === null)).toEqual([]);
});

it('an entry names the capture that was submitted or erased, each of a batch, and nothing else of the request', async () => {
  const fixture = createApiFixture();
  const one = await submitAs(fixture, apiKey);
  const headers = { authorization: `Bearer ${apiKey}` };
  const captures = ['a', 'b'].map((idempotencyKey) => ({ ...link, idempotencyKey }));
  const batch = await request(fixture.app).post('/v1/captures/batch').set(headers).send({ captures }).expect(207);
  const [two, three] = (batch.body as { results: { capture: { id: string } }[] }).results;
  await request(fixture.app).delete(`/v1/captures/${one}`).set(headers).expect(204);
  await expect
    .poll(() => fixture.audited.map(({ action, object, outcome }) => [action, object, outcome]))
    .toEqual([
      ['capture.submit', one, 'done'],
      ['capture.submit', two?.capture.id, 'done'],
      ['capture.submit', three?.capture.id, 'done'],
      ['capture.erase', one, 'done'],
    ]);
  expect(JSON.stringify(fixture.audited)).not.toMatch(/person_1|token/);
});

it('an entry about an image names its transaction, and none says whose images were asked for', async () => {
  const fixture = createApiFixture();
  const get = (path: string, query: Record<string, string>) =>
    request(fixture.app).get(`/v1/identities/${path}`).set('authorization', `Bearer ${apiKey}`).query(query);
  await get('images', { emailOrPhoneNumber: '+201000000000' });
  await get('images/content', { transactionId: link.transactionId, fileName: 'front.jpg' });
  await expect.poll(() => fixture.audited.map(({ object }) => object)).toEqual([null, link.transactionId]);
  expect(JSON.stringify(fixture.audited)).not.toContain('201000000000');
});
