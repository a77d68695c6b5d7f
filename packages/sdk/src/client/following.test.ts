import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { StillOpenError } from '../errors.ts';
import { IdentityEventsClient } from './identity-events-client.ts';
import { json, type LocalServer, startServer } from './local-server.fixture.ts';

const view = {
  id: 'cap_1',
  kind: 'link',
  subject: 'customer-77',
  lane: 'bulk',
  status: 'processing',
  createdAt: '2026-11-24T06:00:00.000Z',
  expectedBy: '2026-11-24T06:00:05.000Z',
  expiresAt: '2026-11-25T06:00:00.000Z',
  transactionId: 't-1',
  steps: [],
  links: { self: '/v1/captures/cap_1' },
};
const verified = { ...view, status: 'verified' };
const event = { topic: 'identity.verified', partition: 0, offset: '1', at: view.createdAt };
const announced = { ...verified, event };
const clientOf = ({ baseUrl }: LocalServer) => new IdentityEventsClient({ baseUrl, apiKey: 'k' });
const statusesOf = async (views: AsyncIterable<{ status: string }>) =>
  (await Array.fromAsync(views)).map(({ status }) => status);

/** A stream of messages, which is then ended, cut or left open. */
function stream(messages: readonly [string, unknown][], end: 'end' | 'cut' | 'open' = 'end') {
  return (response: ServerResponse): void => {
    const text = messages.map(([id, data]) => `id: ${id}\nevent: capture\ndata: ${JSON.stringify(data)}\n\n`).join('');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 10\n\n: \n\n${text}`, () => {
      if (end === 'cut') response.destroy();
      if (end === 'end') response.end();
    });
  };
}

it('waits at the service, and again until there is an outcome', async () => {
  const server = await startServer(json(200, view), json(503, {}, { 'retry-after': '0' }), json(200, verified));
  expect(await clientOf(server).wait('cap_1')).toEqual(verified);
  expect(server.requests.map(({ url }) => url)).toEqual(Array(3).fill('/v1/captures/cap_1?wait=30s'));
});

it('a capture that stays open is shown as it was seen last', async () => {
  const server = await startServer(json(200, view));
  const waiting = clientOf(server).wait('cap_1', { waitMs: 600 });
  await expect(waiting).rejects.toBeInstanceOf(StillOpenError);
  await expect(waiting).rejects.toMatchObject({ code: 'still-open', capture: view });
  // Where the service answers at once, it is asked after 250, 500, ... ms.
  expect(server.requests.length).toBeLessThanOrEqual(4);
});

it('waiting for what is not there ends at once', async () => {
  const server = await startServer(json(404, { type: '/problems/not-found', title: 'Nothing here.' }));
  await expect(clientOf(server).wait('cap_1')).rejects.toMatchObject({ code: 'not-found' });
});

it('watches each change until the event is in Kafka', async () => {
  const server = await startServer(
    stream(
      [
        ['2', view],
        ['1000', verified],
        ['1001', announced],
      ],
      'open',
    ),
  );
  expect(await statusesOf(clientOf(server).watch('cap_1'))).toEqual(['processing', 'verified', 'verified']);
  expect(server.requests[0]).toMatchObject({
    url: '/v1/captures/cap_1/events',
    headers: { accept: 'text/event-stream' },
  });
});

it.each(['cut', 'end'] as const)('a stream that is %s is taken up where it was', async (end) => {
  const server = await startServer(stream([['2', view]], end), stream([['1001', announced]]));
  expect(await statusesOf(clientOf(server).watch('cap_1'))).toEqual(['processing', 'verified']);
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2']);
});

it('nothing more is asked once there is nothing more to say', async () => {
  const server = await startServer(stream([['1000', verified]]), (response) => void response.writeHead(204).end());
  expect(await statusesOf(clientOf(server).watch('cap_1'))).toEqual(['verified']);
});

it('watching a capture that was erased ends with the problem', async () => {
  const server = await startServer(stream([['2', view]]), json(410, { type: '/problems/gone', title: 'Erased.' }));
  await expect(statusesOf(clientOf(server).watch('cap_1'))).rejects.toMatchObject({ code: 'gone' });
});

it('watching ends with its signal, and with whoever looks away', async () => {
  const stop = new AbortController();
  const enough = new Error('enough');
  const server = await startServer(stream([['2', view]], 'open'));
  const client = clientOf(server);
  for await (const { status } of client.watch('cap_1')) if (status === 'processing') break;
  const watching = client.watch('cap_1', { signal: stop.signal });
  await watching.next();
  stop.abort(enough);
  await expect(watching.next()).rejects.toBe(enough);
});

it('lists every page, with what was asked for, and only as far as somebody reads', async () => {
  const page = (ids: string[], nextCursor?: string) =>
    json(200, { captures: ids.map((id) => ({ ...view, id })), links: {}, ...(nextCursor ? { nextCursor } : {}) });
  const server = await startServer(page(['a', 'b'], 'n1'), page(['c']));
  const filter = { status: 'failed', createdAfter: new Date(0), pageSize: 2 } as const;
  const ids: string[] = [];
  for await (const { id } of clientOf(server).list(filter)) {
    ids.push(id);
    if (id === 'a') expect(server.requests).toHaveLength(1);
  }
  expect(ids).toEqual(['a', 'b', 'c']);
  const queries = server.requests.map(({ url }) => Object.fromEntries(new URL(url, server.baseUrl).searchParams));
  const asked = { status: 'failed', createdAfter: '1970-01-01T00:00:00.000Z', limit: '2' };
  expect(queries).toEqual([asked, { ...asked, cursor: 'n1' }]);
});

it('a batch of any size goes in thousands, and tells what became of each', async () => {
  const link = { kind: 'link', subject: 's', transactionId: 't', userToken: 'u' } as const;
  const refusal = { status: 422, problem: { type: '/problems/invalid-capture', title: 'No.', errors: [] } };
  const { lane: _, transactionId: __, steps: ___, ...accepted } = { ...view, status: 'queued' };
  const server = await startServer((response, { body }) => {
    const { captures } = JSON.parse(String(body)) as { captures: { subject: string }[] };
    const results = captures.map(({ subject }) => (subject === 'bad' ? refusal : { status: 202, capture: accepted }));
    json(207, { results })(response);
  });
  const items = Array.from({ length: 1_001 }, (_, n) => ({ ...link, subject: n === 1_000 ? 'bad' : 's' }));
  const results = await clientOf(server).submitBatch([{ ...link, idempotencyKey: 'own' }, ...items.slice(1)]);
  expect(server.requests).toHaveLength(2);
  expect(results).toHaveLength(1_001);
  expect(results[0]).toEqual({ ok: true, idempotencyKey: 'own', capture: accepted });
  expect(results[1_000]).toMatchObject({ ok: false, error: { code: 'invalid-capture', status: 422 } });
  expect(new Set(results.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1_001);
});

it('reads what is kept of a person', async () => {
  const kept = { captureId: 'cap_1', subject: 's', keptUntil: view.createdAt, identity: { name: 'A' } };
  const server = await startServer(json(200, kept));
  expect(await clientOf(server).identity('cap_1')).toEqual(kept);
  expect(server.requests[0]?.url).toBe('/v1/captures/cap_1/identity');
});

it('erases a capture, and a person', async () => {
  const server = await startServer(
    (response) => void response.writeHead(204).end(),
    json(200, { erased: 2, remaining: 0 }),
  );
  await clientOf(server).erase('cap_1');
  expect(await clientOf(server).eraseSubject('customer-77')).toEqual({ erased: 2, remaining: 0 });
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE /v1/captures/cap_1',
    'DELETE /v1/subjects/customer-77',
  ]);
});
