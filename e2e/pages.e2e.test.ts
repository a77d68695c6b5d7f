import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { connectTestRedis } from '@identity-events/shared/store/redis.fixture';
import { freePort } from '@identity-events/tools/processes/free-port';
import { operatorPages } from '@identity-events/tools/system/keys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestBrowser, type TestBrowser } from './support/browser.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const database = 9;
const password = 'password-of-the-operator';
const credentials = { username: 'operator', password };

let system: TestSystem;
let browser: TestBrowser;
let opsUrl: string;
beforeAll(async () => {
  browser = await openTestBrowser();
  const port = await freePort();
  opsUrl = `http://127.0.0.1:${port}`;
  // The same budget on both sides: the API tells of it, the worker keeps it.
  const windows = { VLENS_WINDOWS: '20/1s,100/1m' };
  system = await openTestSystem({
    name: 'pages',
    database,
    env: { api: { ...windows, ...operatorPages(port, 'operator', password) }, worker: windows },
  });
  await leaveTraces(system);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** Captures that end in several ways, an error of the provider, and a dead letter. */
async function leaveTraces({ captures, sandbox, until }: TestSystem): Promise<void> {
  await sandbox.addFault({
    kind: 'status',
    status: 500,
    endpoint: 'LinkUserWithExistingTransaction',
    times: 1,
    when: 'after',
  });
  const ids = [await captures.link('0000'), await captures.link('0070'), await captures.nationalId()];
  for (const id of ids) await captures.read(id, '30s');
  const redis = connectTestRedis(database);
  const captureJobs = `${redisPrefix}:captures`;
  await system.system.parts.worker.stop();
  const poisoned = await captures.link('0000');
  await redis.hset(`${captureJobs}:${poisoned}`, 'data', '{"v":9,"name":"Mona Ali"}');
  await system.system.restart('worker');
  await until(
    () => redis.zscore(`${captureJobs}:failed`, poisoned),
    (score) => score !== null,
  );
  await redis.quit();
}

it('the HTTP interface is shown, with each of its calls', async () => {
  const { page, faults, screenshot } = await browser.open(`${system.system.apiUrl}/docs`);
  const submit = page.locator('.opblock', { hasText: '/v1/captures' }).first();
  await submit.waitFor();
  await submit.locator('button').first().click();
  await page.getByText('Idempotency-Key').first().waitFor();
  await screenshot('docs');
  expect(faults).toEqual([]);
});

it('the events are shown, each with its fields, headers and an example', async () => {
  const { page, faults, screenshot } = await browser.open(`${system.system.apiUrl}/docs/events`, {
    colorScheme: 'dark',
  });
  await page.getByRole('heading', { name: 'identity.failed', exact: true }).waitFor();
  const value = page.getByRole('table', { name: 'Fields of the value of identity.failed' });
  await value.getByRole('cell', { name: 'reason.code', exact: true }).waitFor();
  await value.getByText('face_mismatch').waitFor();
  await screenshot('events');
  await page.getByRole('link', { name: 'AsyncAPI document' }).click();
  await page.waitForURL('**/asyncapi.json');
  expect(faults).toEqual([]);
});

it('operators see how the service is, live', async () => {
  const { page, faults, screenshot } = await browser.open(opsUrl, { httpCredentials: credentials });
  await page.getByRole('status').filter({ hasText: '1 dead letter.' }).waitFor();
  const tenant = page.getByRole('row', { name: 'demo' });
  await tenant.getByText('open', { exact: true }).waitFor();
  await tenant.getByText(/\d+ of 100 in 1 min/).waitFor();
  // Workers share what they count every two seconds: this is the page reading again.
  await page.getByRole('row', { name: 'verified' }).getByRole('cell', { name: '2' }).waitFor();
  await page.getByRole('row', { name: /failed transaction rejected 1/ }).waitFor();
  await page.getByRole('row', { name: /Vlens linkTransaction 500 1/ }).waitFor();
  await page.getByRole('row', { name: /worker unreadable 1/ }).waitFor();
  await page.getByRole('row', { name: 'failed: dead letters 1' }).waitFor();
  await page.getByRole('img', { name: 'In the last hour 4 captures were accepted and 3 ended.' }).waitFor();
  await screenshot('status-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot('status-dark');
  expect(faults).toEqual([]);
});

it('operators see the queue, with nothing of what a job should not hold, and change nothing', async () => {
  const { page, faults, screenshot } = await browser.open(`${opsUrl}/ops/queues/queue/captures?status=failed`, {
    httpCredentials: credentials,
  });
  await page.getByText('unreadable').first().waitFor();
  await screenshot('queue');
  expect(await page.content()).not.toContain('Mona');
  expect(await page.getByRole('button', { name: /retry|clean/i }).count()).toBe(0);
  expect(faults).toEqual([]);
});

it('nobody else sees any of it', async () => {
  const refuse = async (path: string, headers: Record<string, string>): Promise<void> => {
    const answer = await fetch(opsUrl + path, { headers, redirect: 'manual' });
    expect(answer.status, path).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  };
  for (const path of ['/', '/ops/', '/ops/status.json', '/ops/queues/', '/ops/queues/api/queues', '/ops/status.js']) {
    await refuse(path, {});
  }
  // Not on all of them: who gives too many wrong ones is told to come back.
  for (const path of ['/ops/status.json', '/ops/queues/api/queues']) {
    for (const authorization of ['', `Basic ${btoa('operator:wrong')}`, `Bearer ${system.apiKey}`]) {
      await refuse(path, { authorization });
    }
  }
});
