import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failedBy } from '@identity-events/shared/contracts/decision';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import { connectFailingFast } from '@identity-events/shared/runtime/redis';
import { createCaptureChanges } from '@identity-events/shared/store/capture-changes';
import { type Captures, createCaptures } from '@identity-events/shared/store/captures';
import { eraseRecord } from '@identity-events/shared/store/erase-record';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox } from '@identity-events/shared/store/outbox';
import { openTestRedis, testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { newCaptureId } from '../captures/capture-id.ts';
import { apiKey, createApiFixture, strangerKey, waitsMax } from './http.fixture.ts';
import { createWaits, type Waits } from './waits.ts';

const database = 23;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let redis: Redis;
let captures: Captures;

/** One API process of several: its own server, subscription and waits. */
interface Api {
  readonly url: string;
  readonly waits: Waits;
  readonly server: Server;
  readonly subscriber: Redis;
}
let apis: Api[];

async function openApi(): Promise<Api> {
  const subscriber = connectFailingFast(testRedisUrl(database), 5_000, silent);
  await once(subscriber, 'ready');
  const waits = createWaits(waitsMax);
  const { app } = createApiFixture(undefined, { captures, changes: createCaptureChanges(subscriber), waits });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waits, server, subscriber };
}

beforeAll(async () => {
  redis = await openTestRedis(database);
  captures = createCaptures(redis);
});
beforeEach(async () => {
  apis = [await openApi(), await openApi()];
});
afterEach(async () => {
  for (const { server, waits, subscriber } of apis) {
    waits.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    subscriber.disconnect();
  }
});
afterAll(() => redis.quit());

async function accept() {
  const id = newCaptureId(Date.now());
  const times = { createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
  const capture = {
    id,
    tenant: 'demo',
    subject: 'user-1',
    kind: 'link',
    lane: 'bulk',
    transactionId: 't',
    ...times,
  } as const;
  await captures.accept(capture, { key: id, fingerprint: 'f', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  return capture;
}
type Capture = Awaited<ReturnType<typeof accept>>;

async function fail(capture: Capture): Promise<void> {
  const event = toIdentityEvent(capture, failedBy('aml_match'), Date.now());
  await captures.finish({ captureId: capture.id, tenant: 'demo', event, decidedAt: Date.now(), retentionMs: 60_000 });
}

async function publish({ id }: Capture): Promise<void> {
  const outbox = createOutbox(redis, redis);
  const entries = (await outbox.read(100, 0)).filter(({ captureId }) => captureId === id);
  const at = { topic: 'identity.failed', partition: 0, offset: '1', at: Date.now() };
  await outbox.published(entries.map((entry) => ({ entry, at })));
}

function get(path: string, { api = 0, key = apiKey, ...init }: RequestInit & { api?: number; key?: string } = {}) {
  const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string> | undefined) };
  return fetch(`${apis[api]?.url}${path}`, { ...init, headers });
}

const watchersOf = async ({ id }: Capture): Promise<unknown> => (await redis.pubsub('NUMSUB', keys.capture(id)))[1];
const watched = (capture: Capture) => expect.poll(() => watchersOf(capture)).toBe(1);
const unwatched = (capture: Capture) => expect.poll(() => watchersOf(capture)).toBe(0);
const problemOf = async (response: Response): Promise<string> => ((await response.json()) as { type: string }).type;

interface Message {
  readonly id: string | undefined;
  readonly data: { readonly status: string; readonly steps: unknown[]; readonly event?: unknown };
}

/** The messages of a stream as they come; heartbeats are left out. */
async function* messagesOf(response: Response): AsyncGenerator<Message> {
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += Buffer.from(chunk).toString();
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks.filter((text) => text.includes('event: capture'))) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      yield { id: field('id'), data: JSON.parse(field('data') ?? '') as Message['data'] };
    }
  }
}
async function next(messages: AsyncGenerator<Message>): Promise<Message> {
  const { value, done } = await messages.next();
  if (done) throw new Error('the stream has ended');
  return value;
}

it('a request that waits is answered with the outcome as soon as there is one, in whichever process it is decided', async () => {
  const capture = await accept();
  const answer = get(`/v1/captures/${capture.id}?wait=60s`, { api: 1 });
  await watched(capture);
  await captures.begin(capture.id);
  await fail(capture);
  const response = await answer;
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toMatchObject({ status: 'failed', reason: { code: 'aml_match' } });
  await unwatched(capture);
  expect(await (await get(`/v1/captures/${capture.id}?wait=60s`)).json()).toMatchObject({ status: 'failed' });
});

it('a wait ends with the state that there is by then', async () => {
  const capture = await accept();
  const startedAt = performance.now();
  const answer = get(`/v1/captures/${capture.id}?wait=1s`);
  await watched(capture);
  await captures.begin(capture.id);
  expect(await (await answer).json()).toMatchObject({ status: 'processing' });
  expect(performance.now() - startedAt).toBeGreaterThan(950);
  await unwatched(capture);
});

it('what waits is bounded; places are given back by clients that go and by waits that end', async () => {
  const capture = await accept();
  const gone = new AbortController();
  const path = `/v1/captures/${capture.id}?wait=60s`;
  const first = get(path, { signal: gone.signal }).catch(() => 'gone');
  const second = get(path);
  await watched(capture);
  // Asked with short waits: while there is a place they take it for a second.
  const short = `/v1/captures/${capture.id}?wait=1s`;
  const answered = (status: number) =>
    expect.poll(async () => (await get(short)).status, { timeout: 10_000 }).toBe(status);
  await answered(503);
  const refused = await get(short);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await problemOf(refused)).toBe('/problems/overloaded');
  expect((await get(`/v1/captures/${capture.id}`)).status).toBe(200);
  gone.abort();
  expect(await first).toBe('gone');
  await answered(200);
  await fail(capture);
  expect((await second).status).toBe(200);
  await unwatched(capture);
});

it.each(['wait=0s', 'wait=61s', 'wait=30', 'wait=1m', 'wait=1s&wait=2s'])('refuses %s', async (query) => {
  const capture = await accept();
  const response = await get(`/v1/captures/${capture.id}?${query}`);
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toBe('/problems/invalid-query');
});

it('a stream tells each step up to the place in Kafka, then ends; coming back to it is answered 204', async () => {
  const capture = await accept();
  const path = `/v1/captures/${capture.id}/events`;
  const response = await get(path);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const messages = messagesOf(response);
  const seen = [await next(messages)];
  await captures.begin(capture.id);
  seen.push(await next(messages));
  await captures.keepStep(capture, 'link', { finishedAt: 1, durationMs: 1 });
  seen.push(await next(messages));
  await fail(capture);
  seen.push(await next(messages));
  await publish(capture);
  seen.push(await next(messages));
  expect(seen.map(({ data }) => `${data.status} ${data.steps.length} ${data.event !== undefined}`)).toEqual([
    'queued 0 false',
    'processing 0 false',
    'processing 1 false',
    'failed 1 false',
    'failed 1 true',
  ]);
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  await unwatched(capture);
  const headers = { 'last-event-id': seen.at(-1)?.id ?? '' };
  expect((await get(path, { headers, api: 1 })).status).toBe(204);
  const all = [];
  for await (const message of messagesOf(await get(path))) all.push(message);
  expect(all).toEqual(seen.slice(-1));
});

it('a client that comes back to another process gets what it does not know yet', async () => {
  const capture = await accept();
  const path = `/v1/captures/${capture.id}/events`;
  const gone = new AbortController();
  const { id } = await next(messagesOf(await get(path, { signal: gone.signal })));
  gone.abort();
  await unwatched(capture);
  const headers = { 'last-event-id': id ?? '' };
  const messages = messagesOf(await get(path, { headers, api: 1 }));
  await captures.begin(capture.id);
  expect((await next(messages)).data.status).toBe('processing');
});

it('a stream on which nothing happens shows that it is alive', async () => {
  const capture = await accept();
  const response = await get(`/v1/captures/${capture.id}/events`);
  let heard = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    heard += Buffer.from(chunk).toString();
    if (heard.split(': \n\n').length > 3) break;
  }
  expect(heard).toMatch(/^retry: 2000\n\nid: 1\nevent: capture\n/);
});

it('when the service stops, whoever waits is answered, and streams end', async () => {
  const [one, other] = [await accept(), await accept()];
  const waiting = get(`/v1/captures/${one.id}?wait=60s`);
  const messages = messagesOf(await get(`/v1/captures/${other.id}/events`));
  await next(messages);
  await Promise.all([watched(one), watched(other)]);
  apis[0]?.waits.stop();
  expect(await (await waiting).json()).toMatchObject({ status: 'queued' });
  expect((await messages.next()).done).toBe(true);
  await Promise.all([unwatched(one), unwatched(other)]);
  expect(await (await get(`/v1/captures/${one.id}?wait=60s`)).json()).toMatchObject({ status: 'queued' });
});

it('an erased capture ends what follows it or waits for it', async () => {
  const capture = await accept();
  const waiting = get(`/v1/captures/${capture.id}?wait=60s`);
  const messages = messagesOf(await get(`/v1/captures/${capture.id}/events`));
  await next(messages);
  await watched(capture);
  expect(await eraseRecord(captures, capture, Date.now())).toBe(true);
  expect((await messages.next()).done).toBe(true);
  expect((await waiting).status).toBe(410);
  expect((await get(`/v1/captures/${capture.id}/events`)).status).toBe(410);
});

it("another tenant's capture can be neither waited for nor followed", async () => {
  const capture = await accept();
  for (const path of [`/v1/captures/${capture.id}?wait=60s`, `/v1/captures/${capture.id}/events`]) {
    expect((await get(path, { key: strangerKey })).status).toBe(404);
  }
});
