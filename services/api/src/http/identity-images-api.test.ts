import { AppError } from '@identity-events/shared/runtime/errors';
import request from 'supertest';
import { expect, it, vi } from 'vitest';
import { jpegOf, pngOf } from '../captures/image.fixture.ts';
import { EvidenceError, type EvidenceErrorCode } from '../identities/evidence-error.ts';
import { fakeFileName } from '../identities/identity-images.fixture.ts';
import { type ApiFixture, apiKey, createApiFixture, imagesInFlightMax, strangerKey } from './http.fixture.ts';

const phone = '+201001234567';
const email = 'mona.ali@example.org';
const transactionId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const jpeg = { bytes: jpegOf(30, 20), contentType: 'image/jpeg' } as const;
const png = { bytes: pngOf(30, 20), contentType: 'image/png' } as const;

function openFixture(): ApiFixture {
  const fixture = createApiFixture();
  fixture.identityImages.hold(phone, transactionId, { front: jpeg, face1: png });
  fixture.identityImages.hold(email, transactionId, {});
  return fixture;
}

const get = ({ app }: ApiFixture, path: string, query: object, key = apiKey): request.Test =>
  request(app).get(path).query(query).set('authorization', `Bearer ${key}`);
const list = (fixture: ApiFixture, query: object = { emailOrPhoneNumber: phone }, key = apiKey): request.Test =>
  get(fixture, '/v1/identities/images', query, key);
const content = (fixture: ApiFixture, fileName = fakeFileName('front'), more: object = {}): request.Test =>
  get(fixture, '/v1/identities/images/content', { transactionId, fileName, ...more });

it('lists the images of a user, by phone number and by e-mail address', async () => {
  const fixture = openFixture();
  const byPhone = await list(fixture).expect(200);
  expect(byPhone.body).toEqual({
    images: [
      { name: 'front', fileName: fakeFileName('front') },
      { name: 'face1', fileName: fakeFileName('face1') },
    ],
  });
  expect(byPhone.headers['cache-control']).toBe('no-store');
  expect((await list(fixture, { emailOrPhoneNumber: email }).expect(200)).body).toEqual({ images: [] });
});

it.each([
  ['front', jpeg],
  ['face1', png],
] as const)('sends the bytes of %s with the type of their content, for nobody to keep', async (name, image) => {
  const response = await content(openFixture(), fakeFileName(name)).expect(200);
  expect(Buffer.compare(response.body as Buffer, image.bytes)).toBe(0);
  expect(response.headers).toMatchObject({
    'content-type': image.contentType,
    'content-length': String(image.bytes.length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});

const contact = 'emailOrPhoneNumber';
it.each([
  ['no contact', {}, [contact]],
  ['an empty contact', { [contact]: '' }, [contact]],
  ['a name', { [contact]: 'Mona Ali' }, [contact]],
  ['a national number without its country', { [contact]: '01001234567' }, [contact]],
  ['a plus sign that was not encoded', { [contact]: ' 201001234567' }, [contact]],
  ['a number beyond 15 digits', { [contact]: '+2010012345678901' }, [contact]],
  ['an address beyond 254 characters', { [contact]: `${'a'.repeat(60)}@${'b.'.repeat(100)}example.org` }, [contact]],
  ['two contacts', { [contact]: [phone, email] }, [contact]],
  ['a parameter that is none', { [contact]: phone, page: 1, size: 2 }, ['page', 'size']],
  ['every fault at once', { page: 1 }, [contact, 'page']],
])('refuses a list of %s, by the parameters and not their values', async (_, query, parameters) => {
  const fixture = openFixture();
  const response = await list(fixture, query).expect(400);
  expect(response.body).toMatchObject({ type: '/problems/invalid-query', status: 400 });
  expect(response.body.errors.map((fault: { parameter: string }) => fault.parameter).toSorted()).toEqual(
    parameters.toSorted(),
  );
  expect(JSON.stringify(response.body)).not.toMatch(/Mona|1001234567/);
});

it.each([
  ['nothing', {}, ['transactionId', 'fileName']],
  ['a transaction that is no UUID', { transactionId: '42', fileName: 'a.jpg' }, ['transactionId']],
  ['no file', { transactionId, fileName: '' }, ['fileName']],
  ['a path', { transactionId, fileName: '../a.jpg' }, ['fileName']],
  ["another system's path", { transactionId, fileName: 'a\\b.jpg' }, ['fileName']],
  ['the folder above', { transactionId, fileName: '..' }, ['fileName']],
  ['a NUL', { transactionId, fileName: 'a\0.jpg' }, ['fileName']],
  ['a line break', { transactionId, fileName: 'a\r\nx: y' }, ['fileName']],
  ['a name beyond 255 characters', { transactionId, fileName: 'a'.repeat(256) }, ['fileName']],
  ['two names', { transactionId, fileName: ['a', 'b'] }, ['fileName']],
])('refuses an image of %s', async (_, query, parameters) => {
  const response = await get(openFixture(), '/v1/identities/images/content', query).expect(400);
  expect(response.body.errors.map((fault: { parameter: string }) => fault.parameter)).toEqual(parameters);
});

it('finds nothing for an unknown user, file or transaction', async () => {
  const fixture = openFixture();
  await list(fixture, { emailOrPhoneNumber: 'nobody@example.org' }).expect(404);
  await content(fixture, 'other.jpg').expect(404);
  const response = await content(fixture, undefined, { transactionId: transactionId.replace('3f', '4f') }).expect(404);
  expect(response.body.type).toBe('/problems/not-found');
});

it('says that evidence is not set up for a tenant without a service account', async () => {
  const response = await list(openFixture(), undefined, strangerKey).expect(501);
  expect(response.body.type).toBe('/problems/not-configured');
});

const failures: { readonly [C in EvidenceErrorCode]: [problem: string, status: number, retryAfter?: string] } = {
  evidence_not_configured: ['not-configured', 501],
  evidence_not_found: ['not-found', 404],
  provider_account_refused: ['provider-account-refused', 502],
  provider_answer_unusable: ['provider-error', 502],
  provider_throttled: ['provider-throttled', 503, '2'],
  provider_unavailable: ['provider-unavailable', 502, '2'],
  provider_timeout: ['provider-timeout', 504, '2'],
};

it.each(Object.entries(failures))('answers %s as a problem', async (code, [problem, status, retryAfter]) => {
  const fixture = openFixture();
  fixture.identityImages.before = () => {
    throw new EvidenceError(code as EvidenceErrorCode);
  };
  for (const answer of [await list(fixture), await content(fixture)]) {
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: `/problems/${problem}`, status });
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
  }
});

it('passes on how long the provider wants to be left alone, in whole seconds', async () => {
  const fixture = openFixture();
  fixture.identityImages.before = () => {
    throw new EvidenceError('provider_throttled', 12_001);
  };
  expect((await list(fixture).expect(503)).headers['retry-after']).toBe('13');
});

it('answers 503 while Redis is away', async () => {
  const fixture = openFixture();
  fixture.identityImages.before = () => {
    throw new AppError('redis_unavailable', 'away', { retriable: true });
  };
  expect((await list(fixture).expect(503)).body.type).toBe('/problems/unavailable');
});

it('carries only so many images at one time, and as many again afterwards', async () => {
  const fixture = openFixture();
  let waiting = 0;
  const gate = Promise.withResolvers<void>();
  fixture.identityImages.before = () => {
    waiting += 1;
    return gate.promise;
  };
  const first = Array.from({ length: imagesInFlightMax }, () => content(fixture).then(({ status }) => status));
  await vi.waitFor(() => expect(waiting).toBe(imagesInFlightMax));
  const busy = await content(fixture).expect(503);
  expect(busy.body.type).toBe('/problems/overloaded');
  gate.resolve();
  expect(await Promise.all(first)).toEqual(first.map(() => 200));
  for (let i = 0; i <= imagesInFlightMax; i++) await content(fixture).expect(200);
});

it.each(['/v1/identities/images', '/v1/identities/images/content'])('takes nothing but GET at %s', async (path) => {
  const response = await request(openFixture().app).post(path).expect(405);
  expect(response.headers['allow']).toBe('GET');
});

it('logs neither contact nor file, however the request ends', async () => {
  const fixture = openFixture();
  const { identityImages } = fixture;
  await list(fixture).expect(200);
  await list(fixture, { emailOrPhoneNumber: email }).expect(200);
  await list(fixture, { emailOrPhoneNumber: `${email},${phone}` }).expect(400);
  await list(fixture, undefined, 'a-wrong-key').expect(401);
  await request(fixture.app).post('/v1/identities/images').query({ emailOrPhoneNumber: phone }).expect(405);
  await get(fixture, '/v1/identities/nothing', { emailOrPhoneNumber: phone }).expect(404);
  await content(fixture).expect(200);
  for (const error of [
    new EvidenceError('provider_timeout'),
    new Error(`${phone} ${email} ${fakeFileName('front')}`),
  ]) {
    identityImages.before = () => {
      throw error;
    };
    await list(fixture);
    await content(fixture);
  }
  expect(fixture.lines.filter(({ message }) => message === 'http.request')).toHaveLength(11);
  expect(fixture.lines.filter(({ message }) => message === 'http.bug')).toHaveLength(2);
  expect(fixture.lines[0]?.fields).toMatchObject({ route: '/v1/identities/images', status: 200 });
  const written = JSON.stringify(fixture.lines);
  for (const secret of ['1001234567', 'mona', 'example.org', 'user_front']) expect(written).not.toContain(secret);
});
