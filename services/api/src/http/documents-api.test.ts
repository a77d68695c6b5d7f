import { acceptedView, captureView } from '@identity-events/shared/contracts/capture-view';
import { eventContracts } from '@identity-events/shared/contracts/event-contracts';
import { eventSchemaName } from '@identity-events/shared/contracts/event-versions';
import { healthView, readinessView } from '@identity-events/shared/contracts/health-view';
import { identityImagesView } from '@identity-events/shared/contracts/identity-images';
import { problemBodySchema, problemNames, problems } from '@identity-events/shared/contracts/problems';
import request from 'supertest';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { jpegOf } from '../captures/image.fixture.ts';
import { buildContractDocuments } from '../documents/contract-documents.ts';
import { toCaptureView } from './capture-view.ts';
import { apiKey, createApiFixture } from './http.fixture.ts';

const link = {
  kind: 'link',
  subject: 'user-1',
  userToken: 'end.user.token',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};
const key = { authorization: `Bearer ${apiKey}` };

/** Everything of the answer is in the schema: nothing is missing, wrong or left out. */
function expectIs(schema: z.ZodType, answer: unknown): void {
  expect(schema.parse(answer)).toEqual(answer);
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

it('every route is in the document, and everything in the document is a route', () => {
  const { app } = createApiFixture();
  const routes = (app.router.stack as unknown as Layer[]).flatMap(({ route }) =>
    route
      ? Object.keys(route.methods)
          .filter((method) => method !== '_all')
          .map((method) => `${method} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
      : [],
  );
  const { paths } = buildContractDocuments().openapi as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  const filesOfThePage = 'get /docs/{asset}';
  expect(routes.filter((route) => route !== filesOfThePage).toSorted()).toEqual(documented.toSorted());
});

it('captures are answered as the document says', async () => {
  const { app } = createApiFixture();
  const accepted = await request(app).post('/v1/captures').set(key).set('idempotency-key', 'k').send(link).expect(202);
  expectIs(acceptedView, accepted.body);
  const read = await request(app).get(accepted.body.links.self).set(key).expect(200);
  expectIs(captureView, read.body);
});

it('a capture with outcome, steps and event is shown as the document says', () => {
  const checks = Object.fromEntries(
    Object.keys(captureView.shape.checks.unwrap().shape).map((name) => [name, 'passed']),
  );
  const reason = { code: 'face_mismatch', category: 'face', recapture: true, providerCode: 42 };
  const view = toCaptureView({
    id: 'cap_1',
    tenant: 'demo',
    subject: 'user-1',
    kind: 'national_id',
    lane: 'bulk',
    status: 'failed',
    createdAt: 1,
    expiresAt: 2,
    expectedBy: 3,
    transactionId: 't',
    v: '1',
    failedCalls: 0,
    decidedAt: 4,
    outcome: { outcome: 'failed', checks, reason } as never,
    published: { topic: 'identity.failed', partition: 0, offset: '7', at: 5 },
    steps: new Map([['front', { finishedAt: 1, durationMs: 2.5 }]]),
  });
  expect(view).toMatchObject({ reason, checks, steps: [{ name: 'front' }], event: { offset: '7' } });
  expectIs(captureView, view);
});

it('health, evidence and problems are answered as the document says', async () => {
  const fixture = createApiFixture();
  const get = (path: string) => request(fixture.app).get(path).set(key);
  expectIs(healthView, (await get('/healthz').expect(200)).body);
  expectIs(readinessView, (await get('/readyz').expect(200)).body);
  fixture.identityImages.hold('mona@example.org', link.transactionId, {
    front: { bytes: jpegOf(3, 2), contentType: 'image/jpeg' },
  });
  const images = await get('/v1/identities/images?emailOrPhoneNumber=mona@example.org').expect(200);
  expect(images.body.images).toHaveLength(1);
  expectIs(identityImagesView, images.body);
  expectIs(problemBodySchema, (await get('/v1/identities/images?page=1').expect(400)).body);
  const invalid = await request(fixture.app).post('/v1/captures').set(key).set('idempotency-key', 'k').send({ x: 1 });
  expectIs(problemBodySchema, invalid.body);
  fixture.away = true;
  expectIs(readinessView, (await get('/readyz').expect(503)).body);
});

it('serves the documents to anybody, byte for byte what is built', async () => {
  const { app } = createApiFixture();
  const { openapi, asyncapi } = buildContractDocuments();
  expect((await request(app).get('/openapi.json').expect(200)).text).toBe(JSON.stringify(openapi));
  expect((await request(app).get('/asyncapi.json').expect(200)).text).toBe(JSON.stringify(asyncapi));
});

it.each(Object.entries(eventContracts))('serves the schema of %s under its own $id', async (type, { version }) => {
  const path = `/schemas/${eventSchemaName(type, version)}`;
  const response = await request(createApiFixture().app).get(path).expect(200);
  expect(response.headers['content-type']).toContain('application/schema+json');
  expect(JSON.parse(response.text)).toMatchObject({ $id: path, title: type, type: 'object' });
});

it('the events page tells every topic with all of its fields', async () => {
  const { text } = await request(createApiFixture().app).get('/docs/events').expect(200);
  for (const [type, { data, summary }] of Object.entries(eventContracts)) {
    expect(text).toContain(`<section id="${type}"`);
    expect(text).toContain(summary);
    for (const name of Object.keys(data.shape)) expect(text).toContain(`<code>${name}</code>`);
  }
});

it.each(problemNames)('explains %s where its type leads', async (name) => {
  const response = await request(createApiFixture().app).get(`/problems/${name}`).expect(200);
  expect(response.headers['content-type']).toContain('text/html');
  expect(response.text).toContain(problems[name].remedy.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
});

it.each(['/problems/toString', '/problems/nothing', '/schemas/nothing', '/docs/package.json', '/docs/..%2findex.html'])(
  'has nothing at %s',
  async (path) => {
    expectIs(problemBodySchema, (await request(createApiFixture().app).get(path).expect(404)).body);
  },
);

it.each([
  ['/docs', 4],
  ['/docs/events', 2],
])('%s loads nothing from elsewhere, and all that it names is there', async (page, files) => {
  const { app } = createApiFixture();
  const { text, headers } = await request(app).get(page).expect(200);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(text).not.toMatch(/https?:/);
  const named = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  expect(named.filter((path) => path.startsWith('/docs/') || path.endsWith('.json')).length).toBeGreaterThanOrEqual(
    files,
  );
  for (const path of named) await request(app).get(path).expect(200);
});
