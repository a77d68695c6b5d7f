import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startTestSandbox } from '../sandbox-client.fixture.ts';

/** A receiver that answers with these statuses, the last one over and over. */
async function startReceiver(...statuses: readonly number[]) {
  const got: { body: Record<string, unknown>; raw: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((raw) => {
      got.push({ raw, body: JSON.parse(raw) as Record<string, unknown>, headers: request.headers });
      response.writeHead(statuses[got.length - 1] ?? statuses.at(-1) ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

async function send(webhook: Record<string, unknown>) {
  const client = await startTestSandbox();
  const { status, body } = await client.request('POST', '/_sandbox/webhooks', { waitMs: 1, ...webhook });
  expect(status).toBe(202);
  const outcomeIs = (outcome: string) =>
    expect
      .poll(async () => (await client.request('GET', '/_sandbox/webhooks')).body.webhooks)
      .toMatchObject([{ id: body.id, outcome }]);
  return { client, id: body.id as string, outcomeIs };
}

test('a webhook has the documented form, and is sent again until it is taken', async () => {
  const { got, url } = await startReceiver(500, 503, 202);
  const { id, outcomeIs } = await send({ url, newStatus: 'Completed', headers: { 'x-webhook-secret': 's' } });
  await outcomeIs('delivered');
  expect(got.map(({ body }) => body)).toEqual(
    [1, 2, 3].map((attempt) => ({
      Id: id,
      WebhookEvent: 'App.BusinessRequestStatusChange',
      Attempt: attempt,
      Data: { Id: expect.any(String), NewStatus: 'Completed' },
      CreationTimeUtc: expect.any(String),
    })),
  );
  expect(got[0]?.headers).toMatchObject({ 'x-webhook-secret': 's', 'content-type': 'application/json' });
});

test('one that nobody takes is given up, one may be sent again although it was taken', async () => {
  const refusing = await startReceiver(404);
  const givenUp = await send({ url: refusing.url, attemptsMax: 2 });
  await givenUp.outcomeIs('given_up');
  expect(refusing.got).toHaveLength(2);
  const taking = await startReceiver(202);
  const repeated = await send({ url: taking.url, repeats: 3 });
  await repeated.outcomeIs('delivered');
  expect(new Set(taking.got.map(({ body }) => body['Id']))).toEqual(new Set([repeated.id]));
  expect(taking.got).toHaveLength(3);
});

test('the signature is over the bytes that are sent', async () => {
  const { got, url } = await startReceiver(200);
  const { outcomeIs } = await send({ url, signingKey: 'key' });
  await outcomeIs('delivered');
  const [first] = got;
  const hex = createHmac('sha256', 'key')
    .update(first?.raw ?? '')
    .digest('hex');
  const given = String(first?.headers['abp-webhook-signature']);
  expect(given.toLowerCase().replaceAll('-', '')).toBe(`sha256=${hex}`);
});

test('a reset forgets webhooks; one to nowhere is refused', async () => {
  const { got, url } = await startReceiver(500);
  const { client } = await send({ url, waitMs: 60_000 });
  await expect.poll(() => got.length).toBe(1);
  await client.request('POST', '/_sandbox/reset');
  expect((await client.request('GET', '/_sandbox/webhooks')).body).toEqual({ webhooks: [] });
  expect((await client.request('POST', '/_sandbox/webhooks', { url: 'nowhere' })).status).toBe(400);
});
