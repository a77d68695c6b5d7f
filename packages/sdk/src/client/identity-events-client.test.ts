import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { ConnectionError, ProblemError, TimeoutError, UnusableAnswerError } from '../errors.ts';
import { IdentityEventsClient } from './identity-events-client.ts';
import { json, type LocalServer, startServer } from './local-server.fixture.ts';
import type { IdentityEventsClientOptions } from './options.ts';

const times = {
  createdAt: '2026-11-24T06:00:00.000Z',
  expectedBy: '2026-11-24T06:00:05.000Z',
  expiresAt: '2026-11-25T06:00:00.000Z',
};
const accepted = {
  id: 'cap_1',
  kind: 'link',
  subject: 'customer-77',
  status: 'queued',
  ...times,
  links: { self: '/v1/captures/cap_1' },
};
const view = { ...accepted, lane: 'bulk', transactionId: 't-1', steps: [] };
const link = { kind: 'link', subject: 'customer-77', transactionId: 't-1', userToken: 'token' } as const;
const busy = json(503, { type: '/problems/overloaded', title: 'Too much.', status: 503 }, { 'retry-after': '0' });

function clientOf({ baseUrl }: LocalServer, options: Partial<IdentityEventsClientOptions> = {}) {
  return new IdentityEventsClient({ baseUrl, apiKey: 'key-1', ...options });
}

it('a link is submitted as JSON under the key of the client', async () => {
  const server = await startServer(json(202, accepted));
  const answer = await clientOf(server).submit({ ...link, expiresAt: new Date(0) }, { traceparent: '00-a-b-01' });
  expect(answer).toEqual(accepted);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: 'POST', url: '/v1/captures' });
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer key-1',
    'content-type': 'application/json',
    traceparent: '00-a-b-01',
  });
  expect(request?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(String(request?.body))).toEqual({ ...link, expiresAt: '1970-01-01T00:00:00.000Z' });
});

it('images travel as parts, whole again in every try, always under the same Idempotency-Key', async () => {
  const server = await startServer(busy, (response) => void response.destroy(), json(202, accepted));
  async function* once(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('the front');
  }
  const images = { back: Buffer.from('b'), face1: Buffer.from('1'), face2: Buffer.from('2'), face3: Buffer.from('3') };
  await clientOf(server).submit({ kind: 'national_id_ocr', subject: 's', front: once(), ...images });

  expect(server.requests).toHaveLength(3);
  expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  for (const { headers, body } of server.requests) {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    expect([...form.keys()]).toEqual(['kind', 'subject', 'front', 'back', 'face1', 'face2', 'face3']);
    expect(form.get('kind')).toBe('national_id_ocr');
    expect(await (form.get('front') as File).text()).toBe('the front');
  }
});

it('a key of your own is sent as it is', async () => {
  const server = await startServer(json(202, accepted));
  await clientOf(server).submit(link, { idempotencyKey: 'order-1' });
  expect(server.requests[0]?.headers['idempotency-key']).toBe('order-1');
});

it('what the service refuses is thrown at once, with every fault', async () => {
  const errors = [{ pointer: '#/subject', detail: 'is missing' }];
  const server = await startServer(json(422, { type: '/problems/invalid-capture', title: 'No.', status: 422, errors }));
  const submitted = clientOf(server).submit(link);
  await expect(submitted).rejects.toBeInstanceOf(ProblemError);
  await expect(submitted).rejects.toMatchObject({ code: 'invalid-capture', errors });
  expect(server.requests).toHaveLength(1);
});

it('gives up after the tries that are allowed', async () => {
  const server = await startServer(busy);
  await expect(clientOf(server, { triesMax: 2 }).get('cap_1')).rejects.toMatchObject({ code: 'overloaded' });
  expect(server.requests).toHaveLength(2);
});

it('a capture is read by its id, and what is younger than this package is no hindrance', async () => {
  const reason = { code: 'moon_phase', category: 'document', recapture: true, providerCode: null };
  const server = await startServer(json(200, { ...view, status: 'failed', reason, mood: 'new' }));
  expect(await clientOf(server).get('cap/1')).toEqual({ ...view, status: 'failed', reason });
  expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/v1/captures/cap%2F1' });
});

it('a base address may have a path', async () => {
  const server = await startServer(json(200, view));
  await new IdentityEventsClient({ baseUrl: `${server.baseUrl}/idv/`, apiKey: 'k' }).get('cap_1');
  expect(server.requests[0]?.url).toBe('/idv/v1/captures/cap_1');
});

it('an answer that never comes ends with its timeout', async () => {
  const server = await startServer(() => undefined);
  await expect(clientOf(server, { timeoutMs: 50, triesMax: 2 }).get('cap_1')).rejects.toBeInstanceOf(TimeoutError);
  expect(server.requests).toHaveLength(2);
});

it('a service that is not there is a connection error', async () => {
  const client = new IdentityEventsClient({ baseUrl: 'http://127.0.0.1:9', apiKey: 'k', triesMax: 1 });
  await expect(client.get('cap_1')).rejects.toBeInstanceOf(ConnectionError);
});

it.each([
  ['is not JSON', (response: ServerResponse) => void response.end('<html>')],
  ['is of another form', json(200, { id: 'cap_1' })],
])('a success that %s is refused, not guessed at', async (_, listener) => {
  const server = await startServer(listener);
  await expect(clientOf(server).get('cap_1')).rejects.toBeInstanceOf(UnusableAnswerError);
  expect(server.requests).toHaveLength(1);
});

it('a call ends with the reason of its signal', async () => {
  const stop = new AbortController();
  const enough = new Error('enough');
  const server = await startServer(() => stop.abort(enough));
  await expect(clientOf(server).get('cap_1', { signal: stop.signal })).rejects.toBe(enough);
  expect(server.requests).toHaveLength(1);
});

it('a redirect is refused: the key is for one address', async () => {
  const other = await startServer(json(200, view));
  const server = await startServer((response) => void response.writeHead(302, { location: other.baseUrl }).end());
  await expect(clientOf(server, { triesMax: 1 }).get('cap_1')).rejects.toBeInstanceOf(ConnectionError);
  expect(other.requests).toEqual([]);
});

it.each([
  { baseUrl: 'ftp://host', apiKey: 'k' },
  { baseUrl: 'http://host?x=1', apiKey: 'k' },
  { baseUrl: 'http://host', apiKey: 'two words' },
  { baseUrl: 'http://host', apiKey: 'k', triesMax: 0 },
  { baseUrl: 'http://host', apiKey: 'k', timeoutMs: Number.NaN },
])('%o is refused when the client is made', (options) => {
  expect(() => new IdentityEventsClient(options)).toThrow(/must be/);
});
