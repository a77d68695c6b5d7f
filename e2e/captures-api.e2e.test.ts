import { readFile } from 'node:fs/promises';
import { connectTestRedis } from '@identity-events/shared/store/redis.fixture';
import { freePort } from '@identity-events/tools/processes/free-port';
import { answersOk, startPart } from '@identity-events/tools/system/part';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CapturesClient, type CaptureView } from './support/captures-client.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const database = 24;
let system: TestSystem;
beforeAll(async () => {
  const worker = { VLENS_WINDOWS: '1000/1s', IDENTITY_RETENTION_MS: '600000', LOG_LEVEL: 'debug' };
  system = await openTestSystem({ name: 'captures-api', database, env: { worker, api: { LOG_LEVEL: 'debug' } } });
});
afterAll(() => system?.close());

interface Page {
  readonly captures: readonly CaptureView[];
  readonly links: { readonly next?: string };
}
const page = async (path: string): Promise<Page> => (await (await system.captures.ask(path)).json()) as Page;

it('a request that waits gets the outcome', async () => {
  const captureId = await system.captures.nationalId();
  expect(await system.captures.read(captureId, '30s')).toMatchObject({ status: 'verified' });
});

it("captures are listed by what became of them, through every page, with another person's left out", async () => {
  const subject = 'listed-1';
  const ids: string[] = [];
  for (const scenario of ['0000', '0010', '0000']) ids.unshift(await system.captures.link(scenario, { subject }));
  await Promise.all(ids.map((captureId) => system.captures.read(captureId, '30s')));
  const found: CaptureView[] = [];
  for (let next: string | undefined = `/v1/captures?subject=${subject}&limit=2`; next; ) {
    const { captures, links }: Page = await page(next);
    found.push(...captures);
    next = links.next;
  }
  expect(found.map(({ id }) => id)).toEqual(ids);
  const failed = await page('/v1/captures?status=failed');
  expect(failed.captures.map(({ id }) => id)).toEqual([ids[1]]);
});

it('a batch is as many captures, sent once or twice, and each has its outcome', async () => {
  const subject = 'batched-1';
  const captures = Array.from({ length: 300 }, (_, i) => ({
    idempotencyKey: `batch-${i}`,
    kind: 'link',
    subject,
    userToken: `sandbox-user-batched-${i}`,
    transactionId: '00000000-0000-4000-8000-000000000000',
  }));
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ captures: [...captures, { kind: 'link' }].slice(1) }),
  };
  const ids = new Set<string>();
  for (const _ of ['once', 'twice']) {
    const response = await system.captures.ask('/v1/captures/batch', init);
    expect(response.status).toBe(207);
    const { results } = (await response.json()) as { results: { status: number; capture?: { id: string } }[] };
    expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 299 }, () => 202), 400]);
    for (const { capture } of results) if (capture) ids.add(capture.id);
  }
  expect(ids.size).toBe(299);
  await system.until(
    () => [...ids].filter((captureId) => system.events.recordsOf(captureId).length === 0).length,
    (left) => left === 0,
    60_000,
  );
});

it('a capture is followed to its place in Kafka, also through another API process', async () => {
  const port = await freePort();
  const spec = system.system.specs.api;
  const env = { ...spec.env, PORT: String(port) };
  const url = `http://127.0.0.1:${port}`;
  const logFile = spec.logFile.replace('.log', '-2.log');
  await system.sandbox.changeSettings({ latency: 'fixed:200' });
  const second = await startPart({ ...spec, env, logFile }, () => answersOk(`${url}/readyz`));
  try {
    const captureId = await system.captures.nationalId();
    const states: CaptureView[] = [];
    for await (const state of new CapturesClient(url, 'e2e-key').follow(captureId)) states.push(state);
    expect(states.length).toBeGreaterThan(1);
    expect(states.at(-1)).toMatchObject({ status: 'verified', event: { topic: 'identity.verified' } });
    expect(states.at(-1)?.steps.map(({ name }) => name)).toEqual(['id_front', 'id_back', 'liveness']);
  } finally {
    await second.stop();
    await system.sandbox.changeSettings({ latency: 'fixed:0' });
  }
});

it('the card of a verified person can be read, and stands nowhere in the clear', async () => {
  const [verified, failed] = [
    await system.captures.nationalId(),
    await system.captures.nationalId({ face1: 'aml-hit' }),
  ];
  const linked = await system.captures.link('0000');
  await Promise.all([verified, failed, linked].map((captureId) => system.captures.read(captureId, '30s')));
  const cardOf = (captureId: string) => system.captures.ask(`/v1/captures/${captureId}/identity`);
  const [card, linkedCard, none] = [await cardOf(verified), await cardOf(linked), await cardOf(failed)];
  expect([card.status, linkedCard.status, none.status]).toEqual([200, 200, 404]);
  const { identity } = (await card.json()) as { identity: Record<string, string> };
  expect(identity).toMatchObject({ idNumber: expect.stringMatching(/^\d{14}$/), job: expect.any(String) });
  expect(Object.keys(identity)).not.toContain('religion');
  expect(((await linkedCard.json()) as { identity: object }).identity).toHaveProperty('name');

  const { worker, api } = system.system.parts;
  const logs = await Promise.all([worker, api].map(({ logFile }) => readFile(logFile, 'utf8')));
  const clear = [...logs, JSON.stringify(system.events.records), ...(await everythingInRedis())].join('\n');
  expect(clear).toContain(verified);
  for (const value of [identity['idNumber'], identity['name'], identity['nameEnglish']]) {
    expect(clear).not.toContain(value);
  }
});

async function everythingInRedis(): Promise<string[]> {
  const redis = connectTestRedis(database);
  try {
    const found = await redis.keys('*');
    const read = async (key: string): Promise<unknown> => {
      const type = await redis.type(key);
      if (type === 'hash') return redis.hgetall(key);
      if (type === 'stream') return redis.xrange(key, '-', '+');
      if (type === 'zset') return redis.zrange(key, '0', '-1');
      if (type === 'list') return redis.lrange(key, 0, -1);
      return type === 'set' ? redis.smembers(key) : redis.get(key);
    };
    return await Promise.all(found.map(async (key) => `${key} ${JSON.stringify(await read(key))}`));
  } finally {
    redis.disconnect();
  }
}

it('an API that is told to stop answers who waits and ends streams, and is gone within its deadline', async () => {
  await system.system.parts.worker.stop();
  const captureId = await system.captures.link('0000');
  const waiting = system.captures.read(captureId, '60s');
  const stream = system.captures.follow(captureId);
  expect((await stream.next()).value).toMatchObject({ status: 'queued' });
  const { code } = await system.system.parts.api.stop();
  expect(code).toBe(0);
  expect(await waiting).toMatchObject({ status: 'queued' });
  expect((await stream.next()).done).toBe(true);
  await Promise.all([system.system.restart('worker'), system.system.restart('api')]);
  expect(await system.captures.read(captureId, '30s')).toMatchObject({ status: 'verified' });
});

const transactionOf = (scenario: string): string => `00000000-0000-4000-8000-00000000${scenario}`;

function submitLink(idempotencyKey: string, transactionId: string): Promise<Response> {
  const body = { kind: 'link', subject: 'insistent-1', userToken: 'sandbox-user-insistent-1', transactionId };
  const headers = { 'idempotency-key': idempotencyKey, 'content-type': 'application/json' };
  return system.captures.ask('/v1/captures', { method: 'POST', body: JSON.stringify(body), headers });
}

it('100 requests with one key at once are one capture with one answer, also after it has failed; another body is refused', async () => {
  const [key, fails, other] = ['insistent', transactionOf('0010'), transactionOf('0000')];
  const first = await Promise.all(Array.from({ length: 100 }, () => submitLink(key, fails)));
  expect(new Set(first.map(({ status }) => status))).toEqual(new Set([202]));
  const answers = new Set(await Promise.all(first.map((response) => response.text())));
  const [answer = ''] = answers;
  expect(answers.size).toBe(1);
  const { id } = JSON.parse(answer) as CaptureView;

  expect(await system.captures.read(id, '30s')).toMatchObject({ status: 'failed' });
  const again = await Promise.all(Array.from({ length: 20 }, () => submitLink(key, fails)));
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(await Promise.all(again.map((response) => response.text())))).toEqual(answers);
  const refused = await submitLink(key, other);
  expect([refused.status, await refused.json()]).toMatchObject([422, { type: '/problems/idempotency-key-reused' }]);

  expect((await page('/v1/captures?subject=insistent-1')).captures.map((capture) => capture.id)).toEqual([id]);
  await system.until(
    () => system.events.recordsOf(id).length,
    (records) => records === 1,
  );
});
