import { expect, test } from 'vitest';
import { manualClock } from '../manual-clock.fixture.ts';
import { keyOnly, magicId, someTransaction, startTestSandbox } from '../sandbox-client.fixture.ts';
import type { FaultInput } from './fault.ts';

const ENDPOINT = 'LinkUserWithExistingTransaction';
const verified = magicId('0000');

async function sandboxWith(fault: FaultInput) {
  const clock = manualClock();
  const client = await startTestSandbox({ clock });
  client.sandbox.addFault(fault);
  return { client, clock };
}

test.each([
  [{ kind: 'status', status: 429, retryAfterSeconds: 7 }, 429, '7', 429],
  [{ kind: 'status', status: 429 }, 429, null, 429],
  [{ kind: 'status', status: 503 }, 503, null, 503],
  [{ kind: 'error', errorCode: 4003 }, 200, null, 4003],
] as const)('%j', async (fault, status, retryAfter, code) => {
  const { client } = await sandboxWith({ ...fault, times: 1 });
  const struck = await client.link(verified);
  expect([struck.status, struck.headers.get('retry-after'), struck.body.error_code]).toEqual([
    status,
    retryAfter,
    code,
  ]);
  expect((await client.link(verified)).body.data.isDigitalIdentityVerified).toBe(true);
});

test('HTML, redirects and malformed JSON go out as told', async () => {
  const { client } = await sandboxWith({ kind: 'html', status: 200, times: 1 });
  client.sandbox.addFault({ kind: 'redirect', location: 'http://192.0.2.1/', times: 1 });
  client.sandbox.addFault({ kind: 'malformed', times: 1 });
  const html = await client.link(verified);
  const redirect = await client.link(verified);
  const malformed = await client.link(verified);
  expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html']);
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://192.0.2.1/']);
  expect([malformed.status, malformed.body]).toEqual([200, undefined]);
  expect(JSON.parse(`${malformed.text}}`).error_code).toBeNull();
});

test.each(['reset', 'truncate'] as const)('%s breaks the connection', async (kind) => {
  const { client } = await sandboxWith({ kind, times: 1 });
  await expect(client.link(verified)).rejects.toThrow();
  expect((await client.link(verified)).status).toBe(200);
  expect(client.sandbox.calls().calls[0]).toMatchObject({ fault: kind, outcome: 'aborted' });
});

test('a hanging call ends with its client and is logged as aborted', async () => {
  const { client } = await sandboxWith({ kind: 'hang', times: 1 });
  const { url } = client.sandbox;
  const leaving = new AbortController();
  const path = `${url}/api/DigitalIdentity/${ENDPOINT}`;
  const hanging = fetch(path, {
    method: 'POST',
    headers: { ...keyOnly, 'content-type': 'application/json' },
    body: '{}',
    signal: leaving.signal,
  });
  await expect.poll(() => client.sandbox.calls().calls[0]?.fault).toBe('hang');
  leaving.abort();
  await expect(hanging).rejects.toThrow();
  await expect.poll(() => client.sandbox.calls().calls[0]).toMatchObject({ outcome: 'aborted', status: null });
});

test('closing ends hanging calls', async () => {
  const { client } = await sandboxWith({ kind: 'hang' });
  const hanging = client.link(verified).catch(() => 'cut');
  await expect.poll(() => client.sandbox.calls().calls[0]?.fault).toBe('hang');
  await client.sandbox.close();
  expect(await hanging).toBe('cut');
});

test('a drip sends the whole answer slowly', async () => {
  const { client, clock } = await sandboxWith({ kind: 'drip', bytesPerSecond: 1_000 });
  const { text, body } = await client.link(verified);
  expect(body.data.isDigitalIdentityVerified).toBe(true);
  expect(clock.waitsMs).toEqual(new Array(Math.ceil(Buffer.byteLength(text) / 100)).fill(100));
});

test('latency is waited for, on top of the sandbox’s own', async () => {
  const { client, clock } = await sandboxWith({ kind: 'latency', latency: 'fixed:40', times: 1 });
  client.sandbox.changeSettings({ latency: 'fixed:2' });
  await client.link(verified);
  await client.link(verified);
  expect(clock.waitsMs).toEqual([42, 2]);
});

test('a fault before leaves no trace, a fault after strikes when the work is done', async () => {
  const { client } = await sandboxWith({ kind: 'status', status: 500, endpoint: 'verify/id/front', times: 1 });
  expect((await client.verify()).liveness.body.error_code).toBe(5004);
  client.sandbox.reset();
  client.sandbox.addFault({ kind: 'status', status: 500, endpoint: 'verify/id/front', times: 1, when: 'after' });
  const { front, liveness } = await client.verify();
  expect(front.status).toBe(500);
  expect(liveness.body.data.isDigitalIdentityVerified).toBe(true);
  expect(client.sandbox.calls().calls[0]).toMatchObject({
    transactionId: someTransaction,
    status: 500,
    fault: 'status',
  });
});
