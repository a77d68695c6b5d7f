import { createHash, createHmac } from 'node:crypto';
import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';
import { webhookAnswer } from '@identity-events/shared/contracts/vlens-webhook';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { TenantWebhook } from '@identity-events/shared/tenants/tenant';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createApiFixture } from './http.fixture.ts';

const [secret, next, signingKey] = ['the-secret-of-vlens', 'the-next-secret', 'a-signing-key-of-the-portal'];
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const plain: TenantWebhook = { secretsSha256: [hash(secret), hash(next)], signingKeys: [], sources: null };

const notification = {
  Id: '9B2D4C1E-0f5a-4b7e-8c3d-2a1b0c9d8e7f',
  WebhookEvent: 'App.BusinessRequestStatusChange',
  Attempt: 1,
  Data: { Id: '7d444840-9dc0-4d2f-9a6b-5f1c0c3d2e1a', NewStatus: 'PendingApproval' },
  CreationTimeUtc: '2026-01-02T03:04:14.1234567',
};

function open(settings: Partial<TenantWebhook> = {}, trustedProxies: readonly string[] = []) {
  const taken: CloudEvent[] = [];
  const state = { away: false };
  const fixture = createApiFixture(undefined, {
    trustedProxies,
    webhooks: {
      announcements: {
        async once(event, { id, tenant }) {
          if (state.away) throw new AppError('redis_unavailable', 'away', { retriable: true });
          expect(event.id).toBe(`vlens.${id}`);
          if (taken.some((one) => one.id === event.id && one.source.endsWith(tenant))) return 'repeated';
          taken.push(event);
          return 'announced';
        },
      },
      now: () => Date.parse('2026-01-02T03:04:15Z'),
      windowMs: 60_000,
      settingsOf: (tenant) => (tenant === 'demo' ? { ...plain, ...settings } : null),
      signatureHeader: 'abp-webhook-signature',
    },
  });
  const post = (path: string, headers: Record<string, string> = {}, body: unknown = notification) =>
    request(fixture.app)
      .post(`/v1/webhooks/vlens/${path}`)
      .set({ 'content-type': 'application/json', ...headers })
      .send(typeof body === 'string' ? body : JSON.stringify(body));
  return { ...fixture, post, taken, state };
}

const bySecret = { 'x-webhook-secret': secret };

it('takes a notification, answers 200, and announces it in our words', async () => {
  const { post, taken } = open();
  const response = await post('demo', bySecret).expect(200);
  expect(webhookAnswer.parse(response.body)).toEqual({ status: 'accepted' });
  const id = notification.Id.toLowerCase();
  expect(taken).toEqual([
    {
      specversion: '1.0',
      id: `vlens.${id}`,
      source: '/identity-events/demo',
      type: 'business_request.status_changed',
      time: '2026-01-02T03:04:14.123Z',
      subject: notification.Data.Id,
      datacontenttype: 'application/json',
      dataschema: '/schemas/business_request.status_changed.v1.schema.json',
      partitionkey: `demo:${notification.Data.Id}`,
      data: {
        tenant: 'demo',
        businessRequestId: notification.Data.Id,
        status: 'PendingApproval',
        notificationId: id,
        notifiedAt: '2026-01-02T03:04:14.123Z',
        receivedAt: '2026-01-02T03:04:15.000Z',
      },
    },
  ]);
});

it('takes each Id once, whatever the Attempt and the case', async () => {
  const { post, taken } = open();
  await post('demo', bySecret).expect(200);
  const again = { ...notification, Attempt: 2, Id: notification.Id.toLowerCase() };
  expect((await post('demo', bySecret, again).expect(200)).body).toEqual({ status: 'repeated' });
  expect(taken).toHaveLength(1);
});

it('takes the secret from the path or the header, and both secrets while they are exchanged', async () => {
  const { post } = open();
  await post(`demo/${secret}`).expect(200);
  await post(`demo/${next}`).expect(200);
  await post('demo', { 'x-webhook-secret': next }).expect(200);
});

it('hands on a status that is not documented, and says null where the time is missing or of no known form', async () => {
  const { post, taken } = open();
  const { CreationTimeUtc: _, ...timeless } = notification;
  const data = { Id: notification.Data.Id, NewStatus: 'CustomerPartiallySigned', More: 1 };
  await post('demo', bySecret, { ...timeless, Data: data, Unknown: {} }).expect(200);
  const other = { ...notification, Id: notification.Data.Id, CreationTimeUtc: '02/01/2026' };
  await post('demo', bySecret, other).expect(200);
  expect(taken).toMatchObject([
    { time: '2026-01-02T03:04:15.000Z', data: { status: 'CustomerPartiallySigned', notifiedAt: null } },
    { time: '2026-01-02T03:04:15.000Z', data: { notifiedAt: null } },
  ]);
});

it('an unknown tenant, a bad or missing secret, a bad source and a bad signature look alike; the log tells them apart', async () => {
  const refusals = await Promise.all([
    open().post('nobody', bySecret),
    open().post('demo', { 'x-webhook-secret': 'wrong' }),
    open().post('demo/wrong', bySecret),
    open().post('demo'),
    open({ sources: ['192.0.2.0/24'] }).post('demo', bySecret),
    open({ signingKeys: [signingKey] }).post('demo', bySecret),
  ]);
  const [first] = refusals;
  for (const { status, body } of refusals) expect([status, body]).toEqual([404, first?.body]);
  const { post, lines, taken } = open({ sources: ['192.0.2.0/24'] });
  await post('someone-elses-words', bySecret);
  await post('demo', { 'x-webhook-secret': 'wrong' });
  await post('demo', bySecret);
  const why = lines.filter(({ message }) => message === 'webhook.refused').map(({ fields }) => fields);
  expect(why).toEqual([
    { why: 'unknown_tenant', tenant: null },
    { why: 'bad_secret', tenant: 'demo' },
    { why: 'bad_source', tenant: 'demo' },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/someone-elses-words|the-secret-of-vlens/);
  expect(taken).toEqual([]);
});

it('believes X-Forwarded-For from trusted proxies only', async () => {
  const sources = ['192.0.2.0/24'];
  const through = { ...bySecret, 'x-forwarded-for': '192.0.2.9' };
  await open({ sources }).post('demo', through).expect(404);
  await open({ sources }, ['127.0.0.1', '::1']).post('demo', through).expect(200);
  const spoofed = { ...bySecret, 'x-forwarded-for': '192.0.2.9, 203.0.113.1' };
  await open({ sources }, ['127.0.0.1', '::1']).post('demo', spoofed).expect(404);
});

it('holds the signature against the bytes that came, in the two ways of writing it, with either key', async () => {
  const { post } = open({ signingKeys: ['the-old-key-of-vlens', signingKey] });
  const text = `${JSON.stringify(notification)}  `;
  const hex = createHmac('sha256', signingKey).update(text).digest('hex');
  const dashed = (hex.toUpperCase().match(/../g) ?? []).join('-');
  for (const signature of [hex, `sha256=${hex}`, `sha256=${dashed}`]) {
    await post('demo', { ...bySecret, 'abp-webhook-signature': signature }, text).expect(200);
    await post('demo', { ...bySecret, 'abp-webhook-signature': signature }, text.trim()).expect(404);
  }
});

it.each([
  ['not JSON', '{"Id":', 400, 'malformed-body', undefined],
  ['another event', { ...notification, WebhookEvent: 'App.Other' }, 422, 'invalid-notification', ['#/WebhookEvent']],
  [
    'bad members',
    { ...notification, Id: 'x', Data: { Id: 'y', NewStatus: '' } },
    422,
    'invalid-notification',
    ['#/Id', '#/Data/Id', '#/Data/NewStatus'],
  ],
  ['a long body', { ...notification, More: 'x'.repeat(70_000) }, 413, 'body-too-large', undefined],
])('refuses %s from a known sender', async (_, body, status, problem, pointers) => {
  const { post, taken } = open();
  const response = await post('demo', bySecret, body).expect(status);
  expect(response.body.type).toBe(`/problems/${problem}`);
  expect(response.body.errors?.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  expect(taken).toEqual([]);
});

it('answers 503 while Redis is away, so that the provider comes again', async () => {
  const { post, state, taken } = open();
  state.away = true;
  const response = await post('demo', bySecret).expect(503);
  expect(response.headers['retry-after']).toBe('2');
  state.away = false;
  await post('demo', bySecret).expect(200);
  expect(taken).toHaveLength(1);
});
