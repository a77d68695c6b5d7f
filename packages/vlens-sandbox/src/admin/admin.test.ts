import { expect, test } from 'vitest';
import { manualClock } from '../manual-clock.fixture.ts';
import { asUser, magicId, startTestSandbox } from '../sandbox-client.fixture.ts';

const verified = magicId('0000');

test('faults are set, listed and cleared over HTTP', async () => {
  const client = await startTestSandbox();
  const fault = { kind: 'status', status: 503, endpoint: 'linkuserwithexistingtransaction', times: 3 };
  const set = await client.request('POST', '/_sandbox/faults', [fault, { kind: 'latency', latency: 'fixed:1' }]);
  expect([set.status, set.body]).toEqual([201, { ids: [1, 2] }]);
  expect((await client.link(verified)).status).toBe(503);
  const { faults } = (await client.request('GET', '/_sandbox/faults')).body;
  expect(faults).toMatchObject([
    { kind: 'status', timesLeft: 2 },
    { kind: 'latency', timesLeft: null },
  ]);
  await client.request('DELETE', '/_sandbox/faults');
  expect((await client.link(verified)).status).toBe(200);
});

test.each([
  [{ kind: 'explode' }, 'kind'],
  [{ kind: 'reset', endpoint: 'nowhere' }, 'unknown endpoint nowhere'],
  [{ kind: 'reset', probability: 2 }, 'probability'],
  [{ kind: 'reset', tmies: 2 }, 'tmies'],
])('the fault %j is refused', async (fault, why) => {
  const client = await startTestSandbox();
  const { status, body } = await client.request('POST', '/_sandbox/faults', fault);
  expect(status).toBe(400);
  expect(body.error).toContain(why);
});

test('every call is logged with its arrival, tenant, transaction, status and code', async () => {
  const clock = manualClock(1_000_000);
  const client = await startTestSandbox({ clock, apiKeys: ['sandbox-api-key:acme'] });
  await client.link(verified);
  clock.advance(250);
  await client.link(magicId('5005'));
  await client.link(verified, { ...asUser, ApiKey: 'wrong' });
  await client.get('/nowhere');
  const { calls, next } = (await client.request('GET', '/_sandbox/calls?since=1')).body;
  expect(next).toBe(4);
  expect(calls).toMatchObject([
    { seq: 1, epochMs: 1_000_250, monotonicMs: 250, tenant: 'acme', transactionId: magicId('5005'), errorCode: 5005 },
    { seq: 2, tenant: null, apiKeyHash: null, status: 401, errorCode: 401 },
    { seq: 3, endpoint: 'unknown', status: 404 },
  ]);
  expect(JSON.stringify(calls)).not.toContain('sandbox-api-key');
});

test('counters tell calls by endpoint, status and code', async () => {
  const client = await startTestSandbox();
  await client.link(verified);
  await client.link(verified);
  await client.link(magicId('5005'));
  await expect
    .poll(async () => (await client.request('GET', '/_sandbox/counters')).body)
    .toMatchObject({
      calls: 3,
      inFlight: 0,
      inFlightMax: 1,
      byEndpointStatusAndCode: {
        'LinkUserWithExistingTransaction 200 -': 2,
        'LinkUserWithExistingTransaction 200 5005': 1,
      },
    });
});

test('settings change at run time, API keys are never shown', async () => {
  const client = await startTestSandbox();
  const { body } = await client.request('PATCH', '/_sandbox/settings', {
    rateWindows: '1/1m',
    rateAnswer: 'code-4003',
  });
  expect(body).toMatchObject({ rateWindows: '1/60000ms', rateAnswer: 'code-4003', latency: 'fixed:0' });
  expect(body).not.toHaveProperty('apiKeys');
  await client.link(verified);
  expect((await client.link(verified)).body.error_code).toBe(4003);
  expect((await client.request('PATCH', '/_sandbox/settings', { port: 1 })).status).toBe(400);
});

test('an exceeded limit is answered with 429 and Retry-After, and exactly as many calls pass as allowed', async () => {
  const clock = manualClock();
  const client = await startTestSandbox({ clock, rateWindows: '3/1s,5/1m' });
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let call = 0; call < count; call += 1) seen.push((await client.link(verified)).status);
    return seen;
  };
  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  clock.advance(999);
  expect(await statuses(1)).toEqual([429]);
  clock.advance(1);
  expect(await statuses(3)).toEqual([200, 200, 429]);
  const rejected = await client.link(verified);
  expect([rejected.headers.get('retry-after'), rejected.body.error_code]).toEqual(['59', 429]);
});

test('a reset forgets transactions and faults but not settings', async () => {
  const client = await startTestSandbox({ errorStyle: 'http422' });
  await client.verify();
  client.sandbox.addFault({ kind: 'hang' });
  await client.request('POST', '/_sandbox/reset');
  expect((await client.link('5f0f3c61-9a50-4a3e-8d5e-0d3f4a1b2c3d')).status).toBe(422);
});

test('health and scenarios are told', async () => {
  const client = await startTestSandbox();
  expect((await client.request('GET', '/_sandbox/health')).body).toMatchObject({ status: 'ok', transactions: 0 });
  const { scenarios } = (await client.request('GET', '/_sandbox/scenarios')).body;
  expect(scenarios[0]).toMatchObject({ number: '0000', name: 'verified' });
  expect((await client.request('GET', '/_sandbox/nothing')).status).toBe(404);
});
