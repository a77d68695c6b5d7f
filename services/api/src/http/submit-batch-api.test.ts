import { captureBatch, captureBatchView } from '@identity-events/shared/contracts/capture-batch';
import request from 'supertest';
import { expect, it } from 'vitest';
import { type ApiFixture, apiKey, createApiFixture } from './http.fixture.ts';

const link = (idempotencyKey: string, change: Record<string, unknown> = {}) => ({
  idempotencyKey,
  kind: 'link',
  subject: 'user-1',
  userToken: 'end.user.token',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  ...change,
});

function post({ app }: ApiFixture, body: unknown, type = 'application/json'): request.Test {
  return request(app)
    .post('/v1/captures/batch')
    .set({ authorization: `Bearer ${apiKey}`, 'content-type': type })
    .send(typeof body === 'string' ? body : JSON.stringify(body));
}

interface Result {
  readonly status: number;
  readonly capture?: { readonly id: string };
  readonly problem?: { readonly type: string; readonly errors?: readonly { readonly pointer: string }[] };
}
async function results(fixture: ApiFixture, captures: unknown): Promise<Result[]> {
  const { body } = await post(fixture, { captures }).expect(207);
  expect(captureBatchView.safeParse(body).success).toBe(true);
  return body.results;
}

it('accepts a thousand captures, each stored and queued once, and answers in their order', async () => {
  const fixture = createApiFixture();
  const captures = Array.from({ length: 1_000 }, (_, i) => link(`key-${i}`, { subject: `user-${i}` }));
  const answers = await results(fixture, captures);
  expect(answers.every(({ status }) => status === 202)).toBe(true);
  const ids = answers.map(({ capture }) => capture?.id ?? '');
  expect(ids.map((id) => fixture.stored.get(id)?.subject)).toEqual(captures.map(({ subject }) => subject));
  expect([...fixture.queued].sort()).toEqual([...ids].sort());
  const again = await results(fixture, captures);
  expect(again).toEqual(answers);
  expect(fixture.stored.size).toBe(1_000);
  const lines = fixture.lines.filter(({ message }) => message === 'http.request');
  expect(lines[0]?.fields).toMatchObject({ status: 207, accepted: 1_000, refused: 0 });
  expect(JSON.stringify(fixture.lines)).not.toContain('token');
});

it('a capture that is refused does not keep the others out, and its problem is what it would get alone', async () => {
  const fixture = createApiFixture();
  const answers = await results(fixture, [
    link('good'),
    link('bad', { subject: '', colour: 1 }),
    link('good', { subject: 'another' }),
    { ...link('x'), idempotencyKey: undefined },
    link('images', { kind: 'national_id' }),
    'text',
    link('good'),
  ]);
  expect(answers.map(({ status, problem }) => `${status} ${problem?.type ?? ''}`.trim())).toEqual([
    '202',
    '422 /problems/invalid-capture',
    '422 /problems/idempotency-key-reused',
    '400 /problems/idempotency-key-missing',
    '422 /problems/invalid-capture',
    '400 /problems/malformed-body',
    '202',
  ]);
  expect(answers[1]?.problem?.errors?.map(({ pointer }) => pointer).sort()).toEqual(['#/colour', '#/subject']);
  expect(answers[4]?.problem?.errors?.map(({ pointer }) => pointer)).toEqual(['#/kind']);
  expect(answers[6]?.capture).toEqual(answers[0]?.capture);
  expect(fixture.stored.size).toBe(1);
});

it('a capture of a batch and the same one alone are the same capture', async () => {
  const fixture = createApiFixture();
  const [batched] = await results(fixture, [link('key')]);
  const { idempotencyKey, ...fields } = link('key');
  const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': idempotencyKey };
  const alone = await request(fixture.app).post('/v1/captures').set(headers).send(fields).expect(202);
  expect(alone.body).toEqual(batched?.capture);
});

it('says of each capture that a store is away, and accepts the whole when it is back', async () => {
  const fixture = createApiFixture();
  const captures = Array.from({ length: 200 }, (_, i) => link(`key-${i}`));
  fixture.away = true;
  const answers = await results(fixture, captures);
  expect(new Set(answers.map(({ status, problem }) => `${status} ${problem?.type}`))).toEqual(
    new Set(['503 /problems/unavailable']),
  );
  fixture.away = false;
  expect((await results(fixture, captures)).every(({ status }) => status === 202)).toBe(true);
});

it.each([
  ['no list', {}, 400, 'malformed-body'],
  ['an empty list', { captures: [] }, 400, 'malformed-body'],
  ['a list that is none', { captures: { 0: link('a') } }, 400, 'malformed-body'],
  ['another field beside it', { captures: [link('a')], atomic: true }, 400, 'malformed-body'],
  ['more than a thousand', { captures: Array.from({ length: 1_001 }, () => link('a')) }, 413, 'body-too-large'],
])('refuses the whole with %s', async (_, body, status, problem) => {
  const fixture = createApiFixture();
  const response = await post(fixture, body).expect(status);
  expect(response.body.type).toBe(`/problems/${problem}`);
  expect(fixture.stored.size).toBe(0);
  expect(captureBatch.safeParse(body).success).toBe(false);
});

it.each([
  ['broken JSON', '{"captures":', 'application/json', 400],
  ['a list', '[]', 'application/json', 400],
  ['text', 'hello', 'text/plain', 415],
])('refuses %s', async (_, body, type, status) => {
  await post(createApiFixture(), body, type).expect(status);
});

it('refuses a body above ten megabytes before it is sent', async () => {
  const response = await post(createApiFixture(), '{').set('content-length', String(11 * 1024 * 1024));
  expect(response.status).toBe(413);
});
